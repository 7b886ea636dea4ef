import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startProgress } from '../../../src/runtime/progress.js';
import { screenOf } from '../../support/cli/screen.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function begin({ terminal = true } = {}) {
  const written: string[] = [];
  const progress = startProgress({ terminal, write: (text) => written.push(text) });
  return { written, progress };
}

test('the first second shows nothing, then each second shows the step and the time', () => {
  const { written, progress } = begin();
  progress.step('reading');
  vi.advanceTimersByTime(999);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(screenOf(written)).toBe('reading (1 s)');
  vi.advanceTimersByTime(64_000);
  expect(screenOf(written)).toBe('reading (65 s)');
});

test('steps of one second together are shown from there on, and a shorter one is written over', () => {
  const { written, progress } = begin();
  progress.step('connecting to the database');
  vi.advanceTimersByTime(600);
  progress.step('reading the tables');
  vi.advanceTimersByTime(600);
  expect(screenOf(written)).toBe('reading the tables (1 s)');
  progress.step('planning');
  expect(screenOf(written)).toBe('planning (1 s)');
});

test('a step after work that kept the process busy is shown at once', () => {
  const { written, progress } = begin();
  progress.step('reading');
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000);
  progress.step('planning');
  expect(screenOf(written)).toBe('planning (5 s)');
});

test('the same text is not written twice', () => {
  const { written, progress } = begin();
  progress.step('reading');
  vi.advanceTimersByTime(1_000);
  progress.step('reading');
  expect(written).toHaveLength(1);
});

test('hidden, it leaves an empty line and no timer; the next step shows it again', () => {
  const { written, progress } = begin();
  progress.step('reading');
  vi.advanceTimersByTime(2_000);
  progress.hide();
  written.push('a result\n');
  progress.hide();
  expect([screenOf(written), vi.getTimerCount()]).toEqual(['a result\n', 0]);
  vi.advanceTimersByTime(10_000);
  progress.step('writing');
  vi.advanceTimersByTime(999);
  expect(screenOf(written)).toBe('a result\n');
  vi.advanceTimersByTime(1);
  expect(screenOf(written)).toBe('a result\nwriting (1 s)');
});

test('a line that was never shown is not erased', () => {
  const { written, progress } = begin();
  progress.step('reading');
  progress.hide();
  progress.done();
  expect(written).toEqual([]);
});

test('done, it is not shown again', () => {
  const { written, progress } = begin();
  progress.step('reading');
  vi.advanceTimersByTime(1_000);
  progress.done();
  progress.step('writing');
  vi.advanceTimersByTime(5_000);
  expect([screenOf(written), vi.getTimerCount()]).toEqual(['', 0]);
});

test('a line that is too long is cut, and no text controls the terminal', () => {
  const { written, progress } = begin();
  progress.step('a\x1b[2Jb\nc');
  vi.advanceTimersByTime(1_000);
  expect(written).toEqual(['\r\x1b[2K\x1b[?7la\\x1b[2Jb\\nc (1 s)\x1b[?7h']);
});

test('without a terminal there is neither a byte nor a timer', () => {
  const { written, progress } = begin({ terminal: false });
  progress.step('reading');
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60_000);
  progress.hide();
  progress.done();
  expect(written).toEqual([]);
});
