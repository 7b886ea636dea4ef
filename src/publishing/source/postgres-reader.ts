/** The queries of a comparison, over a session of the caller. */
import type { Client } from 'pg';
import { lockConflict } from '../../database/locks.js';
import { withMissingRights } from '../../database/rights.js';
import { type Group, VERIFY } from '../../database/setup/grants.js';
import { inSnapshot } from '../../database/state.js';
import { assert } from '../../model/errors.js';
import { type Lsn, parseLsn } from '../../model/lsn.js';
import { rollBack, toLenkwerkError } from '../../postgres/errors.js';
import { limitSilence } from '../../replication/connections.js';
import { readConfirmed } from '../../replication/slot.js';
import type { KeySpace } from '../records/key-space.js';
import type { PublishableTables } from '../records/published-tables.js';
import { withGuard } from './barrier-guard.js';
import { readPublishableTables } from './read-tables.js';
import type { Barrier, BarrierTry, SourceReader } from './source-database.js';

/**
 * Short, so that writers never wait behind the barrier for long; the barrier is retried instead.
 */
const LOCK_TIMEOUT_MS = 200;
/** Writers wait behind the barrier: at most this long for a suspended process. */
const BARRIER_SILENCE_MS = 10_000;

/**
 * A barrier changes no row, so its COMMIT waits for no synchronous standby: during that wait the
 * tables would stay locked, even after the client ended. `transaction_timeout` exists since
 * PostgreSQL 17. https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const BARRIER_LIMITS = `
  SELECT pg_catalog.set_config('synchronous_commit', 'local', true),
         pg_catalog.set_config('lock_timeout', $1, true),
         pg_catalog.set_config('statement_timeout', $2, true),
         CASE WHEN pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL
              THEN pg_catalog.set_config('transaction_timeout', $2, true) END`;

/** Takes an open session, which the caller closes. */
export class PostgresReader implements SourceReader {
  protected readonly client: Client;
  readonly #group: Group;

  /** `group`: whose rights are named where the role of the session lacks one. */
  constructor(client: Client, group: Group = VERIFY) {
    this.client = client;
    this.#group = group;
  }

  readConfirmed() {
    return readConfirmed(this.client);
  }

  readTables(keySpace: KeySpace): Promise<PublishableTables> {
    return inSnapshot(this.client, (client) => readPublishableTables(client, keySpace));
  }

  async tryBarrier({ keySpace, nonce, onRead }: BarrierTry): Promise<Barrier> {
    const { client } = this;
    try {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
      await client.query(BARRIER_LIMITS, [String(LOCK_TIMEOUT_MS), String(BARRIER_SILENCE_MS)]);
      await limitSilence(client, BARRIER_SILENCE_MS);
      await client.query('SELECT lenkwerk.barrier($1)', [nonce]);
      const tables = await withGuard(client, BARRIER_SILENCE_MS, async () => {
        const read = await readPublishableTables(client, keySpace);
        onRead?.(read);
        await client.query('COMMIT');
        return read;
      });
      return { after: await readPosition(client), tables };
    } catch (error) {
      const failure = toLenkwerkError(await rollBack(client, error));
      if (failure.code !== 'lock-not-obtained') {
        throw await withMissingRights(client, failure, this.#group);
      }
      throw await lockConflict(client, error);
    }
  }
}

/** A position after everything that this session has read or written. */
export async function readPosition(client: Client): Promise<Lsn> {
  return parseLsn(await readOne(client, 'SELECT pg_catalog.pg_current_wal_insert_lsn()::text'));
}

/** The single value that a statement returns. */
export async function readOne(client: Client, text: string): Promise<string> {
  const { rows } = await client.query<[string]>({ text, rowMode: 'array' });
  const value = rows[0]?.[0];
  assert(value !== undefined, 'a function without a table gives one row');
  return value;
}
