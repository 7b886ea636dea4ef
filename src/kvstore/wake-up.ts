import { linked, pause } from '../runtime/async.js';

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
