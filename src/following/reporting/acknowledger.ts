/** Acknowledges what the node applied, at the pace of pace.ts. */
import { LenkwerkError } from '../../model/errors.js';
import { linked, pause } from '../../runtime/async.js';
import type { Logger } from '../../runtime/logger.js';
import type { FollowerStatus } from '../status.js';
import { Pace } from './pace.js';

interface AcknowledgerOptions {
  /** Writes what holds when it is called. Throws what the store throws. */
  readonly write: () => Promise<void>;
  readonly status: FollowerStatus;
  readonly logger: Logger;
}

/** One of a follower. */
export class Acknowledger {
  readonly #options: AcknowledgerOptions;
  readonly #pace = new Pace(performance.now());
  #isFailing = false;
  #wake = () => {};

  constructor(options: AcknowledgerOptions) {
    this.#options = options;
  }

  /** Something new is to be acknowledged, of a target with so many nodes (as before). */
  changed(nodes?: number): void {
    this.#pace.changed(performance.now(), nodes, Math.random());
    this.#wake();
  }

  /** Acknowledges at once. Throws what the store throws. */
  async now(): Promise<void> {
    await this.#options.write();
    this.#options.status.acknowledgements += 1;
  }

  /** Acknowledges whenever it is due, until the signal aborts. Failures are logged and counted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = linked(signal);
      this.#wake = wait.end;
      await pause(Math.max(0, this.#pace.dueMs - performance.now()), wait.signal);
      wait.end();
      if (!signal.aborted && performance.now() >= this.#pace.dueMs) await this.#write();
    }
  }

  async #write(): Promise<void> {
    const { status, logger } = this.#options;
    this.#pace.begun(performance.now(), Math.random());
    try {
      await this.now();
      if (this.#isFailing) logger.info('acknowledged again');
      this.#isFailing = false;
    } catch (error) {
      if (!(error instanceof LenkwerkError)) throw error;
      status.acknowledgementFailures += 1;
      if (!this.#isFailing) logger.warn('not acknowledged', { reason: error });
      this.#isFailing = true;
    }
  }
}
