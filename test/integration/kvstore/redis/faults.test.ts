/** Requests to a Redis that fails; each test has a Redis of its own. */
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../../../../src/dev/ports.js';
import { type RedisServer, startRedis } from '../../../../src/dev/stores/redis.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { connectToRedis, raw } from '../../../support/redis/servers.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { describeWithStore } from '../../../support/store-contract/places.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

describeWithStore('redis', 'a Redis that fails', () => {
  let redis: RedisServer;
  let proxy: TcpProxy;
  let store: KeyValueStore;

  beforeEach(async () => {
    redis = await startRedis({ kind: 'redis', env: process.env, config: ['appendfsync always'] });
    proxy = await TcpProxy.before(`http://${redis.endpoint}`);
    store = await connectToRedis(`127.0.0.1:${proxy.port}`);
  });

  afterEach(async () => {
    await store.close();
    await proxy.close();
    await redis.stop();
  });

  const UNAVAILABLE = { code: 'store-unavailable', retryable: true };
  const AT_ONCE_MS = 2_500;

  test('a store that is down fails at once, and serves at once when it is back', async () => {
    await redis.crash();
    const started = performance.now();
    for (let i = 0; i < 10; i += 1) {
      await expect(store.read('/a')).rejects.toMatchObject(UNAVAILABLE);
      await expect(store.commit(freeCommit('/g', []))).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    await redis.start();
    const back = performance.now();
    expect(await store.read('/a')).toBeUndefined();
    await commitOrThrow(store, freeCommit('/g', []));
    expect(performance.now() - back).toBeLessThan(AT_ONCE_MS);
  });

  test('a silent server fails within the deadline, and its connection is replaced', async () => {
    await redis.freeze();
    const started = performance.now();
    const requests = [store.read('/a'), store.commit(freeCommit('/g', [])), store.readRange(['/'])];
    const outcomes = await Promise.allSettled(requests);
    const waitedMs = performance.now() - started;
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    }
    expect(waitedMs).toBeGreaterThan(4_000);
    expect(waitedMs).toBeLessThan(9_000);
    await redis.thaw();
    expect(await store.read('/a')).toBeUndefined();
  });

  test('a server that accepts connections and sends nothing fails within the deadline', async () => {
    const silent = createServer(() => {});
    const port = await findFreePort();
    silent.listen(port, '127.0.0.1');
    onTestFinished(() => void silent.close());
    const started = performance.now();
    await expect(connectToRedis(`127.0.0.1:${port}`)).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - started).toBeLessThan(9_000);
  });

  test('the next host is used where one is silent, down, or a server of another kind', async () => {
    const silent = createServer((socket) => void onTestFinished(() => void socket.destroy()));
    const foreign = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request'));
    const ports = [];
    for (const server of [silent, foreign]) {
      ports.push(await findFreePort());
      server.listen(ports.at(-1), '127.0.0.1');
      onTestFinished(() => void server.close());
    }
    const places = [...ports, 1].map((port) => `127.0.0.1:${port}`);
    const several = await connectToRedis([...places, redis.endpoint].join(','));
    await commitOrThrow(several, freeCommit('/g', entries('/t', 1)));
    await several.close();
  });

  test('a lost reply makes the commit fail once, and its repetition returns the outcome', async () => {
    const direct = await connectToRedis(redis.endpoint);
    // The server knows the script after that.
    await commitOrThrow(store, freeCommit('/g', []));
    const commit = freeCommit('/g', entries('/t', 3));
    const before = proxy.accepted;
    proxy.lose('replies');
    const failing = expect(store.commit(commit)).rejects.toMatchObject(UNAVAILABLE);
    await waitFor(() => direct.read(commit.guard.key), { what: 'the commit to take place' });
    proxy.cut();
    await failing;
    // Had the client repeated it in secret, it would have reported a conflict with itself.
    expect(proxy.accepted).toBe(before);
    const repeated = await store.commit(commit);
    expect(repeated).toMatchObject({ kind: 'conflict', current: { value: '{}' } });
    await direct.close();
  });

  test('a writer that is cut off in the middle of a commit has changed nothing', async () => {
    const direct = await connectToRedis(redis.endpoint);
    await store.commit(freeCommit('/g', []));
    const { revision } = await direct.readRange(['/t/']);
    const before = proxy.requests;
    proxy.decide((_, count) => (count === before + 4 ? 'cut' : 'pass'));
    const commit = freeCommit('/g', entries('/t', 20, 'x'.repeat(100_000)));
    await expect(store.commit(commit)).rejects.toMatchObject(UNAVAILABLE);
    expect(proxy.requests).toBeGreaterThanOrEqual(before + 4);
    expect(await direct.readRange(['/t/'])).toEqual({ revision, records: [] });
    proxy.decide(undefined);
    expect(await store.commit(commit)).toMatchObject({ kind: 'committed' });
    await direct.close();
  });

  test('a server that is killed under commits holds each of them whole, and no other', async () => {
    const direct = await connectToRedis(redis.endpoint);
    let expected: { value: string; modRevision: bigint } | undefined;
    for (let kill = 0; kill < 4; kill += 1) {
      let [isOver, count] = [false, 0];
      const committing = (async () => {
        for (let n = 0; !isOver; n += 1) {
          count = n;
          const value = `${kill}-${n}`;
          const puts = new Map(entries('/t', 200).map(([key]) => [key, value]));
          const commit = {
            puts,
            deletes: new Set<string>(),
            guard: { key: '/g', expected, value },
          };
          const outcome = await direct.commit(commit).catch(() => undefined);
          if (outcome?.kind === 'committed') expected = { value, modRevision: outcome.revision };
          else break;
        }
      })();
      await waitFor(() => count >= 5, { what: 'commits' });
      await redis.crash();
      isOver = true;
      await committing;
      await redis.start();
      const { revision, records } = await direct.readRange(['/t/']);
      const guard = await direct.read('/g');
      const found = new Set(records.map(({ value, modRevision }) => `${value} ${modRevision}`));
      expect([...found]).toEqual([`${guard?.value} ${guard?.modRevision}`]);
      expect(records).toHaveLength(200);
      expect(revision).toBe(guard?.modRevision);
      // With `appendfsync always` nothing is lost that was acknowledged.
      expect(guard?.modRevision).toBeGreaterThanOrEqual(expected?.modRevision ?? 0n);
      expected = guard && { ...guard };
    }
    await direct.close();
  });

  test('a watch survives cut connections and a restart, and misses nothing', async () => {
    const direct = await connectToRedis(redis.endpoint);
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    const revisions = [];
    for (let i = 0; i < 9; i += 1) {
      revisions.push(await commitOrThrow(direct, freeCommit('/g', [['/t/k', String(i)]])));
      if (i % 3 === 0) proxy.cut();
      if (i === 5) {
        await redis.crash();
        await redis.start();
      }
    }
    const [, ...events] = await watching.receive(10);
    await watching.stop();
    expect(events.map((event) => event.kind === 'changes' && event.revision)).toEqual(revisions);
    await direct.close();
  });

  test('connecting to nothing fails at once, without a secret in its message', async () => {
    const started = performance.now();
    const failed = connectToRedis('agent:hunter2@127.0.0.1:1');
    await expect(failed).rejects.toMatchObject(UNAVAILABLE);
    await expect(failed).rejects.not.toThrow(/hunter2/);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
  });

  test('a full store is retryable, has a hint, is read as before, and changed by nothing', async () => {
    await commitOrThrow(store, freeCommit('/g', [['/t/a', 'before']]));
    await raw(redis.endpoint, 'CONFIG SET maxmemory 1mb');
    const before = await store.readRange(['/']);
    const full = store.commit(freeCommit('/g', [['/t/a', 'after']]));
    const hint = 'maxmemory is reached: raise it, or remove keys';
    await expect(full).rejects.toMatchObject({ ...UNAVAILABLE, hint });
    await expect(store.probeRecord('/t/a', 'after')).rejects.toMatchObject({
      ...UNAVAILABLE,
      hint,
    });
    expect(await store.readRange(['/'])).toEqual(before);
    await raw(redis.endpoint, 'CONFIG SET maxmemory 0');
    await commitOrThrow(store, freeCommit('/g', [['/t/a', 'after']]));
  });

  test('connecting, reading, watching and probing write nothing', async () => {
    const size = () => raw(redis.endpoint, 'DBSIZE');
    expect(await size()).toBe(0);
    const watching = new Watching(store, { prefix: '/' });
    await watching.receive(1);
    await store.probeRecord('/t/a', 'value');
    expect(await store.readRange(['/'])).toEqual({ revision: 1n, records: [] });
    await watching.stop();
    expect(await size()).toBe(0);
  });
});
