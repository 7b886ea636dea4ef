import { setTimeout as delay } from 'node:timers/promises';

/** Waits for `durationMs`; returns early, without an error, when the signal aborts. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { signal }).catch(() => {});
}

/** Between half of `durationMs` and all of it, so that competitors do not move in step. */
export function jittered(durationMs: number): number {
  return durationMs * (0.5 + Math.random() / 2);
}
