import { describe, expect, test } from 'vitest';
import type { KeyValueStore, WatchEvent, WatchOptions } from '../../../src/kvstore/store.js';
import { formatJson, type JsonValue } from '../../../src/model/json.js';
import { uniquePrefix } from '../servers/servers.js';
import { waitFor } from '../wait.js';
import { commitOrThrow, entries, freeCommit } from './commits.js';

/** A watch whose events are kept. */
export class Watching {
  readonly events: WatchEvent[] = [];
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();

  constructor(store: KeyValueStore, options: Omit<WatchOptions, 'signal'>) {
    this.ended = this.#collect(store.watch({ ...options, signal: this.#abort.signal }));
    // Awaited by stop(); until then a rejection does not count as unhandled.
    this.ended.catch(() => {});
  }

  /** Waits until so many events have arrived; throws what the watch threw. */
  async receive(count: number): Promise<readonly WatchEvent[]> {
    await this.receiveUntil(() => this.events.length >= count, `${count} watch events`);
    return this.events;
  }

  /** Waits until the condition holds; throws what the watch threw. */
  async receiveUntil(condition: () => boolean, what: string): Promise<void> {
    const waiting = waitFor(condition, { what, timeoutMs: 20_000 });
    await Promise.race([waiting, this.ended]);
    if (!condition()) throw new Error(`the watch ended after ${this.events.length} events`);
  }

  /** Ends the watch; throws what the watch threw. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #collect(events: AsyncIterable<WatchEvent>): Promise<void> {
    for await (const event of events) this.events.push(event);
  }
}

/** The keys and values after all events. */
export function replay(events: readonly WatchEvent[]): Map<string, string> {
  const state = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'resync') {
      state.clear();
      for (const { key, value } of event.snapshot.records) state.set(key, value);
      continue;
    }
    for (const { key, value } of event.changes) {
      if (value === undefined) state.delete(key);
      else state.set(key, value);
    }
  }
  return state;
}

export function describeWatchContract(store: () => KeyValueStore): void {
  describe('watch', () => {
    testDelivery(store);
    testConsumers(store);
    testKvwatch(store);
  });
}

function testDelivery(store: () => KeyValueStore): void {
  test('begins with everything, then delivers changes', async () => {
    const prefix = uniquePrefix();
    await commitOrThrow(store(), freeCommit(`${prefix}!`, [[`${prefix}/a`, '1']]));
    const watching = new Watching(store(), { prefix: `${prefix}/` });
    const [first] = await watching.receive(1);
    const key = `${prefix}/a`;
    const records = [{ key, value: '1' }];
    expect(first).toMatchObject({ kind: 'resync', reason: 'start', snapshot: { records } });
    const revision = await commitOrThrow(
      store(),
      freeCommit(`${prefix}!`, [[`${prefix}/b`, '2']], [key]),
    );
    const [, second] = await watching.receive(2);
    expect(second).toMatchObject({ kind: 'changes', revision });
    expect(replay(watching.events)).toEqual(new Map([[`${prefix}/b`, '2']]));
    await watching.stop();
  });

  test('delivers each revision whole and in order, also when it fills several messages', async () => {
    const prefix = uniquePrefix();
    const { revision: after } = await store().readRange([prefix]);
    const count = Math.min(4_000, store().limits.maxChanges);
    const revisions = [];
    for (let round = 0; round < 5; round += 1) {
      const puts = entries(prefix, count, 'x'.repeat(200));
      revisions.push(await commitOrThrow(store(), freeCommit(`${prefix}!`, puts)));
    }
    const watching = new Watching(store(), { prefix: `${prefix}/`, after });
    const events = await watching.receive(5);
    await watching.stop();
    expect(events.map((event) => event.kind === 'changes' && event.revision)).toEqual(revisions);
    for (const event of events) {
      expect(event.kind === 'changes' && new Set(event.changes.map(({ key }) => key)).size).toBe(
        count,
      );
    }
  });

  test('continues after a revision, with nothing left out and nothing twice', async () => {
    const prefix = uniquePrefix();
    const revisions = [];
    for (let i = 0; i < 20; i += 1) {
      revisions.push(
        await commitOrThrow(store(), freeCommit(`${prefix}!`, [[`${prefix}/k`, String(i)]])),
      );
    }
    const after = revisions.at(9) ?? 0n;
    const watching = new Watching(store(), { prefix: `${prefix}/`, after });
    const last = await commitOrThrow(store(), freeCommit(`${prefix}!`, [[`${prefix}/k`, 'last']]));
    await watching.receive(11);
    await watching.stop();
    const seen = watching.events.map((event) => event.kind === 'changes' && event.revision);
    expect(seen).toEqual([...revisions.slice(10), last]);
  });

  test('a backlog of 12 MB arrives, in a watch and in a listing', async () => {
    const prefix = uniquePrefix();
    const { revision: after } = await store().readRange([prefix]);
    const value = 'x'.repeat(400_000);
    for (let i = 0; i < 30; i += 1) {
      await commitOrThrow(store(), freeCommit(`${prefix}!`, [[`${prefix}/k${i}`, value]]));
    }
    const watching = new Watching(store(), { prefix: `${prefix}/`, after });
    await watching.receive(30);
    await watching.stop();
    const written = new Map(Array.from({ length: 30 }, (_, i) => [`${prefix}/k${i}`, value]));
    expect(replay(watching.events)).toEqual(written);
    const { records } = await store().readRange([`${prefix}/`]);
    expect(new Map(records.map((record) => [record.key, record.value]))).toEqual(written);
  });
}

