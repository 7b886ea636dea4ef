import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  countReceived,
  countWritten,
  newCounters,
} from '../../../../src/publishing/agent/counters.js';

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
  countWritten(counters, 1, 20n);
  expect(counters.waitingSinceMs).toBeUndefined();

  vi.setSystemTime(4_000);
  countReceived(counters, 30n);
  vi.setSystemTime(5_000);
  countReceived(counters, 40n);
  vi.setSystemTime(6_000);
  countWritten(counters, 1, 30n);
  // 40 arrived after the write before this one began its batch, no earlier than 3,000.
  expect(counters.waitingSinceMs).toBe(3_000);
  vi.setSystemTime(7_000);
  countWritten(counters, 2, 40n);
  expect(counters).toMatchObject({ waitingSinceMs: undefined, transactions: 4, changes: 4 });
});
