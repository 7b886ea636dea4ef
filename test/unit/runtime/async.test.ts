import { getEventListeners, once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import {
  backoffMs,
  cutAfter,
  Deadline,
  linked,
  onAbort,
  orAborted,
  orTimeout,
  pause,
  RETRY,
  unlessAborted,
  withTimeout,
} from '../../../src/runtime/async.js';

const never = new Promise<never>(() => {});

test('a pause ends when the signal aborts', async () => {
  const controller = new AbortController();
  const paused = pause(60_000, controller.signal);
  controller.abort();
  await paused;
  await pause(60_000, controller.signal);
});

test('a backoff doubles up to its limit, after however many failures', () => {
  const limits = { firstMs: 200, longestMs: 5_000 };
  const pauses = [1, 2, 3, 6, 7, 10_000].map((failures) => backoffMs(failures, limits));
  expect(pauses).toEqual([200, 400, 800, 5_000, 5_000, 5_000]);
  expect(backoffMs(1, RETRY)).toBe(50);
});

test('a promise is given up when the signal aborts, and leaves no listener', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  expect(await orAborted(Promise.resolve(1), signal)).toBe(1);
  expect(await unlessAborted(Promise.resolve(undefined), signal)).toBeUndefined();
  await expect(orAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  const [given, thrown] = [orAborted(never, signal), unlessAborted(never, signal)];
  controller.abort();
  expect(await given).toBeUndefined();
  await expect(thrown).rejects.toMatchObject({ code: 'interrupted' });
  expect(await orAborted(never, signal)).toBeUndefined();
});

test('an action is called when the signal aborts, unless it was unregistered', () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => calls.push('kept'));
  onAbort(controller.signal, () => calls.push('taken back'))();
  expect(calls).toEqual([]);
  controller.abort();
  onAbort(controller.signal, () => calls.push('late'));
  expect(calls).toEqual(['kept', 'late']);
});

test('a timeout aborts by itself, or with the signal, and leaves no listener', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  await withTimeout(signal, 1, async (limited) => {
    await once(limited, 'abort');
    expect(limited.reason).toMatchObject({ name: 'TimeoutError' });
  });
  await expect(withTimeout(signal, 60_000, () => Promise.reject(new Error('own')))).rejects.toThrow(
    'own',
  );
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  controller.abort();
  await withTimeout(signal, 60_000, async (limited) => expect(limited.aborted).toBe(true));
});

test('a linked signal aborts with each of its signals, and leaves no listener on them', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const ended = linked(one.signal, other.signal);
  expect(getEventListeners(one.signal, 'abort')).toHaveLength(1);
  ended.end('over');
  expect(ended.signal).toMatchObject({ aborted: true, reason: 'over' });
  for (const { signal } of [one, other]) expect(getEventListeners(signal, 'abort')).toEqual([]);
  const open = linked(one.signal, other.signal);
  other.abort('other');
  expect(open.signal).toMatchObject({ aborted: true, reason: 'other' });
  open.end();
  expect(getEventListeners(one.signal, 'abort')).toEqual([]);
  expect(linked(one.signal, other.signal).signal.aborted).toBe(true);
});

/** Keeps the event loop from everything else. */
function beBusy(durationMs: number): void {
  for (const begunMs = performance.now(); performance.now() - begunMs < durationMs; );
}

test('a deadline passes only in time that the process was free in', async () => {
  const passed: string[] = [];
  const deadline = new Deadline(
    () => 80,
    () => passed.push('passed'),
  );
  deadline.start();
  // The answer comes while the process is busy, long after the deadline.
  for (const _ of [1, 2, 3]) {
    beBusy(200);
    await pause(1);
    expect(passed).toEqual([]);
  }
  while (passed.length === 0) await pause(10);
  deadline.start();
  deadline.stop();
  await pause(200);
  expect(passed).toEqual(['passed']);
});

test('a process that is always busy has deadlines all the same', async () => {
  let isOver = false;
  const late = orTimeout(never, 40, () => new Error('late')).finally(() => {
    isOver = true;
  });
  const failed = expect(late).rejects.toThrow('late');
  let rounds = 0;
  for (; !isOver; rounds += 1) {
    beBusy(20);
    await pause(0);
  }
  await failed;
  expect(rounds).toBeGreaterThan(8);
  expect(rounds).toBeLessThan(40);
});

test('work that takes too long is cut, other work is not', async () => {
  let cuts = 0;
  const cut = () => {
    cuts += 1;
  };
  await cutAfter(Promise.resolve(), 1, cut);
  expect(cuts).toBe(0);
  await new Promise<void>((resolve) => {
    void cutAfter(never, 1, () => {
      cut();
      resolve();
    });
  });
  expect(cuts).toBe(1);
});

test('work in time settles as it does, and leaves no timer', async () => {
  vi.useFakeTimers();
  try {
    const late = () => new Error('late');
    expect(await orTimeout(Promise.resolve(1), 100, late)).toBe(1);
    await expect(orTimeout(Promise.reject(new Error('own')), 100, late)).rejects.toThrow('own');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('work that takes too long rejects with the error of the caller', async () => {
  vi.useFakeTimers();
  try {
    const waiting = orTimeout(never, 100, () => new Error('late'));
    const failed = expect(waiting).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(110);
    await failed;
  } finally {
    vi.useRealTimers();
  }
});

test('a signal with a timeout aborts after garbage was collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const signal = new AbortController().signal;
  await withTimeout(signal, 50, async (limited) => {
    const aborted = once(linked(limited, signal).signal, 'abort');
    await pause(10);
    collect();
    await orTimeout(aborted, 5_000, () => new Error('it never aborted'));
  });
});
