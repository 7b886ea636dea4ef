import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kvconnect } from '../../../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { createDatabase, type TestDatabase, uniqueName } from '../../../support/servers/servers.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';
import { waitFor } from '../../../support/wait.js';

let database: TestDatabase;
let sql: Client;
let store: KeyValueStore;
beforeEach(async () => {
  database = await createDatabase();
  store = await connectToPostgres(database.url);
  await store.kvwrite('/first', '1');
  sql = new Client({ connectionString: database.url });
  await sql.connect();
});
afterEach(async () => {
  await sql.end();
  await store.close();
  await database.drop();
});

const write = (key: string, value: string) =>
  commitOrThrow(store, freeCommit('/guards', [[`/t/${key}`, value]]));

const keepRevisions = (count: number) =>
  sql.query('UPDATE lenkwerk_kv.position SET keep_revisions = $1', [count]);

test('kvconnect takes what kvstore_config holds', async () => {
  const { hostname: host, port, username: user, pathname } = new URL(database.url);
  const dbname = pathname.slice(1);
  const same = await kvconnect({ type: 'postgres', host, port, user, dbname, prefix: '/eu' });
  expect(same).toMatchObject({ prefix: '/eu' });
  await same.kvwrite('/eu/Config/production', '1');
  expect(await store.kvread('/eu/Config/production')).toBe('1');
  await same.close();
});

test('connecting again, and many at once to an empty database, is harmless', async () => {
  await write('kept', '1');
  const empty = await createDatabase();
  const urls = [database.url, ...Array(6).fill(empty.url)];
  const stores = await Promise.all(urls.map(connectToPostgres));
  expect((await store.read('/t/kept'))?.value).toBe('1');
  await Promise.all(stores.map((other) => other.close()));
  await empty.drop();
});

test('the past beyond the bounds of the log is inconclusive, what is within is exact', async () => {
  await keepRevisions(20);
  const revisions = [];
  for (let i = 0; i < 60; i += 1) revisions.push(await write('a', String(i)));
  const [first = 0n] = revisions;
  await expect(store.readRange(['/t/'], first)).rejects.toMatchObject({ code: 'inconclusive' });
  for (const back of [1, 10, 20]) {
    const revision = revisions.at(-back) ?? 0n;
    const { records } = await store.readRange(['/t/'], revision);
    const value = String(60 - back);
    expect(records).toEqual([{ key: '/t/a', value, modRevision: revision }]);
  }
  const { rows } = await sql.query('SELECT count(DISTINCT revision)::int FROM lenkwerk_kv.log');
  expect(rows).toEqual([{ count: 20 }]);
});

test('the log is bounded in bytes as well', async () => {
  await sql.query('UPDATE lenkwerk_kv.position SET keep_bytes = 100000');
  for (let i = 0; i < 30; i += 1) await write('a', 'x'.repeat(10_000));
  const { rows } = await sql.query('SELECT count(DISTINCT revision)::int FROM lenkwerk_kv.log');
  // What was replaced counts too: two times 10 kB for each revision.
  expect(rows[0].count).toBeLessThan(6);
  expect((await store.read('/t/a'))?.value).toHaveLength(10_000);
});

test('a commit reads the keys that it changes, however many there are', async () => {
  const keys = 1_000;
  const all = Array.from({ length: keys }, (_, i) => [`/t/${i}`, 'x'] as const);
  for (let i = 0; i < 20; i += 1) await write(String(i), 'before');
  await commitOrThrow(store, freeCommit('/guards', all));
  for (let i = 0; i < 100; i += 1) await write(String(i), 'after');
  await store.close();
  const text = `SELECT n_tup_upd::int AS updated, seq_tup_read::int AS scanned
    FROM pg_stat_user_tables WHERE relid = 'lenkwerk_kv.current'::regclass`;
  const scanned = await waitFor(
    async () => {
      const [found] = (await sql.query(text)).rows;
      return found.updated >= 120 && [found.scanned];
    },
    { what: 'the statistics of the session' },
  );
  expect(scanned[0]).toBeLessThan(keys);
});

test('a watch from a pruned revision begins with a resync', async () => {
  await keepRevisions(5);
  const after = await write('a', '0');
  for (let i = 0; i < 20; i += 1) await write('a', String(i));
  const watching = new Watching(store, { prefix: '/t/', after });
  const [event] = await watching.receive(1);
  expect(event).toMatchObject({ kind: 'resync', reason: 'trimmed' });
  await write('b', 'x');
  await watching.receive(2);
  await watching.stop();
  expect(replay(watching.events)).toEqual(
    new Map([
      ['/t/a', '19'],
      ['/t/b', 'x'],
    ]),
  );
});

test('a store that lost its newest revisions, or is another one, ends in a resync', async () => {
  const { revision } = await store.readRange(['/t/']);
  const ahead = new Watching(store, { prefix: '/t/', after: revision + 1_000n });
  expect(await ahead.receive(1)).toMatchObject([{ kind: 'resync', reason: 'rewound' }]);
  await ahead.stop();
  const watching = new Watching(store, { prefix: '/t/' });
  await watching.receive(1);
  await sql.query('UPDATE lenkwerk_kv.position SET store_id = gen_random_uuid()');
  await write('a', '1');
  expect((await watching.receive(2))[1]).toMatchObject({ kind: 'resync', reason: 'rewound' });
  await watching.stop();
});

