import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import {
  countReceived,
  countWritten,
  newCounters,
} from '../../../../src/publishing/agent/counters.js';

/** A position whose commit was at a known time. */
const at = (lsn: bigint) => ({
  lsn: lsnFromBytes(lsn),
  committedAt: '2026-01-01T00:00:00.000Z',
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the age of the oldest waiting transaction is known, also while a backlog shrinks', () => {
  const counters = newCounters();
  vi.setSystemTime(1_000);
  countReceived(counters, 10n);
  vi.setSystemTime(2_000);
  countReceived(counters, 20n);
  expect(counters.waitingSinceMs).toBe(1_000);
  vi.setSystemTime(3_000);
  countWritten(counters, 1, at(20n));
  expect(counters.waitingSinceMs).toBeUndefined();

  vi.setSystemTime(4_000);
  countReceived(counters, 30n);
  vi.setSystemTime(5_000);
  countReceived(counters, 40n);
  vi.setSystemTime(6_000);
  countWritten(counters, 1, at(30n));
  // 40 arrived after the write before this one began its batch, no earlier than 3,000.
  expect(counters.waitingSinceMs).toBe(3_000);
  vi.setSystemTime(7_000);
  countWritten(counters, 2, at(40n));
  expect(counters).toMatchObject({ waitingSinceMs: undefined, transactions: 4, changes: 4 });
});

test('the waiting of each write is counted, within every bound that it kept', () => {
  const counters = newCounters();
  vi.setSystemTime(1_000);
  countReceived(counters, 10n);
  vi.setSystemTime(1_400);
  countWritten(counters, 1, at(10n));
  // Nothing waited for it.
  countWritten(counters, 0, { lsn: lsnFromBytes(10n), committedAt: undefined });
  expect(counters.publishTimes).toEqual({
    within: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
    count: 1,
    sumSeconds: 0.4,
  });
  expect(counters.committedMs).toBeUndefined();
  countWritten(counters, 0, at(20n));
  expect(counters.committedMs).toBe(Date.UTC(2026, 0, 1));
});
