/** Who may resync: one agent at a time. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { ConnectionSettings } from '../lenkwerk/connection-settings.js';
import { toLenkwerkError } from '../lenkwerk/database-errors.js';
import { LenkwerkError } from '../model/errors.js';
import { closeConnection, openSqlConnection } from '../replication/connections.js';
import { dropSlot, readSlot, type Slot } from '../replication/slot.js';

/** Without a sign of life for so long the server ends the session, and the lock with it. */
const SILENCE_MS = 6_000;
const SIGN_OF_LIFE_MS = 1_000;

/**
 * Two agents that both see a reason to resync would fence each other out for ever. The lock is
 * of use only for that: what its holder may write, the checkpoint decides. It is held by a session
 * that does nothing else, so that the server can tell an agent that sleeps from one that works.
 */
export class ResyncLock {
  /** Rejects when the lock is lost. */
  readonly lost: Promise<never>;
  readonly #session: Client;
  readonly #signsOfLife: NodeJS.Timeout;
  #lose: (error: unknown) => void = () => {};
  #unansweredSinceMs: number | undefined;

  private constructor(session: Client) {
    this.#session = session;
    this.lost = new Promise((_, reject) => {
      this.#lose = (error) => reject(toLenkwerkError(error));
    });
    this.lost.catch(() => {});
    this.#signsOfLife = setInterval(() => this.#giveSign(), SIGN_OF_LIFE_MS);
  }

  /** Throws `slot-in-use` when another agent holds it, `database-unavailable`. */
  static async take(database: ConnectionSettings, slot: string): Promise<ResyncLock> {
    const session = await openSqlConnection(database, 'agent resync');
    try {
      await session.query(`SET idle_session_timeout = ${SILENCE_MS}`);
      const { rows } = await session.query<{ locked: boolean }>(
        'SELECT pg_catalog.pg_try_advisory_lock($1) AS locked',
        [lockKey(slot)],
      );
      if (rows[0]?.locked !== true) throw standby('another agent resyncs');
      return new ResyncLock(session);
    } catch (error) {
      await closeConnection(session);
      throw error;
    }
  }

  /**
   * Through the session that holds the lock: whoever lost it while asleep must not drop the slot
   * that its successor made.
   */
  dropSlot(slot: string): Promise<void> {
    return dropSlot(this.#session, slot);
  }

  async release(): Promise<void> {
    clearInterval(this.#signsOfLife);
    await closeConnection(this.#session);
  }

  #giveSign(): void {
    const nowMs = performance.now();
    if (this.#unansweredSinceMs !== undefined) {
      if (nowMs - this.#unansweredSinceMs > SILENCE_MS) this.#lose(new Error('no answer'));
      return;
    }
    this.#unansweredSinceMs = nowMs;
    this.#session.query('SELECT 1').then(
      () => {
        this.#unansweredSinceMs = undefined;
      },
      (error: unknown) => this.#lose(error),
    );
  }
}

function lockKey(slot: string): string {
  const digest = createHash('sha256').update(`lenkwerk resync ${slot}`).digest();
  return digest.readBigInt64BE().toString();
}

/**
 * Under the lock: the slot must be as it was when the resync was decided on. Another agent may have
 * finished a resync of its own since; what it wrote to the store, the checkpoint's revision tells.
 */
export async function checkUnchanged(
  sql: Client,
  before: Slot | undefined,
  name: string,
): Promise<void> {
  const now = await readSlot(sql, name);
  const made = (now === undefined) !== (before === undefined);
  if (made || now?.active === true) throw standby('another agent was faster');
}

/** Somebody else is, or is about to be, the active agent. */
export function standby(reason: string): LenkwerkError {
  return new LenkwerkError('slot-in-use', reason, { retryable: true });
}
