import { expect, test, vi } from 'vitest';
import { backoffMs, withTimeout } from '../../../src/runtime/async.js';

test('waits double with each failure up to the largest one', () => {
  const waits = [1, 2, 3, 4, 5, 2_000].map((n) => backoffMs(n, { firstMs: 50, maxMs: 300 }));
  expect(waits).toEqual([50, 100, 200, 300, 300, 300]);
});

test('work in time settles as it does, and leaves no timer', async () => {
  vi.useFakeTimers();
  try {
    const late = () => new Error('late');
    expect(await withTimeout(Promise.resolve(1), 100, late)).toBe(1);
    await expect(withTimeout(Promise.reject(new Error('own')), 100, late)).rejects.toThrow('own');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('work that takes too long rejects with the error of the caller', async () => {
  vi.useFakeTimers();
  try {
    const never = new Promise<never>(() => {});
    const waiting = withTimeout(never, 100, () => new Error('late'));
    const failed = expect(waiting).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(100);
    await failed;
  } finally {
    vi.useRealTimers();
  }
});
