import { randomUUID } from 'node:crypto';
import { access, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import type { Environment } from '../../runtime/settings.js';

const ABANDONED_AFTER_MS = 3_600_000;

/**
 * Where downloaded servers are kept between runs. PostgreSQL refuses to run as root and is started
 * under another account then, which cannot enter root's home: hence the separate folder.
 */
export function cacheFolder(env: Environment, asRoot = process.getuid?.() === 0): string {
  const chosen = env['LENKWERK_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (asRoot) return '/var/cache/lenkwerk';
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg !== '') return join(xdg, 'lenkwerk');
  return join(env['HOME'] ?? homedir(), '.cache', 'lenkwerk');
}

/**
 * Creates `target` with `install`, unless it exists. Throws `environment` where another user could
 * have put it there, or could alter it. The installation happens in a folder beside it
 * that is renamed at the end, so an existing target is complete; two processes may do it at once.
 */
export async function installOnce(
  target: string,
  install: (folder: string) => Promise<void>,
): Promise<void> {
  await requirePrivate(dirname(target));
  await requirePrivate(target);
  if (await exists(target)) return;
  await removeAbandoned(target);
  const unfinished = `${target}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true, mode: 0o755 });
  try {
    await install(unfinished);
    await rename(unfinished, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/** What is in the folder runs with the rights of this user. */
async function requirePrivate(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return;
  const uid = process.getuid?.();
  const isShared = (found.mode & GROUP_WRITES) !== 0 && found.gid !== process.getgid?.();
  const isOwn = uid === undefined || found.uid === uid || found.uid === 0;
  const reason = !found.isDirectory()
    ? 'is not a folder'
    : !isOwn
      ? 'belongs to another user'
      : (isShared || (found.mode & OTHERS_WRITE) !== 0) && 'may be written by other users';
  if (reason === false) return;
  throw new LenkwerkError('environment', `the cache ${folder} ${reason}`, {
    hint: 'programs in it would run with your rights: remove it, or set LENKWERK_CACHE to another',
  });
}

/** Removes the folders of killed installations, once they are older than any installation takes. */
async function removeAbandoned(target: string): Promise<void> {
  const beside = await readdir(dirname(target)).catch(() => []);
  for (const name of beside.filter((entry) => entry.startsWith(`${basename(target)}.`))) {
    const folder = join(dirname(target), name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs < ABANDONED_AFTER_MS) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

/** True when this process can reach a file or folder at `path`. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
