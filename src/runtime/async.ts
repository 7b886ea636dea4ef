import { setTimeout as delay } from 'node:timers/promises';
import { LenkwerkError } from '../model/errors.js';

/** Waits for `durationMs`; returns early, without an error, when the signal aborts. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { signal }).catch(() => {});
}

/** Between half of `durationMs` and all of it, so that competitors do not move in step. */
export function jittered(durationMs: number): number {
  return durationMs * (0.5 + Math.random() / 2);
}

/** How the waits between attempts grow. */
interface Backoff {
  /** After the first failure. */
  readonly firstMs: number;
  /** However many there have been. */
  readonly maxMs: number;
}

/**
 * How long to wait after `failures` in a row (1 and more), in milliseconds: doubles with each of
 * them. Give it to `jittered` where many may wait for the same thing.
 */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff): number {
  return Math.min(firstMs * 2 ** (failures - 1), maxMs);
}

/**
 * Settles as `work` does, or rejects with the error that `late` returns when `work` takes longer
 * than `timeoutMs`. `work` itself continues, and its outcome is then ignored.
 */
export async function withTimeout<T>(
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
 * Settles as the promise does, or rejects with `interrupted` as soon as the signal aborts; the
 * promise's later outcome is ignored.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new LenkwerkError('interrupted', 'the wait was interrupted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
