import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 5;
const DEFAULT_TIMEOUT_MS = 15_000;

interface WaitOptions {
  readonly timeoutMs?: number;
  /** The awaited condition, for the message of a timeout. */
  readonly what: string;
}

/**
 * Calls `check` until it returns something other than undefined or false, and returns that.
 * Throws when it does not within the time, with the last error of `check` as the cause.
 */
export async function waitFor<Result>(
  check: () => Promise<Result | undefined | false> | Result | undefined | false,
  options: WaitOptions,
): Promise<Result> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(POLL_INTERVAL_MS);
  } while (performance.now() < deadline);
  throw new Error(`waited ${timeoutMs} ms for ${options.what}`, { cause });
}

/** As while a large manifest is parsed: nothing else runs in this thread, but elsewhere. */
export function blockThread(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}
