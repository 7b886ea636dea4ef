/** Who creates the tables of a store, and what others see until then. */
import { Client } from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { Logins } from '../../../support/logins.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';

let logins: Logins;
let sql: Client;
const stores: KeyValueStore[] = [];
beforeEach(async () => {
  logins = await Logins.create();
  sql = await logins.sessionOf('postgres');
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await logins.close();
});

async function connectAs(login: string): Promise<KeyValueStore> {
  const store = await connectToPostgres(logins.urlOf(login));
  stores.push(store);
  return store;
}

const commit = (key: string) => freeCommit('/guards', [[key, '1']]);

async function hasTables(): Promise<boolean> {
  const { rows } = await sql.query("SELECT to_regnamespace('lenkwerk_kv') IS NOT NULL AS there");
  return rows[0].there;
}

test('a store without tables is an empty one to those who read, and stays as it is', async () => {
  for (const login of [await logins.loginOf(undefined), 'postgres']) {
    const store = await connectAs(login);
    expect(await store.read('/a')).toBeUndefined();
    expect(await store.kvread('/a')).toBeUndefined();
    expect(await store.readRange(['/'])).toEqual({ revision: 1n, records: [] });
    await expect(store.readRange(['/'], 2n)).rejects.toMatchObject({ code: 'inconclusive' });
    await store.probeRecord('/a', '1');
    expect(await store.serverVersion?.()).toContain('.');
  }
  const url = `${logins.database.url}?prefix=/eu`;
  for (const verb of ['get', 'status', 'doctor', 'verify']) {
    const nothing = 'test/support/states/nothing.yaml';
    const given: Record<string, readonly string[]> = { get: ['/Config/a'], verify: [nothing] };
    const args = [verb, ...(given[verb] ?? [])];
    await logins.run('postgres', [...args, '--kv', url]);
  }
  expect(await hasTables()).toBe(false);
});

test('the first write creates the tables, and a watch that waits loses nothing of it', async () => {
  const watching = new Watching(await connectAs('postgres'), { prefix: '/' });
  expect(await watching.receive(1)).toMatchObject([{ kind: 'resync', reason: 'start' }]);
  const store = await connectAs('postgres');
  const revision = await commitOrThrow(store, commit('/a'));
  expect((await watching.receive(2))[1]).toMatchObject({ kind: 'changes', revision });
  await watching.stop();
  expect(replay(watching.events).get('/a')).toBe('1');
});

test('many that write first at once to an empty database all succeed', async () => {
  const writers = await Promise.all(Array.from({ length: 6 }, () => connectAs('postgres')));
  const written = await Promise.all(writers.map((store, i) => store.kvwrite(`/k${i}`, String(i))));
  expect(written).toEqual(Array(6).fill(true));
  expect((await writers[0]?.readRange(['/']))?.records).toHaveLength(6);
});

test('a role that may only connect and read reads, and nothing else', async () => {
  await commitOrThrow(await connectAs('postgres'), commit('/a'));
  const reader = await logins.loginOf(undefined);
  await expect(connectAs(reader)).rejects.toMatchObject({ code: 'store-rejected' });
  await logins.asAdmin(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA lenkwerk_kv TO ${reader}`);
  const store = await connectAs(reader);
  expect((await store.read('/a'))?.value).toBe('1');
  expect((await store.readRange(['/'])).records).toHaveLength(2);
  const watching = new Watching(store, { prefix: '/' });
  await watching.receive(1);
  await watching.stop();
  await expect(store.commit(commit('/b'))).rejects.toMatchObject({ code: 'store-rejected' });
});

test('a role that may create nothing gets an answer for its first write', async () => {
  const store = await connectAs(await logins.loginOf(undefined));
  await expect(store.commit(commit('/a'))).rejects.toMatchObject({ code: 'store-rejected' });
  expect(await store.kvwrite('/a', '1')).toBe(false);
  expect(await hasTables()).toBe(false);
});

test('tables that are incomplete are an error, not an empty store', async () => {
  await commitOrThrow(await connectAs('postgres'), commit('/a'));
  await sql.query('DROP TABLE lenkwerk_kv.log');
  await expect(connectAs('postgres')).rejects.toMatchObject({
    code: 'store-rejected',
    message: expect.stringContaining('lenkwerk_kv.log'),
  });
});

/** Sessions that hold what a first write needs, until the test ends. */
async function hold(login: string, statements: string): Promise<number> {
  const url = new URL(logins.urlOf(login));
  url.searchParams.set('application_name', 'holder');
  const client = new Client({ connectionString: url.href });
  await client.connect();
  // The end of the database ends it as well.
  client.on('error', () => {});
  onTestFinished(() => client.end());
  await client.query(`BEGIN; ${statements}`);
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  return rows[0].pid;
}

test('an advisory lock of a stranger stops no one', async () => {
  await hold(
    await logins.loginOf(undefined),
    'SELECT pg_advisory_xact_lock(4993006170216), pg_advisory_xact_lock(0)',
  );
  await commitOrThrow(await connectAs('postgres'), commit('/a'));
});

test.each([
  ['the schema', 'CREATE SCHEMA lenkwerk_kv', ''],
  ['a table', 'CREATE TABLE lenkwerk_kv.position ()', 'CREATE SCHEMA lenkwerk_kv'],
])('who is about to create %s as well is named', async (_, statements, before) => {
  const login = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT CREATE ON DATABASE ${logins.database.name} TO ${login}`);
  if (before !== '') {
    await logins.asAdmin(`${before}; GRANT ALL ON SCHEMA lenkwerk_kv TO ${login}`);
  }
  const pid = await hold(login, statements);
  const store = await connectAs('postgres');
  await expect(store.commit(commit('/a'))).rejects.toMatchObject({
    code: 'store-unavailable',
    retryable: true,
    message: expect.stringContaining(`pid ${pid}, user ${login}, application holder`),
  });
});

test('who holds the tables during an upgrade is named, and one that reads does not hold it up', async () => {
  await commitOrThrow(await connectAs('postgres'), commit('/a'));
  await sql.query('UPDATE lenkwerk_kv.position SET version = 2');
  const reader = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA lenkwerk_kv TO ${reader}`);
  await hold(reader, 'LOCK TABLE lenkwerk_kv.position IN ACCESS SHARE MODE');
  const pid = await hold('postgres', 'UPDATE lenkwerk_kv.position SET revision = revision');
  const store = await connectAs('postgres');
  await expect(store.commit(commit('/b'))).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining(`pid ${pid}, user postgres, application holder`),
  });
  await sql.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
  await commitOrThrow(store, commit('/b'));
});
