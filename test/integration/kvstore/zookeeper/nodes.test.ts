/** Three servers: leaders come and go, and followers lag behind. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ZookeeperServer } from '../../../../src/dev/stores/zookeeper.js';
import type { KeyValueStore, StoredValue, WatchEvent } from '../../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { waitFor } from '../../../support/wait.js';
import { leaderOf, startZookeeperNodes } from '../../../support/zookeeper/nodes.js';
import { connectToZookeeper, describeWithZookeeper } from '../../../support/zookeeper/store.js';

const KEYS = 20;

/** Commits one number after the other; what it does not learn it reads. */
class Counter {
  readonly #store: KeyValueStore;
  #last: StoredValue | undefined;
  at = 0;
  unknown = 0;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  async next(): Promise<void> {
    const value = String(this.at + 1);
    const puts = new Map(entries('/t', KEYS).map(([key]) => [key, value]));
    const guard = { key: '/guard', expected: this.#last, value };
    for (;;) {
      try {
        const outcome = await this.#store.commit({ puts, deletes: new Set(), guard });
        if (outcome.kind === 'committed') this.#last = { value, modRevision: outcome.revision };
        else this.#last = this.#own(outcome.current, value);
        this.at += 1;
        return;
      } catch (error) {
        if (!(error instanceof LenkwerkError) || !error.retryable) throw error;
        this.unknown += 1;
      }
    }
  }

  /** After an unknown outcome the store may hold what this client wrote, and nothing else. */
  #own(current: StoredValue | undefined, value: string): StoredValue {
    if (current?.value === value && this.unknown > 0) return current;
    throw new Error(`fenced at ${value} by ${current?.value}`);
  }
}

/** Throws where a step is missing, torn or twice. */
function requireSteps(events: readonly WatchEvent[], last: number): void {
  let seen = 0;
  for (const event of events) {
    const changes = event.kind === 'changes' ? event.changes : event.snapshot.records;
    const values = new Set(changes.map(({ value }) => value));
    if (event.kind === 'resync' && changes.length === 0) continue;
    expect({ kind: event.kind, count: changes.length, values: [...values] }).toEqual({
      kind: 'changes',
      count: KEYS,
      values: [String(seen + 1)],
    });
    seen += 1;
  }
  expect(seen).toBe(last);
}

describeWithZookeeper('three servers', () => {
  let nodes: readonly ZookeeperServer[];
  beforeAll(async () => {
    nodes = await startZookeeperNodes();
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  });

  test('a killed leader fences no writer, and watches on each server stay whole', {
    timeout: 120_000,
  }, async () => {
    const endpoints = nodes.map(({ endpoint }) => endpoint);
    const store = await connectToZookeeper(endpoints);
    const stores = await Promise.all(
      endpoints.map((_, i) =>
        connectToZookeeper([...endpoints.slice(i), ...endpoints.slice(0, i)]),
      ),
    );
    const watches = stores.map((one) => new Watching(one, { prefix: '/t/' }));
    for (const watch of watches) await watch.receive(1);
    const counter = new Counter(store);
    await counter.next();
    expect((await store.troubles?.())?.map(({ kind }) => kind)).toEqual(['access']);
    for (let kill = 0; kill < 2; kill += 1) {
      const leader = await leaderOf(nodes);
      const killed = leader.crash();
      const until = counter.at + 60;
      while (counter.at < until) await counter.next();
      await killed;
      await leader.start();
    }
    expect(counter.unknown).toBeGreaterThan(0);
    for (const watch of watches) {
      await watch.receive(1 + counter.at);
      await watch.stop();
      requireSteps(watch.events, counter.at);
    }
    await Promise.all([store, ...stores].map((one) => one.close()));
  });

  test('a follower that lags is read from only after it has caught up', {
    timeout: 60_000,
  }, async () => {
    const leader = await leaderOf(nodes);
    const follower = nodes.find((node) => node !== leader);
    if (follower === undefined) throw new Error('there are three');
    const [ahead, behind] = [
      await connectToZookeeper([leader.endpoint]),
      await connectToZookeeper([follower.endpoint]),
    ];
    const guard = { key: '/lag', expected: undefined, value: 'one' };
    const nothing = { puts: new Map(), deletes: new Set<string>() };
    const first = await commitOrThrow(behind, { ...nothing, guard });
    await follower.freeze();
    const expected = { value: 'one', modRevision: first };
    const second = await commitOrThrow(ahead, {
      ...nothing,
      guard: { ...guard, expected, value: 'two' },
    });
    const seen = { value: 'two', modRevision: second };
    const reading = behind.read('/lag');
    const committing = behind.commit({
      ...nothing,
      guard: { ...guard, expected: seen, value: 'three' },
    });
    await follower.thaw();
    expect(['two', 'three']).toContain((await reading)?.value);
    expect(await committing).toMatchObject({ kind: 'committed' });
    await Promise.all([ahead.close(), behind.close()]);
  });

  test('without a majority nothing is taken, and the store serves again after it', {
    timeout: 60_000,
  }, async () => {
    const store = await connectToZookeeper(nodes.map(({ endpoint }) => endpoint));
    const others = nodes.slice(1);
    await Promise.all(others.map((node) => node.crash()));
    const refused = store.commit(freeCommit('/g', [['/a', '1']]));
    await expect(refused).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    await expect(store.read('/a')).rejects.toMatchObject({ code: 'store-unavailable' });
    await Promise.all(others.map((node) => node.start()));
    const read = () => store.read('/t/k0').catch(() => undefined);
    await waitFor(read, { what: 'a read', timeoutMs: 30_000 });
    await store.close();
  });
});
