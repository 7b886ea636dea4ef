import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './run.js';

/**
 * Where downloaded servers are kept between runs. PostgreSQL refuses to run as root and is
 * started under another account then, which cannot enter root's home: hence the folder of its own.
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
 * Makes `target` with `install`, unless it exists. The installation happens in a folder beside it
 * that is renamed at the end, so what exists is complete; of two processes one wins, both go on.
 */
export async function installOnce(
  target: string,
  install: (folder: string) => Promise<void>,
): Promise<void> {
  if (await exists(target)) return;
  const unfinished = `${target}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await install(unfinished);
    await rename(unfinished, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