function testConsumers(store: () => KeyValueStore): void {
  test('a signal ends it, also while it waits, and also when it was given first', async () => {
    const watching = new Watching(store(), { prefix: uniquePrefix() });
    await watching.receive(1);
    await watching.stop();
    const signal = AbortSignal.abort();
    for await (const event of store().watch({ prefix: '/', signal })) {
      throw new Error(`an event after the end: ${event.kind}`);
    }
  });

  test('a consumer that leaves the loop frees the watch', async () => {
    const { signal } = new AbortController();
    for await (const event of store().watch({ prefix: uniquePrefix(), signal })) {
      expect(event.kind).toBe('resync');
      break;
    }
  });

  test('a slow consumer misses nothing', async () => {
    const prefix = uniquePrefix();
    const abort = new AbortController();
    const { revision: after } = await store().readRange([prefix]);
    const iterator = store()
      .watch({ prefix: `${prefix}/`, after, signal: abort.signal })
      [Symbol.asyncIterator]();
    const first = iterator.next();
    const value = 'x'.repeat(100_000);
    const written = [];
    for (let i = 0; i < 60; i += 1) {
      const puts = [[`${prefix}/k`, `${i}${value}`]] as const;
      written.push(await commitOrThrow(store(), freeCommit(`${prefix}!`, puts)));
    }
    const seen = [];
    for (let next = await first; next.done !== true; next = await iterator.next()) {
      if (next.value.kind === 'changes') seen.push(next.value.revision);
      if (seen.length === written.length) break;
    }
    abort.abort();
    expect(seen).toEqual(written);
  });
}

function testKvwatch(store: () => KeyValueStore): void {
  test('kvwatch calls back with what is there, what changes and what goes', async () => {
    const prefix = uniquePrefix();
    const calls: string[] = [];
    const abort = new AbortController();
    const write = (key: string, text: string) => freeCommit(`${prefix}!`, [[prefix + key, text]]);
    await commitOrThrow(store(), write('/a', '{"v":1}'));
    const show = (value: JsonValue | undefined) => (value === undefined ? '-' : formatJson(value));
    const ended = store().kvwatch(
      async (key, value) => {
        calls.push(`${key.slice(prefix.length)} ${show(value)}`);
      },
      { prefix: `${prefix}/`, signal: abort.signal },
    );
    await waitFor(() => calls.length === 1, { what: 'the first call' });
    await commitOrThrow(store(), write('/b', '[1.10]'));
    await commitOrThrow(store(), write('/foreign', 'not json'));
    await commitOrThrow(store(), freeCommit(`${prefix}!`, [], [`${prefix}/a`]));
    await commitOrThrow(store(), freeCommit(`${prefix}!`, [], [`${prefix}/foreign`]));
    await commitOrThrow(store(), write('/b', 'broken'));
    await waitFor(() => calls.length === 4, { what: 'all calls' });
    abort.abort();
    await ended;
    expect(calls).toEqual(['/a {"v":1}', '/b [1.10]', '/a -', '/b -']);
  });

  test('kvwatch ends with what its callback throws', async () => {
    const prefix = uniquePrefix();
    await commitOrThrow(store(), freeCommit(prefix, [[`${prefix}/a`, '1']]));
    const failing = store().kvwatch(
      () => {
        throw new Error('no more');
      },
      { prefix },
    );
    await expect(failing).rejects.toThrow('no more');
  });
}
