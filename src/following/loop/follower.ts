/** Keeps following: sessions one after the other, whatever ends them. */
import type { Client } from 'pg';
import { type ErrorCode, LenkwerkError } from '../../model/errors.js';
import { closeConnection } from '../../postgres/connect/attempt.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { requirePrimary } from '../../postgres/server.js';
import { type BackoffLimits, backoffMs, jittered, pause } from '../../runtime/async.js';
import type { FollowContext, OpenContext } from '../context.js';
import { enter } from '../status.js';
import { NodeTables } from '../tables/node-tables.js';
import { type FollowerRow, readFollower } from '../tables/position.js';
import { FollowSession } from './session.js';

const BACKOFF: BackoffLimits = { firstMs: 200, longestMs: 10_000 };
const STANDBY_POLL_MS = 2_000;
/** Of the advisory lock that one follower of a database holds, for as long as its session lasts. */
const ADVISORY_KEY = 7_308_895_159_474_353;

/** Failures that may pass, or that an operator may mend meanwhile; the others end the follower. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['database-unavailable', 'database-error', 'lock-not-obtained', 'not-primary'] as const),
  ...(['store-unavailable', 'store-rejected', 'inconclusive'] as const),
]);

/** Of one database and one store. */
export class Follower {
  readonly #context: FollowContext;
  readonly #unknown = new Set<string>();

  constructor(context: FollowContext) {
    this.#context = context;
  }

  /**
   * Follows until the signal aborts. Throws `usage`, `database-not-initialised` and `refused`, and
   * errors that are none of the database and the store.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { status } = this.#context;
    let failures = 0;
    while (!signal.aborted) {
      const { commits } = status;
      try {
        await this.#withSession((session) => session.run(signal));
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof LenkwerkError) || !PASSING.has(error.code)) throw error;
        failures = status.commits > commits ? 1 : failures + 1;
        await pause(this.#failed(error, failures), signal);
      }
    }
  }

  /**
   * Brings the tables to what is published, once. Throws what a session throws: `lock-not-obtained`
   * where another follower is active, `not-converged` where the store shows no whole state.
   */
  async once(): Promise<void> {
    await this.#withSession(async (session) => {
      const reason = await session.catchUp();
      if (reason !== undefined) throw new LenkwerkError('not-converged', reason);
    });
  }

  async #withSession(work: (session: FollowSession) => Promise<void>): Promise<void> {
    const client = await this.#context.openDatabase();
    try {
      const { followerId, position } = await takePlace(client);
      Object.assign(this.#context.status, { followerId, applied: position });
      const store = await this.#context.connectStore();
      const context: OpenContext = { ...this.#context, client, store };
      await work(new FollowSession(context, this.#tables(context)));
    } finally {
      await closeConnection(client);
    }
  }

  #tables({ client, keySpace, logger }: OpenContext): NodeTables {
    return new NodeTables(client, keySpace, (table, column) => {
      if (this.#unknown.has(`${table}.${column}`)) return;
      this.#unknown.add(`${table}.${column}`);
      const message = 'records have a column that the table lacks: it is passed over';
      logger.warn(message, { table, column });
    });
  }

  /** Returns how long to wait. */
  #failed(error: LenkwerkError, failures: number): number {
    const { status, logger } = this.#context;
    const { message, hint } = error;
    if (error instanceof AnotherFollows) {
      if (enter(status, 'standby', { reason: message }))
        logger.info('standing by', { reason: message });
      return jittered(STANDBY_POLL_MS);
    }
    status.failures += 1;
    if (error.code.startsWith('store')) status.storeUp = false;
    if (enter(status, 'waiting', { reason: message, hint }))
      logger.warn('waiting', { reason: error });
    return jittered(backoffMs(failures, BACKOFF));
  }
}

/** `lock-not-obtained`: another follower of this database is active. */
class AnotherFollows extends LenkwerkError {
  constructor() {
    super('lock-not-obtained', 'another follower of this database is active');
  }
}

/**
 * Makes the session the one that follows, until it ends, and returns its row. Throws
 * AnotherFollows, and the database's errors.
 */
async function takePlace(client: Client): Promise<FollowerRow> {
  try {
    await requirePrimary(client);
    const row = await readFollower(client);
    const { rows } = await client.query<[boolean]>({
      text: 'SELECT pg_catalog.pg_try_advisory_lock($1)',
      values: [ADVISORY_KEY],
      rowMode: 'array',
    });
    if (rows[0]?.[0] !== true) throw new AnotherFollows();
    return row;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
