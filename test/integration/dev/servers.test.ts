import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startDevEnvironment } from '../../../src/dev/environment.js';
import { startPostgres } from '../../../src/dev/postgres.js';
import { childrenOf } from '../../../src/dev/process-tree.js';
import { type EtcdServer, startEtcd } from '../../../src/dev/stores/etcd.js';
import { scratchFolder } from '../../support/scratch.js';
import { isAlive, processesNaming } from '../../support/servers/processes.js';
import { waitFor } from '../../support/wait.js';

const { env } = process;

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

async function call(etcd: EtcdServer, method: string, body: object): Promise<unknown> {
  const request = { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(500) };
  return (await fetch(`${etcd.endpoint}/v3/kv/${method}`, request)).json();
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('PostgreSQL has the settings asked for, and stopping it leaves nothing', async () => {
  const directory = await scratchFolder();
  const settings = { application_name: "it's", max_connections: '20' };
  const postgres = await startPostgres({ env, directory, settings, fsync: false });
  onTestFinished(() => postgres.stop());
  const url = postgres.url('postgres');
  const shown = `SELECT current_setting(name) FROM unnest(ARRAY['wal_level', 'fsync',
    'max_connections', 'max_replication_slots', 'server_encoding', 'listen_addresses',
    'unix_socket_directories']) AS name`;
  const expected = ['logical', 'off', '20', '64', 'UTF8', '127.0.0.1', ''];
  expect(await query(url, shown)).toEqual(expected);
  const { pid = 0 } = postgres;
  const processes = [pid, ...(await childrenOf(pid))];
  expect(processes.length).toBeGreaterThan(3);

  await postgres.stop();

  expect(postgres.pid).toBeUndefined();
  expect(await Promise.all(processes.map(isAlive))).not.toContain(true);
  expect(await readdir(directory)).toEqual([]);
});

test('PostgreSQL starts again on the same port after a crash, with what was committed', async () => {
  const postgres = await startPostgres({ env, directory: await scratchFolder() });
  onTestFinished(() => postgres.stop());
  const url = postgres.url('postgres');
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const { pid = 0 } = postgres;
  const children = await childrenOf(pid);

  await postgres.crash();
  await waitFor(async () => !(await Promise.all(children.map(isAlive))).includes(true), {
    what: 'the children to be gone',
  });
  await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await postgres.start();

  expect(await query(url, 'SELECT answer FROM kept')).toEqual([42]);
  await postgres.shutDown();
  await postgres.start();
  expect(await query(url, 'SELECT answer FROM kept')).toEqual([42]);
});

test('a frozen PostgreSQL answers when it is thawed', async () => {
  const postgres = await startPostgres({ env, directory: await scratchFolder(), fsync: false });
  onTestFinished(() => postgres.stop());
  let answer: unknown;
  await postgres.freeze();
  const asked = query(postgres.url('postgres'), 'SELECT 1').then((rows) => {
    answer = rows;
  });
  const bystander = await startEtcd({ env, directory: await scratchFolder() });
  await bystander.stop();
  expect(answer).toBeUndefined();
  await postgres.thaw();
  await asked;
  expect(answer).toEqual([1]);
});

test('etcd keeps its data over a crash, hangs while frozen, and leaves nothing', async () => {
  const directory = await scratchFolder();
  const etcd = await startEtcd({ env, directory });
  onTestFinished(() => etcd.stop());
  await call(etcd, 'put', { key: base64('k'), value: base64('v') });

  await etcd.crash();
  await expect(call(etcd, 'range', { key: base64('k') })).rejects.toThrow('fetch failed');
  await etcd.start();
  const kept = { kvs: [expect.objectContaining({ value: base64('v') })] };
  expect(await call(etcd, 'range', { key: base64('k') })).toMatchObject(kept);

  await etcd.freeze();
  await expect(call(etcd, 'range', { key: base64('k') })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  await etcd.thaw();
  expect(await call(etcd, 'range', { key: base64('k') })).toMatchObject(kept);

  const { pid = 0 } = etcd;
  await etcd.stop();
  expect(await isAlive(pid)).toBe(false);
  expect(await readdir(directory)).toEqual([]);
});

test('an environment has an empty database that only its password opens', async () => {
  const directory = await scratchFolder();
  const environment = await startDevEnvironment({ env, directory });
  onTestFinished(() => environment.stop());
  expect(await query(environment.databaseUrl, 'SELECT current_database()')).toEqual(['lenkwerk']);
  expect(environment.store.url).toMatch(/^etcd:\/\/127\.0\.0\.1:\d+$/);
  const guessed = environment.databaseUrl.replace(/:[^:@]+@/, ':guessed@');
  await expect(query(guessed, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });

  await environment.stop();

  expect(await readdir(directory)).toEqual([]);
  expect(await processesNaming(directory)).toEqual([]);
});

test('aborting the start of an environment leaves nothing', async () => {
  const directory = await scratchFolder();
  const controller = new AbortController();
  const started = startDevEnvironment({ env, directory, signal: controller.signal });
  const failed = expect(started).rejects.toThrow('enough');
  const initialising = async () => (await processesNaming(`${directory}/`)).length > 2;
  await waitFor(initialising, { what: 'the servers to be starting' });
  controller.abort(new Error('enough'));
  await failed;
  expect(await readdir(directory)).toEqual([]);
  expect(await processesNaming(directory)).toEqual([]);
});
