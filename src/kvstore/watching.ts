/** What watches have in common: waiting for changes, and going on after failures. */
import { LenkwerkError } from '../model/errors.js';
import { linked, pause, pauseAfter } from '../runtime/async.js';
import type { WatchEvent } from './store.js';

/** A connection that is half open loses a notification: after this time it is looked again. */
const LOOK_AGAIN_MS = 5_000;

/** When to look for changes again: once there may be some, and every few seconds. */
export class WakeUp {
  #pending = false;
  #wake = () => {};

  /** There may be changes. */
  arrive(): void {
    this.#pending = true;
    this.#wake();
  }

  /** To be called before one looks: `next` then returns for what arrives after that. */
  clear(): void {
    this.#pending = false;
  }

  /** Waits for the next change, but not if one arrived since `clear`; the signal ends the wait. */
  async next(signal: AbortSignal): Promise<void> {
    if (this.#pending) return;
    const wake = linked(signal);
    this.#wake = wake.end;
    await pause(LOOK_AGAIN_MS, wake.signal);
    wake.end();
  }
}

/**
 * A watch that outlives its connections: runs one attempt after the other, with growing pauses,
 * until the signal aborts, and yields their events. `attempt` gets the number of failures in a row;
 * it continues where the previous one ended, and yields `undefined` for progress without an event.
 * Throws the errors of an attempt that are not retryable.
 */
export async function* keepWatching(
  attempt: (failures: number) => AsyncIterable<WatchEvent | undefined>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const event of attempt(failures)) {
        // A resync does not count as progress: a store that cannot be followed would be listed
        // without pause.
        if (event?.kind !== 'resync') failures = 0;
        if (event !== undefined) yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LenkwerkError) || !error.retryable) throw error;
    }
    failures += 1;
    await pauseAfter(failures, signal);
  }
}