test('sessions that are ended by an administrator lose and repeat nothing', async () => {
  const watching = new Watching(store, { prefix: '/t/' });
  await watching.receive(1);
  const written: bigint[] = [];
  for (let round = 0; round < 5; round += 1) {
    written.push(await write('a', String(round)));
    await sql.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'lenkwerk store%'`);
    // The end of its session may arrive before the commit or after it.
    const unavailable = { code: 'store-unavailable', retryable: true };
    await store.commit(freeCommit('/g', [])).catch((error: unknown) => {
      expect(error).toMatchObject(unavailable);
    });
  }
  written.push(await write('a', 'last'));
  const last = () =>
    watching.events.some((event) => event.kind === 'changes' && event.revision === written.at(-1));
  while (!last()) await watching.receive(watching.events.length + 1);
  await watching.stop();
  const seen = watching.events.flatMap((e) => (e.kind === 'changes' ? [e.revision] : []));
  expect(seen).toEqual(written);
});

test('an idle watch hears of a commit by the notification, not by looking again', async () => {
  const watching = new Watching(store, { prefix: '/t/' });
  await watching.receive(1);
  const started = performance.now();
  for (let i = 0; i < 10; i += 1) {
    await write('a', String(i));
    await watching.receive(i + 2);
  }
  expect(performance.now() - started).toBeLessThan(4_000);
  await watching.stop();
});

test('a role that may only use the tables can connect, one without rights is rejected', async () => {
  const role = uniqueName('node');
  const url = new URL(database.url);
  await sql.query(`CREATE ROLE ${role} LOGIN`);
  url.username = role;
  const rejected = connectToPostgres(url.href);
  await expect(rejected).rejects.toMatchObject({ code: 'store-rejected', retryable: false });
  await sql.query(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${role}`);
  await sql.query(`GRANT SELECT ON ALL TABLES IN SCHEMA lenkwerk_kv TO ${role}`);
  await write('a', '1');
  const reader = await connectToPostgres(url.href);
  const watching = new Watching(reader, { prefix: '/t/' });
  await watching.receive(1);
  expect(replay(watching.events)).toEqual(new Map([['/t/a', '1']]));
  await watching.stop();
  expect(await reader.kvwrite('/t/a', '2')).toBe(false);
  await reader.close();
  await sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

test('a database that is not there is rejected, a server that is not there unavailable', async () => {
  const url = new URL(database.url);
  url.pathname = '/there_is_none';
  await expect(connectToPostgres(url.href)).rejects.toMatchObject({ code: 'store-rejected' });
  url.port = '1';
  const unavailable = { code: 'store-unavailable', retryable: true };
  await expect(connectToPostgres(url.href)).rejects.toMatchObject(unavailable);
});

test('tables of version 1 are upgraded', async () => {
  await sql.query(`
    DROP FUNCTION lenkwerk_kv.commit_changes;
    CREATE FUNCTION lenkwerk_kv.commit_changes(bytea, bigint, bytea[], bytea[])
      RETURNS boolean LANGUAGE sql AS 'SELECT false';
    UPDATE lenkwerk_kv.position SET version = 1`);
  const upgraded = await connectToPostgres(database.url);
  const revision = await commitOrThrow(upgraded, freeCommit('/guards', [['/t/a', '1']]));
  expect(await upgraded.read('/t/a')).toEqual({ value: '1', modRevision: revision });
  await upgraded.close();
});

test('tables of a later version are not touched', async () => {
  await sql.query('UPDATE lenkwerk_kv.position SET version = version + 1');
  await expect(connectToPostgres(database.url)).rejects.toMatchObject({ code: 'store-rejected' });
});

test('a listing sees a revision whole or not at all, however many write', async () => {
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    const own = await connectToPostgres(database.url);
    for (let i = 0; i < 30; i += 1) {
      await commitOrThrow(own, freeCommit('/guards', entries('/t', 50, `${writer}-${i}-`)));
    }
    await own.close();
  });
  const watching = new Watching(store, { prefix: '/t/' });
  for (let listing = 0; listing < 20; listing += 1) {
    const { records } = await store.readRange(['/t/']);
    expect(new Set(records.map(({ modRevision }) => modRevision)).size).toBeLessThanOrEqual(1);
  }
  await Promise.all(writers);
  const { records } = await store.readRange(['/t/']);
  const newest = records[0]?.modRevision ?? 0n;
  const caughtUp = () =>
    watching.events.some(
      (event) =>
        (event.kind === 'changes' && event.revision === newest) ||
        (event.kind === 'resync' && event.snapshot.revision >= newest),
    );
  while (!caughtUp()) await watching.receive(watching.events.length + 1);
  await watching.stop();
  const values = new Map(records.map(({ key, value }) => [key, value]));
  expect(replay(watching.events)).toEqual(values);
});
