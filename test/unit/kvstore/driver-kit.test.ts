import { describe, expect, test } from 'vitest';
import { checkCommitSize, prefixBounds } from '../../../src/kvstore/driver-kit.js';
import type { GuardedCommit, WatchEvent } from '../../../src/kvstore/store.js';
import { keepWatching } from '../../../src/kvstore/watching.js';
import { LenkwerkError } from '../../../src/model/errors.js';

describe('the size of a commit', () => {
  const commit: GuardedCommit = {
    puts: new Map([['/ä', '€']]),
    deletes: new Set(['/gone']),
    guard: { key: '/guard', expected: undefined, value: 'new' },
  };
  // Of puts '/ä' and '€', the deleted key, and the guard: its key is compared and written.
  const bytes = 3 + 3 + 5 + 6 + 6 + 3;

  test('is allowed up to both limits', () => {
    checkCommitSize(commit, { maxBytes: bytes, maxChanges: 2 });
  });

  test('is refused beyond one of them', () => {
    const refused = (message: string) =>
      expect.objectContaining({ code: 'store-rejected', message, retryable: false });
    expect(() => checkCommitSize(commit, { maxBytes: bytes - 1, maxChanges: 2 })).toThrow(
      refused(`a commit of ${bytes} bytes; the store takes ${bytes - 1}`),
    );
    expect(() => checkCommitSize(commit, { maxBytes: bytes, maxChanges: 1 })).toThrow(
      refused('a commit of 2 changes; the store takes 1'),
    );
  });
});

test('the keys that start with a prefix', () => {
  expect(prefixBounds('/a')).toEqual({ start: Buffer.from('/a'), end: Buffer.from('/b') });
  expect(prefixBounds('ä').end).toEqual(Buffer.from('å'));
  expect(prefixBounds('')).toEqual({ start: Buffer.alloc(0), end: Buffer.from([0xff]) });
});

describe('a watch that outlives its connections', () => {
  const change = (revision: bigint): WatchEvent => ({ kind: 'changes', revision, changes: [] });
  const resync = (revision: bigint): WatchEvent => {
    return { kind: 'resync', reason: 'start', snapshot: { revision, records: [] } };
  };
  const lost = () => new LenkwerkError('store-unavailable', 'lost', { retryable: true });

  /** What each attempt yields before it fails; the last one stays. Returns what was received. */
  async function received(attempts: readonly (readonly (WatchEvent | undefined)[])[]) {
    const controller = new AbortController();
    const counts: number[] = [];
    const events: WatchEvent[] = [];
    const wanted = attempts.flat().filter((event) => event !== undefined).length;
    async function* attempt(failures: number): AsyncGenerator<WatchEvent | undefined> {
      const yielded = attempts[counts.length] ?? [];
      counts.push(failures);
      yield* yielded;
      if (counts.length === attempts.length) controller.abort();
      throw lost();
    }
    for await (const event of keepWatching(attempt, controller.signal)) events.push(event);
    expect(events).toHaveLength(wanted);
    return { counts, events };
  }

  test('yields the events of all attempts, in their order', async () => {
    const { events } = await received([[resync(1n)], [change(2n), undefined, change(3n)]]);
    expect(events).toEqual([resync(1n), change(2n), change(3n)]);
  });

  test('counts failures in a row; a change or progress ends the row, a resync does not', async () => {
    expect((await received([[], [], []])).counts).toEqual([0, 1, 2]);
    expect((await received([[], [change(1n)], []])).counts).toEqual([0, 1, 1]);
    expect((await received([[], [undefined], []])).counts).toEqual([0, 1, 1]);
    expect((await received([[], [resync(1n)], []])).counts).toEqual([0, 1, 2]);
  });

  test('ends with an error that is not retryable', async () => {
    const thrown = [new LenkwerkError('store-rejected', 'no'), new Error('a defect')];
    for (const error of thrown) {
      // biome-ignore lint/correctness/useYield: it fails before its first event
      async function* attempt(): AsyncGenerator<WatchEvent> {
        throw error;
      }
      const watch = keepWatching(attempt, new AbortController().signal);
      await expect(watch.next()).rejects.toBe(error);
    }
  });

  test('does not begin after it was stopped', async () => {
    const { counts } = await received([[]]);
    expect(counts).toEqual([0]);
    async function* attempt(): AsyncGenerator<WatchEvent> {
      yield change(1n);
    }
    expect(await keepWatching(attempt, AbortSignal.abort()).next()).toMatchObject({ done: true });
  });

  test('an attempt that ends without an error is followed by another one', async () => {
    const controller = new AbortController();
    let attempts = 0;
    async function* attempt(): AsyncGenerator<WatchEvent> {
      attempts += 1;
      if (attempts === 2) controller.abort();
      yield change(BigInt(attempts));
    }
    const events: WatchEvent[] = [];
    for await (const event of keepWatching(attempt, controller.signal)) events.push(event);
    expect(events).toEqual([change(1n), change(2n)]);
  });
});
