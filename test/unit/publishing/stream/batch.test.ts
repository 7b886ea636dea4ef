import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { type Batch, BatchQueue, changeSize } from '../../../../src/publishing/stream/batch.js';
import { split } from '../../../../src/publishing/stream/pieces.js';
import { batchLimits } from '../../../../src/publishing/stream/publisher.js';

const keySpace = new KeySpace('');
const id = (n: number) => ({
  commitLsn: lsnFromBytes(BigInt(n) - 1n),
  xid: n,
  committedAtUs: BigInt(n),
});
const end = (n: number, barrier?: string) => ({
  lsn: lsnFromBytes(BigInt(n)),
  transaction: id(n),
  barrier,
});

const NO_TABLES = {
  records: new Map(),
  fingerprints: new Map(),
  generations: { records: new Map(), complete: true },
};

function queue(limits = { maxChanges: 10, maxBytes: 1000 }): BatchQueue {
  return new BatchQueue(limits, keySpace);
}

function transaction(into: BatchQueue, n: number, changes: Record<string, string | undefined>) {
  into.begin(id(n));
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) into.remove(key);
    else into.put(key, value);
  }
  into.commit(end(n));
}

function takeAll(from: BatchQueue): Batch[] {
  const batches: Batch[] = [];
  for (let batch = from.take(); batch !== undefined; batch = from.take()) batches.push(batch);
  return batches;
}

describe('transactions that are held back', () => {
  const repair = { keys: 'everything', tables: NO_TABLES } as const;

  test('become one batch with the repair that ends them', () => {
    const waiting = queue();
    transaction(waiting, 1, { a: '1' });
    waiting.hold();
    transaction(waiting, 2, { b: '2' });
    expect(takeAll(waiting).map(({ end: last }) => last?.lsn)).toEqual([end(1).lsn]);
    transaction(waiting, 3, { b: '3', c: '3' });
    expect(waiting).toMatchObject({ length: 0, idle: false });
    waiting.begin(id(4));
    waiting.commit({ ...end(4, 'n'), repair });
    const [batch, ...more] = takeAll(waiting);
    expect(more).toEqual([]);
    expect(batch?.changes).toEqual(new Map(Object.entries({ b: '3', c: '3' })));
    expect(batch?.end).toMatchObject({ ...end(4, 'n'), repair });
    expect(waiting.idle).toBe(true);
  });

  test('are cut into parts when they are too many', () => {
    const waiting = queue({ maxChanges: 2, maxBytes: 1000 });
    waiting.hold();
    transaction(waiting, 1, { a: '1', b: '1' });
    transaction(waiting, 2, { c: '2' });
    waiting.begin(id(3));
    waiting.commit({ ...end(3, 'n'), repair });
    expect(takeAll(waiting).map(({ end: last }) => last?.lsn)).toEqual([undefined, end(3).lsn]);
  });
});

describe('waiting transactions', () => {
  test('are merged, the last change of a key wins, and the last end counts', () => {
    const waiting = queue();
    transaction(waiting, 1, { a: '1', b: '1' });
    transaction(waiting, 2, { a: undefined, c: '2' });
    const [batch, ...more] = takeAll(waiting);
    expect(more).toEqual([]);
    expect(batch?.changes).toEqual(
      new Map([
        ['a', undefined],
        ['b', '1'],
        ['c', '2'],
      ]),
    );
    expect(batch?.end).toEqual(end(2));
  });

  test('are not merged beyond the limits', () => {
    const waiting = queue({ maxChanges: 3, maxBytes: 1000 });
    transaction(waiting, 1, { a: '1', b: '1' });
    transaction(waiting, 2, { c: '2', d: '2' });
    expect(takeAll(waiting).map(({ changes }) => changes.size)).toEqual([2, 2]);
    transaction(waiting, 1, { a: 'x'.repeat(499) });
    transaction(waiting, 2, { b: 'x'.repeat(499) });
    expect(takeAll(waiting)).toHaveLength(1);
    transaction(waiting, 1, { a: 'x'.repeat(499) });
    transaction(waiting, 2, { b: 'x'.repeat(500) });
    expect(takeAll(waiting)).toHaveLength(2);
  });

  test('are not merged with what follows a barrier', () => {
    const waiting = queue();
    transaction(waiting, 1, { a: '1' });
    waiting.begin(id(2));
    waiting.commit(end(2, 'nonce'));
    transaction(waiting, 3, { b: '1' });
    expect(takeAll(waiting).map((batch) => batch.end)).toEqual([end(2, 'nonce'), end(3)]);
  });

  test('leave no batch when they changed nothing', () => {
    const waiting = queue();
    transaction(waiting, 1, {});
    expect(waiting.idle).toBe(true);
    waiting.begin(id(9));
    expect(waiting.idle).toBe(false);
  });
});

