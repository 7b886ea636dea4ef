import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { Backoff, Undecodable } from '../../../../src/publishing/agent/backoff.js';
import { newCounters } from '../../../../src/publishing/agent/counters.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import { SILENT_SESSION, scriptedDatabase } from '../../../support/agents/scripted.js';

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

test('the pauses grow, and less while the store cannot be opened', () => {
  const waits = (isOpen: boolean) =>
    Array.from({ length: 9 }, () => failures.count(FAILURE, { isOwed: false, isOpen }));
  const growing = [200, 400, 800, 1_600, 3_200];
  expect(waits(true)).toEqual([...growing, 6_400, 12_800, 20_000, 20_000]);
  failures = new Backoff({ database, counters: newCounters() });
  expect(waits(false)).toEqual([...growing, 5_000, 5_000, 5_000, 5_000]);
});

test('a resync follows a stream at once, and not one that failed before it streamed', () => {
  const owed = { isOwed: true, isOpen: true };
  failures.begins();
  failures.streams();
  expect(failures.count(FAILURE, owed)).toBe(0);
  expect(failures.count(FAILURE, owed)).toBe(400);
  failures.begins();
  failures.streams();
  expect(failures.count(FAILURE, OPEN)).toBe(800);
});

test('a long stream forgives: an agent that is fenced looks again soon', () => {
  failTimes(6);
  failures.begins();
  failures.starts();
  failures.streams();
  vi.advanceTimersByTime(30_000);
  expect(failures.standsBy()).toBe(1_000);
  expect(failures.count(FAILURE, { isOwed: true, isOpen: true })).toBe(200);
});

test('so does a long time as a standby without a failure', () => {
  failTimes(6);
  failures.begins();
  failures.standsBy();
  vi.advanceTimersByTime(29_999);
  expect(failures.count(FAILURE, OPEN)).toBe(12_800);
  failures.begins();
  failures.standsBy();
  vi.advanceTimersByTime(10_000);
  failures.standsBy();
  vi.advanceTimersByTime(20_000);
  expect(failures.count(FAILURE, OPEN)).toBe(200);
});

test('what was published forgives as well, also the starts before it', () => {
  const counters = newCounters();
  failures = new Backoff({ database, counters });
  failTimes(12);
  failures.begins();
  failures.starts();
  failures.streams();
  expect(failures.count(FAILURE, OPEN)).toBeGreaterThan(20_000);
  failures.begins();
  failures.starts();
  failures.streams();
  counters.changes += 1;
  expect(failures.count(FAILURE, OPEN)).toBe(200);
});

test('three failures to decode in a row at one position are for good', () => {
  const undecodable = new Undecodable();
  const cause = Object.assign(new Error('could not map filenode'), { code: 'XX000' });
  const internal = new LenkwerkError('database-error', 'it cannot be decoded', { cause });
  expect([1, 2, 3, 4, 5, 6].map(() => undecodable.add(internal, 1n))).toEqual([
    ...[false, false, true],
    ...[false, false, true],
  ]);
  expect([1n, 1n, 2n, 2n, 2n].map((lsn) => undecodable.add(internal, lsn))).toEqual([
    ...[false, false],
    ...[false, false, true],
  ]);
  const other = Object.assign(new Error('terminating'), { code: '57P01' });
  const ended = new LenkwerkError('database-error', 'it ended', { cause: other });
  expect([1, 2, 3].map(() => undecodable.add(ended, 3n))).toEqual([false, false, false]);
  expect(undecodable.add(FAILURE, 3n)).toBe(false);
});

test('a wait is cut short when the database that was away answers, and only then', async () => {
  vi.useRealTimers();
  const gone = new LenkwerkError('database-unavailable', 'it is away');
  let asked = 0;
  const answersFrom = (first: number) =>
    scriptedDatabase(async (before) => {
      asked += 1;
      if (before < first) throw gone;
      return SILENT_SESSION;
    });
  const waited = async (waitMs: number) => {
    const sinceMs = performance.now();
    await failures.wait(waitMs, new AbortController().signal);
    return performance.now() - sinceMs;
  };
  failures = new Backoff({ database: answersFrom(1), counters: newCounters() });
  failures.count(gone, OPEN);
  expect(await waited(20_000)).toBeLessThan(5_000);
  expect(asked).toBe(2);
  failures.count(FAILURE, OPEN);
  expect(await waited(100)).toBeGreaterThan(80);
  expect(asked).toBe(2);
  // It was not away when it was asked first.
  failures = new Backoff({ database: answersFrom(0), counters: newCounters() });
  failures.count(gone, OPEN);
  expect(await waited(1_500)).toBeGreaterThan(1_300);
  expect(asked).toBe(3);
});
