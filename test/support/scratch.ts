import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that every account can use, and that is removed with the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o1777);
  return folder;
}

/** An empty folder that this account alone may write to, as a cache has to be. */
export async function scratchCache(): Promise<string> {
  const folder = join(await scratchFolder(), 'cache');
  await mkdir(folder, { mode: 0o755 });
  return folder;
}
