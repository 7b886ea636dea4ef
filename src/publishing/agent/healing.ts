/** Repairs foreign writes without a request, at a rate that a foreign writer cannot raise. */
import { type BackoffLimits, backoffMs } from '../../runtime/async.js';
import type { Logger } from '../../runtime/logger.js';
import type { RepairKeys } from '../stream/repair.js';

const PAUSES: BackoffLimits = { firstMs: 1_000, longestMs: 60_000 };
/** After so long without a foreign write the next one is repaired at once again. */
const QUIET_MS = 120_000;
/** Repairs in a row after which the conflict is reported. */
const CONFLICT_REPAIRS = 5;

interface HealingOptions {
  readonly logger: Logger;
  readonly now?: () => number;
}

/**
 * Outlives the sessions of an agent, so that a conflict keeps its pauses. The first repair is
 * requested at once, each further one after a pause that doubles, up to a minute.
 */
export class Healing {
  readonly #logger: Logger;
  readonly #now: () => number;
  #request: ((keys: RepairKeys) => void) | undefined;
  #waiting: RepairKeys | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set by a foreign write: the comparison at the start of a session is no conflict. */
  #answering = false;
  #repairs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor({ logger, now = () => performance.now() }: HealingOptions) {
    this.#logger = logger;
    this.#now = now;
  }

  /** A session of the active agent starts: earlier writes are unknown. */
  begin(request: (keys: RepairKeys) => void): void {
    this.#request = request;
    this.#schedule('everything');
  }

  /** The session ends: nothing is requested until the next `begin`. */
  end(): void {
    this.#request = undefined;
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Repairs these keys; undefined: anything may have been changed. */
  heal(keys: readonly string[] | undefined): void {
    this.#answering ||= keys !== undefined;
    this.#schedule(keys === undefined ? 'everything' : new Set(keys));
  }

  #schedule(keys: RepairKeys): void {
    const both = keys === 'everything' || this.#waiting === 'everything';
    this.#waiting = both ? 'everything' : new Set([...(this.#waiting ?? []), ...keys]);
    if (this.#timer !== undefined) return;
    const sinceMs = this.#now() - this.#lastMs;
    if (sinceMs > QUIET_MS) this.#repairs = 0;
    const waitMs = Math.max(0, this.#pauseMs() - sinceMs);
    if (waitMs === 0) this.#repair();
    else this.#timer = setTimeout(() => this.#repair(), waitMs);
  }

  #pauseMs(): number {
    return this.#repairs === 0 ? 0 : backoffMs(this.#repairs, PAUSES);
  }

  #repair(): void {
    this.#timer = undefined;
    const keys = this.#waiting;
    if (keys === undefined) return;
    this.#waiting = undefined;
    if (this.#answering) this.#repairs += 1;
    this.#answering = false;
    this.#lastMs = this.#now();
    if (this.#repairs >= CONFLICT_REPAIRS) {
      const fields = { repairs: this.#repairs, nextAfterMs: this.#pauseMs() };
      this.#logger.error('another client keeps changing published keys', fields);
    }
    this.#request?.(keys);
  }
}
