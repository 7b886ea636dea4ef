/** The commit that the manifests come from. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 5_000;

/**
 * The commit that is checked out in the repository around `path`, a file or folder; null outside
 * of one, where git is missing, or where it does not answer in time.
 */
export async function gitCommit(path: string): Promise<string | null> {
  try {
    const folder = (await stat(path)).isDirectory() ? path : dirname(path);
    const { stdout } = await run('git', ['-C', folder, 'rev-parse', '--verify', 'HEAD'], {
      timeout: GIT_TIMEOUT_MS,
    });
    const commit = stdout.trim();
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
}
