/** The pause between two attempts of an agent, by its failures; and when only a new slot helps. */
import type { LenkwerkError } from '../../model/errors.js';
import { codeOf } from '../../postgres/errors.js';
import {
  type BackoffLimits,
  backoffMs,
  jittered,
  orAborted,
  pause,
  withTimeout,
} from '../../runtime/async.js';
import type { AgentSetup } from './context.js';

const BACKOFF: BackoffLimits = { firstMs: 200, longestMs: 20_000 };
/** While the store cannot be opened no session with the database is started. */
const STORE_BACKOFF: BackoffLimits = { ...BACKOFF, longestMs: 5_000 };
const STANDBY_POLL_MS = 1_000;
/** So many sessions may follow each other at once; then one in so long: 38 in ten minutes. */
const STARTS_AT_ONCE = 8;
const START_EVERY_MS = 20_000;
/** How much of a wait is the same for every agent. */
const FIXED_SHARE = 0.9;
const FORGIVEN_AFTER_MS = 30_000;
/** How often a database that was away is asked whether it answers again. */
const PROBE_MS = 1_000;

/**
 * The failures of one agent. Those before a stream are forgiven when it published changes or lasted
 * for half a minute, and so are those before half a minute as a standby: one that only starts, and
 * fails each time, is not tried ever again at once.
 */
export class Backoff {
  readonly #setup: Pick<AgentSetup, 'database' | 'counters'>;
  #inARow = 0;
  /** When the stream began, and how many changes were published by then. */
  #stream: { readonly sinceMs: number; readonly changes: number } | undefined;
  /** Since when it has stood by without a failure. */
  #standbySinceMs: number | undefined;
  /** The last of them may mean that the database does not answer. */
  #mayBeAway = false;
  /** The present attempt has started a session that reads the slot. */
  #hasStarted = false;
  /** When all that were started would be due, at one in so long. */
  #startsDueMs = 0;

  constructor(setup: Pick<AgentSetup, 'database' | 'counters'>) {
    this.#setup = setup;
  }

  /** An attempt begins. */
  begins(): void {
    this.#hasStarted = false;
  }

  /** It starts a session that reads the slot, which may be refused. */
  starts(): void {
    this.#hasStarted = true;
    this.#startsDueMs = Math.max(this.#startsDueMs, performance.now()) + START_EVERY_MS;
  }

  /** A stream has begun. */
  streams(): void {
    this.#standbySinceMs = undefined;
    this.#stream = { sinceMs: performance.now(), changes: this.#setup.counters.changes };
  }

  /**
   * Another agent is active. Returns how long to wait, in milliseconds: a look is cheap, but two
   * agents that fail for one reason see each other's attempts, and must not try at once again and
   * again for that.
   */
  standsBy(): number {
    this.#forgive();
    this.#stream = undefined;
    this.#mayBeAway = false;
    if (!this.#hasStarted) this.#standbySinceMs ??= performance.now();
    else this.#standbySinceMs = undefined;
    return this.#hasStarted ? this.#untilStart(STANDBY_POLL_MS) : STANDBY_POLL_MS;
  }

  /**
   * Returns how long to wait, in milliseconds. `isOwed`: a resync follows. After a stream it
   * begins at once, before another agent comes to the same place. `isOpen`: the store was opened.
   */
  count(
    { code }: LenkwerkError,
    { isOwed, isOpen }: { readonly isOwed: boolean; readonly isOpen: boolean },
  ): number {
    this.#forgive();
    const hasStreamed = this.#stream !== undefined;
    this.#stream = undefined;
    this.#standbySinceMs = undefined;
    this.#inARow += 1;
    this.#mayBeAway = code === 'database-unavailable';
    if (isOwed && hasStreamed) return this.#untilStart(0);
    return this.#untilStart(backoffMs(this.#inARow, isOpen ? BACKOFF : STORE_BACKOFF));
  }

  /** At least so long, and until a session may be started. */
  #untilStart(leastMs: number): number {
    const spareMs = (STARTS_AT_ONCE - 1) * START_EVERY_MS;
    return Math.max(leastMs, Math.ceil(this.#startsDueMs - spareMs - performance.now()));
  }

  /**
   * Waits for about that long. Returns early when the signal aborts, and when the failure was that
   * the database did not answer, which does again.
   */
  async wait(waitMs: number, signal: AbortSignal): Promise<void> {
    const aboutMs = waitMs * FIXED_SHARE + jittered(waitMs * (1 - FIXED_SHARE));
    await withTimeout(signal, Math.round(aboutMs), (over) => this.#waitUntil(over, aboutMs));
  }

  async #waitUntil(over: AbortSignal, aboutMs: number): Promise<void> {
    let wasAway = false;
    while (this.#mayBeAway && !over.aborted) {
      const answers = await orAborted(this.#answers(), over);
      if (answers === true && wasAway) return;
      if (answers === true) break;
      wasAway = true;
      await pause(PROBE_MS, over);
    }
    await pause(aboutMs, over);
  }

  #forgive(): void {
    const isLong = (sinceMs: number) => performance.now() - sinceMs >= FORGIVEN_AFTER_MS;
    const hasStoodBy = this.#standbySinceMs !== undefined && isLong(this.#standbySinceMs);
    const stream = this.#stream;
    const hasPublished = stream !== undefined && this.#setup.counters.changes > stream.changes;
    if (hasPublished) this.#startsDueMs = 0;
    if (hasStoodBy || hasPublished || (stream && isLong(stream.sinceMs))) this.#inARow = 0;
  }

  async #answers(): Promise<boolean> {
    try {
      const session = await this.#setup.database.connect('agent probe');
      await session.close();
      return true;
    } catch {
      return false;
    }
  }
}

// A position of the log that the server can never decode.

/**
 * SQLSTATE class of internal errors and corrupted data.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const INTERNAL_ERRORS = 'XX';
const MAX_FAILURES = 3;

/**
 * A slot that was created while other transactions truncated or altered tables may lack their
 * changes of the catalog: decoding then fails at every attempt, at the next change of such a
 * table, with "could not map filenode" (observed with PostgreSQL 15 to 18). Only a new slot helps.
 */
export class Undecodable {
  #failures = 0;
  #publishedLsn = 0n;

  /** Adds a failed session; true for the last of MAX_FAILURES in a row at one position. */
  add(error: LenkwerkError, publishedLsn: bigint): boolean {
    if (codeOf(error.cause)?.startsWith(INTERNAL_ERRORS) !== true) return false;
    if (publishedLsn !== this.#publishedLsn) this.#failures = 0;
    this.#publishedLsn = publishedLsn;
    this.#failures += 1;
    if (this.#failures < MAX_FAILURES) return false;
    this.#failures = 0;
    return true;
  }
}
