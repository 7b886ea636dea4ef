/** What a follower reports: its command, its metrics and health, and its acknowledgements. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFreePort } from '../../../src/dev/ports.js';
import { createNodeScene, type NodeScene } from '../../support/nodes/node-scene.js';
import { waitFor } from '../../support/wait.js';

let scene: NodeScene;
let folder: string;
let output: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-follow-'));
  output = join(folder, 'lines');
  scene = await createNodeScene();
  await scene.cluster.activeAgent();
});
afterEach(async () => {
  await scene.close();
  await rm(folder, { recursive: true });
});

function saveConfig(key: string, value: string): Promise<unknown> {
  return scene.cluster.sql.query(
    `INSERT INTO storage.config (key, value) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, value],
  );
}

async function lines(): Promise<readonly string[]> {
  return (await readFile(output, 'utf8').catch(() => '')).split('\n').slice(0, -1);
}

test('the command gets the keys that changed, and one run follows the other', async () => {
  await saveConfig('a', '1');
  scene.follow('--exec', `cat >> ${output}; echo end >> ${output}`);
  await waitFor(async () => (await lines()).length === 2, { what: 'the first run' });
  await saveConfig('b', '1');
  await waitFor(async () => (await lines()).length === 4, { what: 'the second run' });
  await scene.cluster.sql.query(`DELETE FROM storage.config WHERE key = 'a'`);
  await waitFor(async () => (await lines()).length === 6, { what: 'the third run' });
  expect(await lines()).toEqual([
    '{"key":"/Config/a","deleted":false}',
    'end',
    '{"key":"/Config/b","deleted":false}',
    'end',
    '{"key":"/Config/a","deleted":true}',
    'end',
  ]);
});

test('what changes during a run goes into the next one, as does what a failed run had', async () => {
  const command = `cat >> ${output}; echo end >> ${output}; test -e ${folder}/well`;
  const follower = scene.follow('--exec', `sleep 1; ${command}`);
  await saveConfig('a', '1');
  await saveConfig('b', '1');
  await follower.waitForOutput('the command failed');
  await follower.waitForOutput('exit code 1');
  await waitFor(async () => (await lines()).includes('end'), { what: 'the run' });
  await saveConfig('c', '1');
  await scene.inStep();
  const lastRun = async () => (await lines()).join(' ').split('end').at(-2) ?? '';
  const hasAll = async () => {
    const run = await lastRun();
    return ['a', 'b', 'c'].every((key) => run.includes(`"/Config/${key}"`));
  };
  await waitFor(hasAll, { what: 'all keys in one run' });
  await writeFile(join(folder, 'well'), '');
  await saveConfig('d', '1');
  await waitFor(async () => (await lastRun()).includes('/Config/d'), {
    what: 'a run that ends well',
  });
  await saveConfig('e', '1');
  await waitFor(async () => (await lastRun()).trim() === '{"key":"/Config/e","deleted":false}', {
    what: 'a run without the former keys',
  });
});

test('a command that takes too long is ended, with what it started', async () => {
  const follower = scene.follow('--exec', `sleep 60 | sleep 60`, '--exec-timeout', '1');
  await saveConfig('a', '1');
  await follower.waitForOutput('it was ended');
});

test('--once brings the tables to what is published, runs the command and acknowledges', async () => {
  await saveConfig('a', '1');
  await scene.cluster.barrier();
  expect((await scene.followOnce('--exec', `cat >> ${output}`))[0]).toBe(0);
  expect((await scene.shown()).size).toBe(1);
  expect(await lines()).toEqual(['{"key":"/Config/a","deleted":false}']);
  const { writeId } = (await scene.cluster.checkpoint()) ?? {};
  expect((await scene.acknowledged())?.applied?.writeId).toBe(writeId);
});

test('a refusal is acknowledged with its key, and the position before', async () => {
  await scene.cluster.barrier();
  expect((await scene.followOnce())[0]).toBe(0);
  const before = await scene.acknowledged();
  await scene.sql.query('ALTER TABLE storage.config ADD CHECK (length(key) < 3)');
  scene.follow();
  await saveConfig('long', '1');
  await waitFor(async () => (await scene.acknowledged())?.refusal !== undefined, {
    what: 'the refusal',
  });
  const { refusal, followerId } = (await scene.acknowledged()) ?? {};
  expect(refusal?.key).toBe(`${scene.cluster.keySpace.prefix}/Config/long`);
  expect(followerId).toBe(before?.followerId);
});

test('it is ready while the tables show the checkpoint that was seen last', async () => {
  const address = `127.0.0.1:${await findFreePort()}`;
  const get = async (path: string) => {
    const response = await fetch(`http://${address}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const follower = scene.follow('--listen', address);
  await follower.waitForOutput('listening');
  expect(await get('/healthz')).toEqual({ status: 200, text: 'alive\n' });
  await waitFor(async () => (await get('/readyz')).status === 200, { what: 'readiness' });
  await scene.sql.query('ALTER TABLE storage.config ADD CHECK (length(key) < 3)');
  await saveConfig('long', '1');
  await waitFor(async () => (await get('/readyz')).text.includes('"refused"'), { what: 'it' });
  const { status, text: why } = await get('/readyz');
  expect([status, why]).toEqual([503, expect.stringContaining('/Config/long')]);
  const { text } = await get('/metrics');
  expect(text).toContain('lenkwerk_follower_state{state="refused"} 1');
  expect(text).toContain('lenkwerk_follower_in_step 0');
  expect(text).toMatch(/lenkwerk_follower_refusals_total [1-9]/);
});

test('without a name it is the published instance of this machine', async () => {
  const [exitCode, stderr] = await scene.followOnceUnnamed();
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining('--name host_port')]);
  const { port } = new URL(scene.database.url);
  await scene.cluster.sql.query(
    `INSERT INTO storage.postgres_instance (host, port, username) VALUES ($1, $2, 'u')`,
    [hostname(), port],
  );
  await scene.cluster.barrier();
  expect((await scene.followOnceUnnamed())[0]).toBe(0);
  const name = `${hostname()}_${port}`;
  expect((await scene.acknowledged(name))?.name).toBe(name);
});
