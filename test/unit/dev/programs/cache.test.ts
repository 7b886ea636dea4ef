import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder, installOnce } from '../../../../src/dev/programs/cache.js';
import { scratchFolder } from '../../../support/scratch.js';

test.each([
  [{ LENKWERK_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, true, '/a'],
  [{ LENKWERK_CACHE: '', XDG_CACHE_HOME: '/b', HOME: '/c' }, true, '/var/cache/lenkwerk'],
  [{ XDG_CACHE_HOME: '/b', HOME: '/c' }, false, '/b/lenkwerk'],
  [{ XDG_CACHE_HOME: '', HOME: '/c' }, false, '/c/.cache/lenkwerk'],
])('the cache of %j (root: %s) is %s', (env, asRoot, expected) => {
  expect(cacheFolder(env, asRoot)).toBe(expected);
});

/** Scratch folders are open to the accounts that servers run under. */
async function privateFolder(): Promise<string> {
  const folder = await scratchFolder();
  await chmod(folder, 0o755);
  return folder;
}

test('concurrent installations give one complete target, which none replaces', async () => {
  const cache = await privateFolder();
  const target = join(cache, 'server');
  const install = (name: string) => async (folder: string) => {
    await writeFile(join(folder, 'first'), name);
    await writeFile(join(folder, 'second'), name);
  };
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => installOnce(target, install(name))));
  const first = await readFile(join(target, 'first'), 'utf8');
  expect(await readFile(join(target, 'second'), 'utf8')).toBe(first);
  expect(await readdir(cache)).toEqual(['server']);
  await installOnce(target, install('late'));
  expect(await readFile(join(target, 'first'), 'utf8')).toBe(first);
});

test('an installation that fails leaves nothing and can be tried again', async () => {
  const cache = await privateFolder();
  const target = join(cache, 'server');
  const failing = installOnce(target, async (folder) => {
    await writeFile(join(folder, 'half'), '');
    throw new Error('no network');
  });
  await expect(failing).rejects.toThrow('no network');
  expect(await readdir(cache)).toEqual([]);
  await installOnce(target, (folder) => writeFile(join(folder, 'whole'), ''));
  expect(await readdir(target)).toEqual(['whole']);
});

test('the folder of an old killed installation is removed, that of a running one is not', async () => {
  const cache = await privateFolder();
  for (const name of ['server.old', 'server.new', 'other.old']) await mkdir(join(cache, name));
  const yesterday = new Date(Date.now() - 86_400_000);
  for (const name of ['server.old', 'other.old']) {
    await utimes(join(cache, name), yesterday, yesterday);
  }
  await installOnce(join(cache, 'server'), (folder) => writeFile(join(folder, 'x'), ''));
  expect((await readdir(cache)).toSorted()).toEqual(['other.old', 'server', 'server.new']);
});

const WEAKENINGS: readonly (readonly [string, (folder: string) => Promise<void>, string])[] = [
  ['may be written by all', (folder) => chmod(folder, 0o757), 'may be written by other users'],
  ['belongs to another user', (folder) => chown(folder, 65_534, 0), 'belongs to another user'],
  [
    'may be written by another group',
    async (folder) => {
      await chown(folder, 0, 65_534);
      await chmod(folder, 0o775);
    },
    'may be written by other users',
  ],
];

// Only root may give a folder away.
test.runIf(process.getuid?.() === 0).each(WEAKENINGS)(
  'nothing runs from a cache that %s',
  async (_, weaken, message) => {
    const cache = join(await scratchFolder(), 'cache');
    const target = join(cache, 'server');
    await installOnce(target, (folder) => writeFile(join(folder, 'x'), ''));
    for (const folder of [cache, target]) {
      await weaken(folder);
      await expect(installOnce(target, async () => {})).rejects.toThrow(message);
      await chown(folder, 0, 0);
      await chmod(folder, 0o755);
    }
    await installOnce(target, async () => {});
  },
);

test('nothing runs from a link in place of the cache', async () => {
  const folder = await privateFolder();
  await mkdir(join(folder, 'theirs'));
  await symlink(join(folder, 'theirs'), join(folder, 'server'));
  await expect(installOnce(join(folder, 'server'), async () => {})).rejects.toThrow('not a folder');
});
