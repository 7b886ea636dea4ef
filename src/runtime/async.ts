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

const STEPS = 8;

/**
 * A deadline in the time in which this process was free. What arrives while it is busy, or stopped,
 * is read only after the timers that are due by then; so the time is measured in steps, and a step
 * that ends late does not count. A process that is busy all the time waits twice as long at most.
 */
export class Deadline {
  readonly #timeoutMs: () => number;
  readonly #pass: () => void;
  #timer: NodeJS.Timeout | undefined;
  #left = 0;
  #excused = 0;

  /** `pass` is called once for each start, unless it was stopped; both times in milliseconds. */
  constructor(timeoutMs: () => number, pass: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#pass = pass;
  }

  start(): void {
    this.stop();
    this.restart();
    this.#next();
  }

  /** The whole time again, if it runs: cheap enough for every chunk that arrives. */
  restart(): void {
    this.#left = STEPS;
    this.#excused = STEPS;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    const stepMs = Math.ceil(this.#timeoutMs() / STEPS);
    const beganMs = performance.now();
    this.#timer = setTimeout(() => {
      const isLate = performance.now() - beganMs > 2 * stepMs;
      if (isLate && this.#excused > 0) this.#excused -= 1;
      else this.#left -= 1;
      if (this.#left > 0) this.#next();
      else this.#pass();
    }, stepMs);
  }
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
  let pass = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    pass = () => reject(late());
  });
  const deadline = new Deadline(() => timeoutMs, pass);
  deadline.start();
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    deadline.stop();
  }
}

/**
 * The result of `work`, with a signal that aborts with the given one, after `timeoutMs`, and when
 * the work has ended.
 */
export async function withTimeout<T>(
  signal: AbortSignal,
  timeoutMs: number,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = linked(signal);
  const deadline = new Deadline(
    () => timeoutMs,
    () => limited.end(new DOMException('the time is over', 'TimeoutError')),
  );
  deadline.start();
  try {
    return await work(limited.signal);
  } finally {
    deadline.stop();
    limited.end();
  }
}

interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Aborts it, and leaves nothing on the signals that it is linked to. */
  readonly end: (reason?: unknown) => void;
}

/**
 * A signal that aborts with any of the given ones, which may live much longer: `end` has to be
 * called. Not `AbortSignal.any`, which leaves something on them each time; and Node 20 may collect
 * it as garbage, and then it never aborts (https://github.com/nodejs/node/issues/57736).
 */
export function linked(...signals: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const disposals = signals.map((one) => onAbort(one, () => controller.abort(one.reason)));
  const end = (reason?: unknown) => {
    for (const dispose of disposals) dispose();
    controller.abort(reason);
  };
  return { signal: controller.signal, end };
}

/** Waits for `work`, however long; calls `cut`, which may end it, once after `timeoutMs`. */
export async function cutAfter<T>(
  work: Promise<T>,
  timeoutMs: number,
  cut: () => void,
): Promise<T> {
  const deadline = new Deadline(() => timeoutMs, cut);
  deadline.start();
  return await work.finally(() => deadline.stop());
}
