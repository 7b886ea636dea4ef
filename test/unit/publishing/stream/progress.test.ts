import { describe, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import type { Progress } from '../../../../src/publishing/records/checkpoint.js';
import type { Batch } from '../../../../src/publishing/stream/batch.js';
import {
  partProgress,
  snapshotProgress,
  wholeProgress,
} from '../../../../src/publishing/stream/progress.js';

const at = (n: number) => lsnFromBytes(BigInt(n));
const id = (n: number) => ({ commitLsn: at(n), xid: n, committedAtUs: BigInt(n) * 1_000n });
const end = (n: number, barrier?: string) => {
  return { lsn: at(n + 1), transaction: id(n), barrier };
};
const REPAIR = {
  keys: 'everything',
  tables: {
    records: new Map(),
    fingerprints: new Map(),
    generations: { records: new Map(), complete: true },
  },
} as const;
const batch = (n: number): Batch => {
  return {
    ...{ changes: new Map(), truncated: new Set(), end: end(n) },
    ...{ transaction: id(n), awaitsRepair: false },
  };
};
const BEFORE: Progress = { ...snapshotProgress(at(10)), committedAt: '2026-01-01T00:00:00.000Z' };

describe('parts', () => {
  test('keep the position, count, and belong to the last transaction of their batch', () => {
    const first = partProgress(BEFORE, batch(20));
    expect(first).toMatchObject({ lsn: at(10), part: 1, partOf: id(20), witness: BEFORE.witness });
    expect(partProgress(first, batch(20))).toMatchObject({ part: 2, partOf: id(20) });
  });

  test('never belong to something earlier than before, and to a repair for good', () => {
    const later = partProgress(BEFORE, batch(30));
    expect(partProgress(later, batch(20)).partOf).toEqual(id(30));
    expect(partProgress(later, batch(40)).partOf).toEqual(id(40));
    const held = partProgress(later, { ...batch(20), awaitsRepair: true });
    expect(held.partOf).toBe('repair');
    expect(partProgress(held, batch(40)).partOf).toBe('repair');
    const repair = { ...batch(40), end: { ...end(40), repair: REPAIR } };
    expect(partProgress(BEFORE, repair).partOf).toBe('repair');
  });
});

describe('a whole write', () => {
  test('moves position and witness to its last transaction', () => {
    expect(wholeProgress(BEFORE, end(20, 'n'), false)).toMatchObject({
      ...{ phase: 'stream', lsn: at(21), barrier: 'n', part: undefined, partOf: undefined },
      ...{ witness: { endLsn: at(21), transaction: id(20) } },
      committedAt: '1970-01-01T00:00:00.020Z',
    });
  });

  test('of an idle position leaves the witness', () => {
    const idle = { lsn: at(90), transaction: undefined, barrier: undefined };
    const { witness, committedAt } = BEFORE;
    expect(wholeProgress(BEFORE, idle, false)).toMatchObject({ lsn: at(90), witness, committedAt });
  });

  test('ends parts of its own transaction and of earlier ones, not those of a later one', () => {
    const parts = partProgress(BEFORE, batch(30));
    expect(wholeProgress(parts, end(30), true).part).toBeUndefined();
    expect(wholeProgress(parts, end(31), true).partOf).toBeUndefined();
    const earlier = wholeProgress(parts, end(20, 'n'), true);
    expect(earlier).toMatchObject({ lsn: at(21), part: 1, partOf: id(30), barrier: undefined });
  });

  test('ends parts of a repair with a repair only, of another session with one of everything', () => {
    const parts: Progress = { ...BEFORE, part: 1, partOf: 'repair' };
    const some = { ...end(40), repair: { ...REPAIR, keys: new Set(['/Config/a']) } };
    const everything = { ...end(40), repair: REPAIR };
    expect(wholeProgress(parts, end(40), false).partOf).toBe('repair');
    expect(wholeProgress(parts, some, false).partOf).toBeUndefined();
    expect(wholeProgress(parts, some, true).partOf).toBe('repair');
    expect(wholeProgress(parts, everything, true).partOf).toBeUndefined();
  });
});
