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

test('a start that another agent cuts short counts as one after a failure', () => {
  expect(failTimes(6)).toBe(6_400);
  failures.begins();
  failures.starts();
  expect(failures.standsBy()).toBe(20_000);
  failures.begins();
  expect(failures.standsBy()).toBe(1_000);
});

test('agents that find the slot taken each time wait longer and longer', () => {
  const waits = Array.from({ length: 7 }, () => {
    failures.begins();
    failures.starts();
    return failures.standsBy();
  });
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
});

test('a long stream forgives: an agent that is fenced looks again soon', () => {
  failTimes(6);
  failures.begins();
  failures.starts();
  failures.streams();
  vi.advanceTimersByTime(30_000);
  expect(failures.standsBy()).toBe(1_000);
});
