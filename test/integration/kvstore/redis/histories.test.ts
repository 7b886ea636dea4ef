/** Journals that are trimmed, and stores that go back to an earlier state. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../../src/dev/stores/redis.js';
import type { KeyValueStore, StoredValue, WatchEvent } from '../../../../src/kvstore/store.js';
import {
  caughtUp,
  connectToRedis,
  follow,
  promote,
  raw,
  startSentinels,
} from '../../../support/redis/servers.js';
import { scratchFolder } from '../../../support/scratch.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { describeWithStore } from '../../../support/store-contract/places.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';
import { waitFor } from '../../../support/wait.js';

describeWithStore('redis', 'histories of a Redis', () => {
  let redis: RedisServer;
  let store: KeyValueStore;

  async function startServer(config: readonly string[] = []): Promise<RedisServer> {
    const server = await startRedis({ kind: 'redis', env: process.env, config });
    onTestFinished(() => server.stop());
    return server;
  }

  beforeEach(async () => {
    redis = await startRedis({ kind: 'redis', env: process.env });
    store = await connectToRedis(redis.endpoint);
  });

  afterEach(async () => {
    await store.close();
    await redis.stop();
  });

  /** Writes `/t/k` under the guard `/g`, and returns what the guard holds then. */
  async function write(to: KeyValueStore, value: string, expected?: StoredValue) {
    const guard = { key: '/g', expected, value };
    const commit = { puts: new Map([['/t/k', value]]), deletes: new Set<string>(), guard };
    return { value, modRevision: await commitOrThrow(to, commit) };
  }

  const kindOf = (event: WatchEvent | undefined) =>
    event?.kind === 'resync' ? event.reason : event?.kind;

  test('the journal keeps 64 MiB: what is older is a gap for a watch, and no past any more', async () => {
    const [first] = [await write(store, 'first')];
    const value = 'x'.repeat(2_900_000);
    let last = 0n;
    // Each of them leaves its value, and the one before it.
    for (let n = 0; n < 16; n += 1) {
      last = await commitOrThrow(store, freeCommit('/g', [['/t/large', `${n}${value}`]]));
    }
    await expect(store.readRange(['/t/'], first?.modRevision)).rejects.toMatchObject({
      code: 'inconclusive',
    });
    expect((await store.readRange(['/t/'], last - 1n)).records).toHaveLength(2);
    const watching = new Watching(store, { prefix: '/t/', after: first?.modRevision ?? 0n });
    const [event] = await watching.receive(1);
    await watching.stop();
    expect(event).toMatchObject({ kind: 'resync', reason: 'trimmed' });
    expect(
      replay(event === undefined ? [] : [event])
        .get('/t/large')
        ?.slice(0, 3),
    ).toBe('15x');
    const bytes = Number(await raw(redis.endpoint, 'MEMORY USAGE /Lenkwerk/Journal'));
    expect(bytes).toBeLessThan(80 * 1024 * 1024);
  });

  test('values as large as they may be are listed, each once', async () => {
    const value = 'x'.repeat(2_999_000);
    const keys = Array.from({ length: 24 }, (_, n) => `/t/${String(n).padStart(2, '0')}`);
    for (const key of keys) {
      const isLarge = !key.endsWith('5');
      await commitOrThrow(store, freeCommit('/g', [[key, isLarge ? value : key]]));
    }
    const { records } = await store.readRange(['/t/']);
    expect(records.map(({ key }) => key)).toEqual(keys);
    expect(records.map((record) => record.value.length)).toEqual(
      keys.map((key) => (key.endsWith('5') ? key.length : value.length)),
    );
  });

  test('a commit that replaces too much is an entry without changes: the watch lists all', async () => {
    const value = 'x'.repeat(1_400_000);
    const keys = Array.from({ length: 8 }, (_, n) => `/t/${n}`);
    for (const key of keys) await commitOrThrow(store, freeCommit('/g', [[key, value]]));
    const { revision: before } = await store.readRange(['/t/']);
    const watching = new Watching(store, { prefix: '/t/', after: before });
    const deleted = await commitOrThrow(store, freeCommit('/g', [['/t/new', '1']], keys));
    const [event] = await watching.receive(1);
    await watching.stop();
    expect(event).toMatchObject({
      kind: 'resync',
      reason: 'trimmed',
      snapshot: { revision: deleted, records: [{ key: '/t/new', value: '1' }] },
    });
    const past = store.readRange(['/t/'], before);
    await expect(past).rejects.toMatchObject({ code: 'inconclusive' });
  });

  test('a database that is emptied is another history, for its watch and its writer', async () => {
    const held = await write(store, '1');
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    await raw(redis.endpoint, 'FLUSHALL');
    const [, second] = await watching.receive(2);
    expect(second).toMatchObject({ kind: 'resync', reason: 'rewound', snapshot: { records: [] } });
    const guard = { key: '/g', expected: held, value: '2' };
    const lost = await store.commit({ puts: new Map(), deletes: new Set(), guard });
    expect(lost).toEqual({ kind: 'conflict', current: undefined });
    const again = await write(store, '1');
    expect(again.modRevision).toBeGreaterThan(held.modRevision);
    await watching.receive(3);
    await watching.stop();
  });

  test('a restored copy gives no revision out again, and its watch begins anew', async () => {
    const first = await write(store, '1');
    const copy = join(await scratchFolder(), 'copy');
    await redis.crash();
    await cp(join(redis.folder, 'appendonlydir'), copy, { recursive: true });
    await redis.start();
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    const second = await write(store, '2', first);
    const third = await write(store, '3', second);
    await watching.receive(3);
    await redis.crash();
    await rm(join(redis.folder, 'appendonlydir'), { recursive: true });
    await cp(copy, join(redis.folder, 'appendonlydir'), { recursive: true });
    await redis.start();
    const events = await watching.receive(4);
    expect(events.map(kindOf)).toEqual(['start', 'changes', 'changes', 'rewound']);
    expect(replay(events)).toEqual(new Map([['/t/k', '1']]));
    const other = await write(store, 'other', first);
    expect(other.modRevision).toBeGreaterThan(third.modRevision);
    const guard = { key: '/g', expected: third, value: 'late' };
    const late = await store.commit({ puts: new Map(), deletes: new Set(), guard });
    expect(late).toEqual({ kind: 'conflict', current: other });
    await watching.stop();
  });

  test('commits that a failover loses are a conflict for their writer, and a gap for watches', async () => {
    const other = await startServer();
    await follow(other, redis);
    const both = await connectToRedis(`${redis.endpoint},${other.endpoint}`);
    onTestFinished(() => both.close());
    const first = await write(both, '1');
    const watching = new Watching(both, { prefix: '/t/' });
    await watching.receive(1);
    await caughtUp(redis, other);
    // A partition: the replica becomes a primary, and the old one takes commits for a while.
    await promote(other);
    const lost = await write(both, 'lost', await write(both, 'also lost', first));
    await watching.receive(3);
    const elsewhere = await connectToRedis(other.endpoint);
    onTestFinished(() => elsewhere.close());
    const kept = await write(elsewhere, 'kept', first);
    await follow(redis, other);
    const guard = { key: '/g', expected: lost, value: 'late' };
    const late = { puts: new Map([['/t/k', 'late']]), deletes: new Set<string>(), guard };
    // The first answer may still be of the old primary: that it is one no more.
    const outcome = await both.commit(late).catch(() => both.commit(late));
    expect(outcome).toEqual({ kind: 'conflict', current: kept });
    const events = await watching.receive(4);
    expect(kindOf(events[3])).toBe('rewound');
    expect(replay(events)).toEqual(new Map([['/t/k', 'kept']]));
    await watching.stop();
  });

  test('a store that Sentinels name is found again after its primary has died', async () => {
    const other = await startServer();
    await follow(other, redis);
    const sentinels = await startSentinels(redis, 3);
    onTestFinished(async () => {
      for (const sentinel of sentinels) await sentinel.stop();
    });
    const hosts = sentinels.map(({ endpoint }) => endpoint).join(',');
    const place = `${hosts}?sentinel=lw`;
    const watched = await connectToRedis(place);
    onTestFinished(() => watched.close());
    expect(watched.description).toBe(`redis://${place}`);
    const first = await write(watched, '1');
    const watching = new Watching(watched, { prefix: '/t/' });
    await watching.receive(1);
    await caughtUp(redis, other);
    const known = async () => {
      const [sentinel] = sentinels;
      return String(await raw(sentinel?.endpoint ?? '', 'SENTINEL REPLICAS lw')).length > 0;
    };
    await waitFor(known, { what: 'the Sentinels to know the replica' });
    await redis.crash();
    const guard = { key: '/g', expected: first, value: '2' };
    const commit = { puts: new Map([['/t/k', '2']]), deletes: new Set<string>(), guard };
    const isCommitted = async () => (await watched.commit(commit)).kind === 'committed';
    await waitFor(isCommitted, { what: 'the failover', timeoutMs: 25_000 });
    await watching.receive(2);
    expect(replay(watching.events)).toEqual(new Map([['/t/k', '2']]));
    expect(watching.events.map(kindOf)).toEqual(['start', 'changes']);
    await watching.stop();
  }, 40_000);
});
