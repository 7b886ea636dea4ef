/** One agent resyncs at a time. */

import { LenkwerkError } from '../../../model/errors.js';
import type { Lsn } from '../../../model/lsn.js';
import { toLenkwerkError } from '../../../postgres/errors.js';
import { standbyServer } from '../../../postgres/server.js';
import { pause, withTimeout } from '../../../runtime/async.js';
import type { SourceSession, Standing } from '../../source/source-database.js';
import type { AgentContext } from '../context.js';

/** After so long without a request the server ends the session, which releases the lock. */
const SILENCE_MS = 6_000;
const SIGN_OF_LIFE_MS = 1_000;
/** How long another agent may hold the slot, which decides meanwhile what it does with it. */
const HELD_PATIENCE_MS = 15_000;
const HELD_POLL_MS = 100;

/**
 * Two agents that both have a reason to resync would fence each other out without end. The lock
 * prevents only that: the checkpoint decides what its holder may write. A session of its own holds
 * it, so that the server detects a suspended agent.
 */
export class ResyncLock {
  /** Rejects when the lock is lost. */
  readonly lost: Promise<never>;
  readonly #session: SourceSession;
  readonly #signsOfLife: NodeJS.Timeout;
  #lose: (error: unknown) => void = () => {};
  #unansweredSinceMs: number | undefined;

  private constructor(session: SourceSession) {
    this.#session = session;
    this.lost = new Promise((_, reject) => {
      this.#lose = (error) => reject(toLenkwerkError(error));
    });
    this.lost.catch(() => {});
    this.#signsOfLife = setInterval(() => this.#giveSign(), SIGN_OF_LIFE_MS);
  }

  /**
   * With the server of `beside`, where the slot is. Throws `slot-in-use` when another agent holds
   * it, `database-unavailable`.
   */
  static async take(
    { database, slot }: Pick<AgentContext, 'database' | 'slot'>,
    beside: SourceSession,
  ): Promise<ResyncLock> {
    const session = await database.connect('agent resync', beside);
    try {
      if (!(await session.tryLockResync(slot, SILENCE_MS))) throw standby('another agent resyncs');
      return new ResyncLock(session);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /**
   * Drops the slot through the session that holds the lock: an agent that lost it while it was
   * suspended must not drop its successor's slot. Another agent that holds it, and comes to the
   * same reason, lets it go, since it does not get the lock: without that patience agents that
   * start together would hinder one another in turn. Throws what `lookUnchanged` throws when the
   * other one became active, and `slot-in-use` when it takes too long.
   */
  dropSlot(slot: string, activation: string | undefined, signal: AbortSignal): Promise<void> {
    return withTimeout(signal, HELD_PATIENCE_MS, (patience) =>
      this.#dropUntil(patience, { slot, activation }),
    );
  }

  async #dropUntil(
    patience: AbortSignal,
    { slot, activation }: { readonly slot: string; readonly activation: string | undefined },
  ): Promise<void> {
    for (;;) {
      try {
        return await this.#session.dropSlot(slot);
      } catch (error) {
        const isHeld = error instanceof LenkwerkError && error.code === 'slot-in-use';
        if (!isHeld || patience.aborted) throw error;
      }
      await pause(HELD_POLL_MS, patience);
      await this.lookUnchanged(slot, activation);
    }
  }

  /** Remembered with the former activation: where the slot was confirmed; undefined: nothing. */
  async activate(slot: string, activation: string, upTo: Lsn | undefined): Promise<void> {
    await this.#session.activate({ slot, expected: undefined, activation, upTo });
  }

  /**
   * Under the lock the activation must be as it was when the resync was decided on: another agent
   * may have become the active one since. Throws `slot-in-use` then, and `not-primary`.
   */
  async lookUnchanged(slot: string, activation: string | undefined): Promise<Standing> {
    const now = await this.#session.look(slot);
    if (now.inRecovery) throw standbyServer();
    if (now.activation !== activation) throw standby('another agent was faster');
    return now;
  }

  async release(): Promise<void> {
    clearInterval(this.#signsOfLife);
    await this.#session.close();
  }

  #giveSign(): void {
    const nowMs = performance.now();
    if (this.#unansweredSinceMs !== undefined) {
      if (nowMs - this.#unansweredSinceMs > SILENCE_MS) this.#lose(new Error('no answer'));
      return;
    }
    this.#unansweredSinceMs = nowMs;
    this.#session.ping().then(
      () => {
        this.#unansweredSinceMs = undefined;
      },
      (error: unknown) => this.#lose(error),
    );
  }
}

/** Another agent is, or is about to be, the active one. */
export function standby(reason: string): LenkwerkError {
  return new LenkwerkError('slot-in-use', reason);
}
