import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Healing } from '../../../../src/publishing/agent/healing.js';
import type { RepairKeys } from '../../../../src/publishing/stream/repair.js';
import { silentLogger } from '../../../../src/runtime/logger.js';

let asked: RepairKeys[];
let errors: number;
let healing: Healing;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  errors = 0;
  const error = () => {
    errors += 1;
  };
  const logger = { ...silentLogger, error };
  healing = new Healing({ logger, now: () => Date.now() });
  healing.begin((keys) => asked.push(keys));
});
afterEach(() => vi.useRealTimers());

test('compares everything at the start, which does not count as a repair in a row', () => {
  expect(asked).toEqual(['everything']);
  healing.heal(['/a']);
  expect(asked[1]).toEqual(new Set(['/a']));
  for (let n = 0; n < 20; n += 1) healing.begin((keys) => asked.push(keys));
  expect(errors).toBe(0);
});

test('pauses longer each time, and merges what arrives meanwhile', () => {
  let seconds = 0;
  const end = 600;
  for (; seconds < end; seconds += 1) {
    healing.heal([`/${seconds % 3}`]);
    vi.advanceTimersByTime(1_000);
  }
  expect(asked.length).toBeLessThan(20);
  expect(asked.at(-1)).toEqual(new Set(['/0', '/1', '/2']));
  expect(errors).toBeGreaterThan(3);
});

test('repairs at once again after a quiet time', () => {
  for (let n = 0; n < 5; n += 1) healing.heal(['/a']);
  vi.advanceTimersByTime(600_000);
  const before = asked.length;
  healing.heal(['/b']);
  expect(asked).toHaveLength(before + 1);
});

test('a gap in the watch counts as a change of everything', () => {
  healing.heal(['/a']);
  healing.heal(['/b']);
  healing.heal(undefined);
  vi.advanceTimersByTime(60_000);
  expect(asked.at(-1)).toBe('everything');
});

test('requests nothing after the end of the session', () => {
  healing.heal(['/a']);
  healing.heal(['/b']);
  const before = asked.length;
  healing.end();
  vi.advanceTimersByTime(60_000);
  expect(asked).toHaveLength(before);
  healing.begin((keys) => asked.push(keys));
  vi.advanceTimersByTime(60_000);
  expect(asked.slice(before)).toEqual(['everything']);
});
