/** A PostgreSQL store behind a proxy that fails. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { createDatabase, type TestDatabase } from '../../../support/servers/servers.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

let database: TestDatabase;
let proxy: TcpProxy;
/** Past the proxy. */
let direct: KeyValueStore;
/** Through the proxy. */
let store: KeyValueStore;

beforeEach(async () => {
  database = await createDatabase();
  proxy = await TcpProxy.before(database.url);
  direct = await connectToPostgres(database.url);
  await direct.kvwrite('/first', '1');
  store = await connectToPostgres(proxy.inFrontOf(database.url));
});

afterEach(async () => {
  await store.close();
  await direct.close();
  await proxy.close();
  await database.drop();
});

const UNAVAILABLE = { code: 'store-unavailable', retryable: true };

test('a lost reply makes the commit fail once, and its repetition returns the outcome', async () => {
  const commit = freeCommit('/g', entries('/t', 3));
  proxy.lose('replies');
  const failing = expect(store.commit(commit)).rejects.toMatchObject(UNAVAILABLE);
  await waitFor(() => direct.read(commit.guard.key), { what: 'the commit to take place' });
  proxy.cut();
  await failing;
  const repeated = await store.commit(commit);
  expect(repeated).toMatchObject({ kind: 'conflict', current: { value: '{}' } });
});

test('a frozen store fails within the deadline, and serves when it is back', async () => {
  proxy.freeze();
  const started = performance.now();
  await expect(store.commit(freeCommit('/g', []))).rejects.toMatchObject(UNAVAILABLE);
  expect(performance.now() - started).toBeLessThan(8_000);
  proxy.thaw();
  await commitOrThrow(store, freeCommit('/g', []));
});

test('a session that broke while nothing was asked is opened again for the next request', async () => {
  await store.read('/first');
  await store.readRange(['/']);
  proxy.cut();
  await commitOrThrow(direct, freeCommit('/g', []));
  expect(await store.read('/first')).toMatchObject({ value: '"1"' });
  expect((await store.readRange(['/first'])).records).toHaveLength(1);
  proxy.cut();
  expect((await store.readRange(['/first'])).records).toHaveLength(1);
});

test('connections that break while a backlog arrives lose and repeat nothing', async () => {
  const { revision: after } = await direct.readRange(['/t/']);
  const written: bigint[] = [];
  for (let round = 0; round < 40; round += 1) {
    const puts = entries('/t', 100, 'x'.repeat(2_000));
    written.push(await commitOrThrow(direct, freeCommit('/guards', puts)));
  }
  proxy.cutAfter(1_000_000);
  const watching = new Watching(store, { prefix: '/t/', after });
  await watching.receive(10);
  proxy.cutAfter(300_000);
  await watching.receive(40);
  await watching.stop();
  const seen = watching.events.map((event) => event.kind === 'changes' && event.revision);
  expect(seen).toEqual(written);
  expect(proxy.accepted).toBeGreaterThan(2);
});
