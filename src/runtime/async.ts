/** Pauses, deadlines, and waits for promises that end when a signal aborts. */
import { setTimeout as delay } from 'node:timers/promises';
import { LenkwerkError } from '../model/errors.js';

/** Waits for `durationMs`; returns early, without an error, when the signal aborts. */
export async function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { signal }).catch(() => {});
}

/**
 * A random duration from half of `durationMs` to all of it, so that competitors do not retry in
 * step.
 */
export function jittered(durationMs: number): number {
  return durationMs * (0.5 + Math.random() / 2);
}

/** The first pause after a failure, and the longest, in milliseconds. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The pause in ms after so many failures in a row (from 1): it doubles with each. */
export function backoffMs(failures: number, { firstMs, longestMs }: BackoffLimits): number {
  return Math.min(firstMs * 2 ** Math.min(failures - 1, 16), longestMs);
}

/** For requests that are repeated until they are answered. */
export const RETRY: BackoffLimits = { firstMs: 50, longestMs: 2_000 };

/** The pause before a request is repeated, with jitter; ends early when the signal aborts. */
export async function pauseAfter(failures: number, signal: AbortSignal): Promise<void> {
  await pause(jittered(backoffMs(failures, RETRY)), signal);
}

/**
 * Calls `action` when the signal aborts, or at once if it has aborted; the result unregisters it.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) action();
  else signal.addEventListener('abort', action, { once: true });
  return () => signal.removeEventListener('abort', action);
}

/**
 * The promise's value; undefined as soon as the signal aborts. A later outcome of the promise is
 * ignored.
 */
export async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  let dispose = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    dispose = onAbort(signal, () => resolve(undefined));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    dispose();
  }
}

/** The promise's value; throws `interrupted` as soon as the signal aborts. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const held = promise.then((value) => ({ value }));
  const outcome = await orAborted(held, signal);
  if (outcome === undefined) throw new LenkwerkError('interrupted', 'the wait was interrupted');
  return outcome.value;
}

/**
 * Settles as `work` does, or rejects with the error that `late` returns when `work` takes longer
 * than `timeoutMs`. `work` itself continues, and its outcome is then ignored.
 */
export async function orTimeout<T>(
  work: Promise<T>,
  timeoutMs: number,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Returns a signal that aborts with the given one, and after `timeoutMs` at the latest. Not
 * `AbortSignal.any` over `AbortSignal.timeout`: Node 20 may collect both as garbage, and then the
 * signal never aborts (https://github.com/nodejs/node/issues/57736).
 */
export function withTimeout(signal: AbortSignal, timeoutMs: number): AbortSignal {
  const limited = new AbortController();
  const timer = setTimeout(() => {
    dispose();
    limited.abort(new DOMException('the time is over', 'TimeoutError'));
  }, timeoutMs);
  timer.unref();
  const dispose = onAbort(signal, () => {
    clearTimeout(timer);
    limited.abort(signal.reason);
  });
  return limited.signal;
}

/** Waits for `work`, however long; calls `cut`, which may end it, once after `timeoutMs`. */
export async function cutAfter<T>(
  work: Promise<T>,
  timeoutMs: number,
  cut: () => void,
): Promise<T> {
  const timer = setTimeout(cut, timeoutMs);
  return await work.finally(() => clearTimeout(timer));
}
