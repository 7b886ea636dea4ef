import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findEtcd, installEtcd } from '../../../../src/dev/programs/find-etcd.js';
import { findPostgres, postgresIdentity } from '../../../../src/dev/programs/find-postgres.js';
import { run } from '../../../../src/dev/run.js';
import { scratchCache, scratchFolder } from '../../../support/scratch.js';
import { pathWithout } from '../../../support/servers/path-without.js';

/** Some programs are fetched. */
const INSTALL_TIMEOUT_MS = 120_000;

const identity = await postgresIdentity();
const found = await findEtcd({ env: process.env });

test('PG_BIN comes first', async () => {
  const folder = await scratchFolder();
  const postgres = join(folder, 'postgres');
  await writeFile(postgres, '#!/bin/sh\necho "postgres (PostgreSQL) 16.99"\n');
  await writeFile(join(folder, 'initdb'), '');
  await chmod(postgres, 0o755);
  const env = { ...process.env, PG_BIN: folder };
  expect(await findPostgres({ env, identity })).toEqual({ folder, major: 16 });
});

test(
  'what does not run, is too old or of another version is passed over',
  async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, 'postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 12.1"\n');
    await writeFile(join(folder, 'initdb'), '');
    const env = { ...process.env, PG_BIN: folder };
    expect((await findPostgres({ env, identity })).folder).not.toBe(folder);
    await chmod(join(folder, 'postgres'), 0o755);
    expect((await findPostgres({ env, identity })).folder).not.toBe(folder);
    expect(await findPostgres({ env, identity, major: 18 })).toMatchObject({ major: 18 });
  },
  INSTALL_TIMEOUT_MS,
);

test('a version that cannot be had is an error with a hint', async () => {
  const failed = findPostgres({ env: process.env, identity, major: 11 });
  await expect(failed).rejects.toMatchObject({
    code: 'environment',
    message: 'PostgreSQL 11 is not installed here',
    hint: expect.stringContaining('PG_BIN'),
  });
});

test('etcd is taken from ETCD_BIN, from the PATH, or from the cache', async () => {
  const folder = await scratchCache();
  const path = join(folder, 'etcd');
  await symlink(found, path);
  const elsewhere = { PATH: '/nonexistent' };
  expect(await findEtcd({ env: { ...elsewhere, ETCD_BIN: path } })).toBe(path);
  expect(await findEtcd({ env: { PATH: `/nonexistent:${folder}` } })).toBe(path);
  const cached = join(folder, `etcd-${process.platform}-${process.arch}`, 'usr', 'bin');
  await mkdir(cached, { recursive: true });
  await symlink(found, join(cached, 'etcd'));
  const env = { ...elsewhere, LENKWERK_CACHE: folder };
  expect(await findEtcd({ env })).toBe(join(cached, 'etcd'));
});

test('an ETCD_BIN that does not run is an error rather than passed over', async () => {
  const failed = findEtcd({ env: { ...process.env, ETCD_BIN: '/nonexistent/etcd' } });
  await expect(failed).rejects.toMatchObject({
    code: 'environment',
    message: 'ETCD_BIN names /nonexistent/etcd, which does not run',
  });
});

test('where etcd cannot be had, the error names how to get it, and the cache stays clean', async () => {
  const cache = await scratchCache();
  const failed = findEtcd({ env: { PATH: '/nonexistent', LENKWERK_CACHE: cache } });
  await expect(failed).rejects.toMatchObject({
    code: 'environment',
    message: 'etcd is not installed here and could not be fetched',
    hint: expect.stringMatching(/apt-get install etcd-server.*ETCD_BIN/),
  });
  expect(await readdir(cache)).toEqual([]);
});

test(
  'etcd comes from apt with lists of our own when those of the system are no use',
  async () => {
    const cache = await scratchCache();
    const config = join(await scratchFolder(), 'apt.conf');
    // Stands in for a fresh container image, which has no package lists.
    await writeFile(config, `Dir::State::lists "${cache}/no-lists";\n`);
    const PATH = await pathWithout('etcd');
    const env = { ...process.env, PATH, ETCD_BIN: '', LENKWERK_CACHE: cache, APT_CONFIG: config };
    const etcd = await findEtcd({ env });
    const version = await run(etcd, ['--version'], { env, cwd: '/', timeoutMs: 10_000 });
    expect(version).toMatch(/^etcd Version: 3\./);
  },
  INSTALL_TIMEOUT_MS,
);

test(
  "etcd of another release of the distribution is fetched beside this machine's",
  async () => {
    const env = { ...process.env, LENKWERK_CACHE: await scratchCache() };
    const etcd = await installEtcd({ env }, 'trixie');
    const version = await run(etcd, ['--version'], { env, cwd: '/', timeoutMs: 10_000 });
    expect(version).toMatch(/^etcd Version: 3\.5\./);
  },
  INSTALL_TIMEOUT_MS,
);
