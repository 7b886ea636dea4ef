/** The commit that the manifests come from. */
import { execFile } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 5_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** What git reports of some paths. */
interface GitState {
  readonly commit: string;
  /** Absolute paths that differ from it, and whether each was deleted; undefined: unknown. */
  readonly changed: ReadonlyMap<string, boolean> | undefined;
}

/**
 * The commit that is checked out in the repository around the first of `paths`, which are files or
 * folders, and what differs from it there; undefined outside of one, where git is missing, or where
 * it does not answer in time.
 */
export async function readGitState(paths: readonly string[]): Promise<GitState | undefined> {
  const [first = '.'] = paths;
  try {
    const folder = (await stat(first)).isDirectory() ? first : dirname(first);
    const named = ['rev-parse', '--show-toplevel', '--verify', 'HEAD'];
    const [root = '', commit = ''] = (await git(folder, named)).split('\n');
    if (!/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
    return { commit, changed: await changedIn(folder, root, paths).catch(() => undefined) };
  } catch {
    return undefined;
  }
}

/**
 * The commit, with `-dirty` where one of the manifests differs from it or is not in it; null where
 * it is not known. `files`: all that were read.
 */
export async function commitOf(
  state: GitState | undefined,
  files: readonly string[],
): Promise<string | null> {
  if (state === undefined) return null;
  const { commit, changed } = state;
  if (changed === undefined) return `${commit}-dirty`;
  if (changed.size === 0) return commit;
  const isDeleted = [...changed].some(([path, deleted]) => deleted && /\.ya?ml$/.test(path));
  const real = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
  return isDeleted || real.some((file) => changed.has(file)) ? `${commit}-dirty` : commit;
}

/** https://git-scm.com/docs/git-status#_porcelain_format_version_1 */
async function changedIn(folder: string, root: string, paths: readonly string[]) {
  const options = ['--porcelain=v1', '-z', '--no-renames', '--untracked-files=all'];
  const status = await git(folder, [
    'status',
    ...options,
    '--',
    ...paths.map((one) => resolve(one)),
  ]);
  const entries = status.split('\0').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => [join(root, entry.slice(3)), entry.slice(0, 2).includes('D')]),
  );
}

/** It takes no lock, and runs no program that the repository names for watching files. */
async function git(folder: string, args: readonly string[]): Promise<string> {
  const quiet = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '--literal-pathspecs'];
  const { stdout } = await run('git', [...quiet, '-C', folder, ...args], {
    timeout: GIT_TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return stdout;
}
