/** The database of source-database.ts as PostgreSQL: sessions, and the SQL that they run. */
import { createHash } from 'node:crypto';
import type { Client, ClientConfig } from 'pg';
import { inSnapshot, readConfigValues } from '../../database/state.js';
import { assert } from '../../model/errors.js';
import { type Lsn, parseLsn } from '../../model/lsn.js';
import type { ConnectionSettings } from '../../postgres/connection-settings.js';
import { rollBack, toLenkwerkError } from '../../postgres/errors.js';
import {
  closeConnection,
  limitSilence,
  openReplicationConnection,
  openSqlConnection,
  replicationConfig,
} from '../../replication/connections.js';
import { startSession } from '../../replication/session.js';
import {
  createSlot,
  dropSlot,
  identifySystem,
  readConfirmed,
  readSlot,
  switchPoint,
} from '../../replication/slot.js';
import type { KeySpace } from '../records/key-space.js';
import { fingerprintsOf, type PublishableTables } from '../records/published-tables.js';
import {
  readDeferrableTables,
  readGenerations,
  readPublication,
  readPublishableTables,
  readPublishedRelations,
  readSnapshotTables,
} from './read-tables.js';
import type {
  Barrier,
  BarrierTry,
  ReplicationCommands,
  SourceDatabase,
  SourceReader,
  SourceReplication,
  SourceSession,
  StreamStart,
} from './source-database.js';

/** Short, so that writers never queue behind the barrier for long; it is tried again instead. */
const LOCK_TIMEOUT_MS = 200;
/** Writers wait behind the barrier: not longer than this for a process that sleeps. */
const BARRIER_SILENCE_MS = 10_000;
/** How long the server keeps the snapshot, which holds back VACUUM, for an agent that sleeps. */
const SNAPSHOT_SILENCE_MS = 30_000;

/** The database that these settings lead to, for the agent. */
export function postgresSource(settings: ConnectionSettings): SourceDatabase {
  return {
    name: settings.database,
    connect: async (purpose) =>
      new PostgresSession(await openSqlConnection(settings, purpose), settings),
  };
}

/** Of an open session, which stays the caller's. */
export class PostgresReader implements SourceReader {
  protected readonly client: Client;

  constructor(client: Client) {
    this.client = client;
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
      await client.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [
        String(LOCK_TIMEOUT_MS),
      ]);
      await limitSilence(client, BARRIER_SILENCE_MS);
      await client.query('SELECT lenkwerk.barrier($1)', [nonce]);
      const tables = await readPublishableTables(client, keySpace);
      onRead?.(tables);
      await client.query('COMMIT');
      return { after: await readPosition(client), tables };
    } catch (error) {
      throw toLenkwerkError(await rollBack(client, error));
    }
  }
}

class PostgresSession extends PostgresReader implements SourceSession {
  readonly #settings: ConnectionSettings;

  constructor(client: Client, settings: ConnectionSettings) {
    super(client);
    this.#settings = settings;
  }

  readConfig(keys: readonly string[]) {
    return readConfigValues(this.client, keys);
  }

  readSlot(name: string) {
    return answer(readSlot(this.client, name));
  }

  dropSlot(name: string) {
    return dropSlot(this.client, name);
  }

  async tryLockResync(slot: string, silenceMs: number): Promise<boolean> {
    await answer(this.client.query(`SET idle_session_timeout = ${silenceMs}`));
    const { rows } = await answer(
      this.client.query<{ locked: boolean }>(
        'SELECT pg_catalog.pg_try_advisory_lock($1) AS locked',
        [lockKey(slot)],
      ),
    );
    return rows[0]?.locked === true;
  }

  async ping(): Promise<void> {
    await answer(this.client.query('SELECT 1'));
  }

  readPublication(name: string) {
    return answer(readPublication(this.client, name));
  }

  async readShapes() {
    return fingerprintsOf(await answer(readPublishedRelations(this.client)));
  }

  readDeferrable() {
    return answer(readDeferrableTables(this.client));
  }

  readGenerations() {
    return answer(readGenerationsNow(this.client));
  }

  async readTablesAt(snapshotName: string, keySpace: KeySpace): Promise<PublishableTables> {
    const { client } = this;
    try {
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await client.query(`SET TRANSACTION SNAPSHOT ${client.escapeLiteral(snapshotName)}`);
      await limitSilence(client, SNAPSHOT_SILENCE_MS);
      return await readSnapshotTables(client, keySpace);
    } catch (error) {
      throw toLenkwerkError(error);
    } finally {
      await client.query('ROLLBACK').catch(() => {});
    }
  }

  async replication(): Promise<SourceReplication> {
    const config = await answer(replicationConfig(this.#settings, this.client));
    return {
      connect: () => PostgresCommands.open(config, this.client),
      start: (options: StreamStart) => startSession({ ...options, connection: config }),
    };
  }

  close(): Promise<void> {
    return closeConnection(this.client);
  }
}

/** What a request gives that does not turn its failure into a LenkwerkError by itself. */
async function answer<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

async function readGenerationsNow(client: Client) {
  const relations = await readPublishedRelations(client);
  const generations = await readGenerations(client, relations);
  return { generations, position: await readPosition(client) };
}

/** After everything that this session has seen or written. */
async function readPosition(client: Client): Promise<Lsn> {
  return parseLsn(await readOne(client, 'SELECT pg_catalog.pg_current_wal_insert_lsn()::text'));
}

/** The one value that a statement gives. */
async function readOne(client: Client, text: string): Promise<string> {
  const { rows } = await client.query<[string]>({ text, rowMode: 'array' });
  const value = rows[0]?.[0];
  assert(value !== undefined, 'a function without a table gives one row');
  return value;
}

class PostgresCommands implements ReplicationCommands {
  readonly #client: Client;
  readonly #pid: string;
  readonly #canceller: Client;

  private constructor(client: Client, pid: string, canceller: Client) {
    this.#client = client;
    this.#pid = pid;
    this.#canceller = canceller;
  }

  /** `canceller`: a session that may end what this one waits for. */
  static async open(config: ClientConfig, canceller: Client): Promise<PostgresCommands> {
    const client = await openReplicationConnection(config);
    try {
      const pid = await readOne(client, 'SELECT pg_catalog.pg_backend_pid()::text');
      return new PostgresCommands(client, pid, canceller);
    } catch (error) {
      await closeConnection(client);
      throw toLenkwerkError(error);
    }
  }

  identifySystem() {
    return answer(identifySystem(this.#client));
  }

  switchPoint(timeline: number, current: number) {
    return answer(switchPoint(this.#client, timeline, current));
  }

  createSlot(name: string) {
    return createSlot(this.#client, name);
  }

  cancel(): void {
    const values = [this.#pid];
    this.#canceller.query('SELECT pg_catalog.pg_cancel_backend($1)', values).catch(() => {});
  }

  close(): Promise<void> {
    return closeConnection(this.#client);
  }
}

function lockKey(slot: string): string {
  const digest = createHash('sha256').update(`lenkwerk resync ${slot}`).digest();
  return digest.readBigInt64BE().toString();
}
