/** The commands in the README of examples/storage-node, against servers of the test. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CLI } from '../../support/cli/built.js';
import { runProgram } from '../../support/cli/console-lines.js';
import { createNodeScene } from '../../support/nodes/node-scene.js';
import { uniqueName } from '../../support/servers/servers.js';

const EXAMPLE = new URL('../../../examples/storage-node/', import.meta.url);
const README = new URL('README.md', EXAMPLE);

test('sets a node up, creates its login, and follows', { timeout: 60_000 }, async () => {
  const scene = await createNodeScene();
  const { cluster, database, storeUrl } = scene;
  await cluster.activeAgent();
  await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('a', '1')`);
  await cluster.barrier();
  const [, block = ''] = /```sh\n(.*?)```/s.exec(await readFile(README, 'utf8')) ?? [];
  const { host } = new URL(database.url);
  const login = uniqueName('follower');
  const script = block
    .replaceAll('node-1.example.com/bagger', `${host}/${database.name}`)
    .replaceAll('postgres://postgres@', `postgres://${new URL(database.url).username}@`)
    .replaceAll(/\bfollower\b/g, login)
    .replace('etcd://kv1.example.com,kv2.example.com', `'${storeUrl}'`)
    .replaceAll(/^lenkwerk /gm, `'${process.execPath}' '${CLI}' `)
    // No psql needs to be installed for the tests.
    .replace(/^psql .*? -c '(.*)'$/m, '');
  expect(script).not.toContain('example.com');
  await scene.sql.query(`DO $$ BEGIN
    IF to_regrole('lenkwerk_follower') IS NULL THEN CREATE ROLE lenkwerk_follower; END IF; END $$`);
  await scene.sql.query(`CREATE ROLE ${login} LOGIN IN ROLE lenkwerk_follower`);
  const ended = await runProgram('bash', ['-e', '-c', script], { cwd: EXAMPLE });
  expect(ended).toMatchObject({ exitCode: 0 });
  expect((await scene.shown()).size).toBe(1);
  expect((await scene.acknowledged('node-1_5432'))?.name).toBe('node-1_5432');
  await scene.sql.query(`DROP ROLE ${login}`);
  await scene.close();
});
