/** The agent's database as it is: sessions with PostgreSQL. */
import { createHash } from 'node:crypto';
import type { Client, ClientConfig } from 'pg';
import { inSnapshot } from '../../database/state.js';
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
import {
  fingerprintsOf,
  type PublishableTables,
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

export function postgresSource(settings: ConnectionSettings): SourceDatabase {
  return {
    name: settings.database,
    connect: async (purpose) =>
      new PostgresSession(await openSqlConnection(settings, purpose), settings),
  };
}

export class PostgresSession implements SourceSession {
  readonly #client: Client;
  readonly #settings: ConnectionSettings | undefined;

  constructor(client: Client, settings?: ConnectionSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  readSlot(name: string) {
    return readSlot(this.#client, name);
  }

  dropSlot(name: string) {
    return dropSlot(this.#client, name);
  }

  async tryLockResync(slot: string, silenceMs: number): Promise<boolean> {
    await this.#client.query(`SET idle_session_timeout = ${silenceMs}`);
    const { rows } = await this.#client.query<{ locked: boolean }>(
      'SELECT pg_catalog.pg_try_advisory_lock($1) AS locked',
      [lockKey(slot)],
    );
    return rows[0]?.locked === true;
  }

  async ping(): Promise<void> {
    await this.#client.query('SELECT 1');
  }

  readPublication(name: string) {
    return readPublication(this.#client, name);
  }

  async readShapes() {
    return fingerprintsOf(await readPublishedRelations(this.#client));
  }

  readDeferrable() {
    return readDeferrableTables(this.#client);
  }

  async readGenerations() {
    const relations = await readPublishedRelations(this.#client);
    const generations = await readGenerations(this.#client, relations);
    return { generations, position: await this.#position() };
  }

  readConfirmed() {
    return readConfirmed(this.#client);
  }

  readTables(keySpace: KeySpace): Promise<PublishableTables> {
    return inSnapshot(this.#client, (client) => readPublishableTables(client, keySpace));
  }

  async readTablesAt(snapshotName: string, keySpace: KeySpace): Promise<PublishableTables> {
    const sql = this.#client;
    try {
      await sql.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await sql.query(`SET TRANSACTION SNAPSHOT ${sql.escapeLiteral(snapshotName)}`);
      await limitSilence(sql, SNAPSHOT_SILENCE_MS);
      return await readSnapshotTables(sql, keySpace);
    } catch (error) {
      throw toLenkwerkError(error);
    } finally {
      await sql.query('ROLLBACK').catch(() => {});
    }
  }

  async tryBarrier({ keySpace, nonce, onRead }: BarrierTry): Promise<Barrier> {
    const client = this.#client;
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
      return { after: await this.#position(), tables };
    } catch (error) {
      throw toLenkwerkError(await rollBack(client, error));
    }
  }

  async replication(): Promise<SourceReplication> {
    assert(this.#settings !== undefined, 'a session of its own');
    const config = await replicationConfig(this.#settings, this.#client);
    return {
      connect: () => openCommands(config),
      start: (options: StreamStart) => startSession({ ...options, connection: config }),
    };
  }

  cancel(commands: ReplicationCommands): void {
    if (!(commands instanceof PostgresCommands)) return;
    this.#client.query('SELECT pg_catalog.pg_cancel_backend($1)', [commands.pid]).catch(() => {});
  }

  close(): Promise<void> {
    return closeConnection(this.#client);
  }

  async #position(): Promise<Lsn> {
    const { rows } = await this.#client.query<[string]>({
      text: 'SELECT pg_catalog.pg_current_wal_insert_lsn()',
      rowMode: 'array',
    });
    return parseLsn(rows[0]?.[0] ?? '0/0');
  }
}

class PostgresCommands implements ReplicationCommands {
  readonly #client: Client;
  readonly pid: number;

  constructor(client: Client, pid: number) {
    this.#client = client;
    this.pid = pid;
  }

  identifySystem() {
    return identifySystem(this.#client);
  }

  switchPoint(timeline: number, current: number) {
    return switchPoint(this.#client, timeline, current);
  }

  createSlot(name: string) {
    return createSlot(this.#client, name);
  }

  close(): Promise<void> {
    return closeConnection(this.#client);
  }
}

async function openCommands(config: ClientConfig): Promise<PostgresCommands> {
  const client = await openReplicationConnection(config);
  try {
    const { rows } = await client.query<[string]>({
      text: 'SELECT pg_catalog.pg_backend_pid()',
      rowMode: 'array',
    });
    return new PostgresCommands(client, Number(rows[0]?.[0]));
  } catch (error) {
    await closeConnection(client);
    throw toLenkwerkError(error);
  }
}

function lockKey(slot: string): string {
  const digest = createHash('sha256').update(`lenkwerk resync ${slot}`).digest();
  return digest.readBigInt64BE().toString();
}
