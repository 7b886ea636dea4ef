import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { Backoff } from '../../../../src/publishing/agent/backoff.js';
import { newCounters } from '../../../../src/publishing/agent/counters.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';

const FAILURE = new LenkwerkError('database-error', 'it failed');
const OPEN = { isOwed: false, isOpen: true };
/** Is not asked. */
const database = postgresSource(connectionSettings({ url: 'postgres://u@127.0.0.1:1/d' }, {}));

let failures: Backoff;
beforeEach(() => {
  vi.useFakeTimers();
  failures = new Backoff({ database, counters: newCounters() });
});
afterEach(() => {
  vi.useRealTimers();
});

function failTimes(count: number): number {
  let waitMs = 0;
  for (let i = 0; i < count; i += 1) {
    failures.begins();
    failures.starts();
    waitMs = failures.count(FAILURE, OPEN);
  }
  return waitMs;
}

test('after some quick ones sessions are started seldom, whatever ended the ones before', () => {
  const waits = Array.from({ length: 9 }, () => {
    failures.begins();
    failures.starts();
    const waitMs = failures.standsBy();
    vi.advanceTimersByTime(waitMs);
    return waitMs;
  });
  expect(waits).toEqual([...Array(7).fill(1_000), 13_000, 20_000]);
  failures.begins();
  expect(failures.standsBy()).toBe(1_000);
});

test('no more than 40 sessions in ten minutes publish nothing', () => {
  const untilMs = performance.now() + 600_000;
  let started = 0;
  while (performance.now() < untilMs) {
    failures.begins();
    failures.starts();
    started += 1;
    const isCutShort = started % 3 === 0;
    const waitMs = isCutShort ? failures.standsBy() : failures.count(FAILURE, OPEN);
    // The least that is left of it.
    vi.advanceTimersByTime(waitMs * 0.95);
  }
  expect(started).toBeGreaterThan(30);
  expect(started).toBeLessThanOrEqual(40);
});

test('a long stream forgives: an agent that is fenced looks again soon', () => {
  failTimes(6);
  failures.begins();
  failures.starts();
  failures.streams();
  vi.advanceTimersByTime(30_000);
  expect(failures.standsBy()).toBe(1_000);
});