describe('a transaction beyond the limits', () => {
  test('is queued in parts; only the last one has an end', () => {
    const waiting = queue({ maxChanges: 2, maxBytes: 1000 });
    transaction(waiting, 1, { z: '0' });
    transaction(waiting, 2, { a: '1', b: '1', c: '1', d: '1', e: '1' });
    transaction(waiting, 3, { f: '1' });
    const batches = takeAll(waiting);
    expect(batches.map(({ changes }) => [...changes.keys()].join(''))).toEqual([
      'z',
      'ab',
      'cd',
      'ef',
    ]);
    expect(batches.map((batch) => batch.end)).toEqual([end(1), undefined, undefined, end(3)]);
  });

  test('has no empty part before a change that is too large by itself', () => {
    const waiting = queue({ maxChanges: 2, maxBytes: 4 });
    transaction(waiting, 1, { a: '12345', b: '1' });
    expect(takeAll(waiting).map(({ changes }) => [...changes.keys()])).toEqual([['a'], ['b']]);
  });

  test('is whole when it fits exactly', () => {
    const waiting = queue({ maxChanges: 2, maxBytes: 1000 });
    transaction(waiting, 1, { a: '1', b: '1' });
    expect(takeAll(waiting)).toHaveLength(1);
    transaction(waiting, 2, { a: 'x'.repeat(499), b: 'x'.repeat(499) });
    expect(takeAll(waiting)).toHaveLength(1);
    transaction(waiting, 3, { a: 'x'.repeat(499), b: 'x'.repeat(500) });
    expect(takeAll(waiting)).toHaveLength(2);
  });
});

describe('TRUNCATE', () => {
  test('deletes what came before it, and not what comes after it', () => {
    const waiting = queue();
    transaction(waiting, 1, { '/Config/a': '1', '/Config/b': '1', '/Dimension/1': '1' });
    waiting.begin(id(2));
    waiting.put('/Config/c', '2');
    waiting.truncate('config');
    waiting.put('/Config/b', '2');
    waiting.commit(end(2));
    const [batch] = takeAll(waiting);
    expect(batch?.truncated).toEqual(new Set(['config']));
    expect(batch?.changes).toEqual(
      new Map([
        ['/Config/a', undefined],
        ['/Config/b', '2'],
        ['/Dimension/1', '1'],
        ['/Config/c', undefined],
      ]),
    );
  });
});

const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.option(fc.string()));
const transactions = fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 12 });
const limits = fc.record({
  maxChanges: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.integer({ min: 1, max: 60 }),
});

test('whatever the limits: the batches end in the same state, and each keeps them', () => {
  fc.assert(
    fc.property(transactions, limits, (history, bound) => {
      const waiting = queue(bound);
      const wanted = new Map<string, string>();
      for (const [n, changes] of history.entries()) {
        waiting.begin(id(n));
        for (const [key, value] of changes) {
          if (value === null) wanted.delete(key);
          else wanted.set(key, value);
          if (value === null) waiting.remove(key);
          else waiting.put(key, value);
        }
        waiting.commit(end(n));
      }
      const found = new Map<string, string>();
      for (const { changes } of takeAll(waiting)) {
        // A change that is too large to have company stays with those before it.
        const kept = [...changes].filter((change) => changeSize(...change) <= bound.maxBytes);
        expect(split(new Map(kept), bound)).toHaveLength(1);
        for (const [key, value] of changes) {
          if (value === undefined) found.delete(key);
          else found.set(key, value);
        }
      }
      expect(found).toEqual(wanted);
    }),
  );
});

test('the limits leave space for the checkpoint, and follow those of the store', () => {
  const ofStore = { maxChanges: 100, maxBytes: 10_000 };
  const left = batchLimits({ limits: ofStore });
  expect([left.maxChanges, left.maxBytes]).toEqual([99, 5_904]);
  Object.assign(ofStore, { maxChanges: 1 });
  expect(left.maxChanges).toBe(1);
});
