/** The database of source-database.ts as PostgreSQL: sessions, and the SQL that they run. */
import type { Client, ClientConfig } from 'pg';
import { openTrusted } from '../../database/owners.js';
import { requireAgentRights, withMissingRights } from '../../database/rights.js';
import { AGENT } from '../../database/setup/grants.js';
import { readConfigValues } from '../../database/state.js';
import { closeConnection } from '../../postgres/connect/attempt.js';
import { settingsBeside } from '../../postgres/connection.js';
import type { ConnectionSettings } from '../../postgres/connection-settings.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import {
  limitSilence,
  openReplicationConnection,
  replicationConfig,
} from '../../replication/connections.js';
import { startSession } from '../../replication/session.js';
import { createSlot, dropSlot, identifySystem, switchPoint } from '../../replication/slot.js';
import type { KeySpace } from '../records/key-space.js';
import { fingerprintsOf, type PublishableTables } from '../records/published-tables.js';
import { PostgresReader, readOne, readPosition } from './postgres-reader.js';
import { readPublication } from './read-publication.js';
import {
  readDeferrableTables,
  readGenerations,
  readPublishedRelations,
  readSnapshotTables,
} from './read-tables.js';
import type {
  Activation,
  ReplicationCommands,
  SourceDatabase,
  SourceReplication,
  SourceSession,
  StreamStart,
} from './source-database.js';
import { readStanding, tryLockResync, writeActivation } from './standing.js';

/** How long the server keeps the snapshot, which holds back VACUUM, for a suspended agent. */
const SNAPSHOT_SILENCE_MS = 30_000;

/**
 * The database of these settings, for the agent. `requireCluster` throws for a session with another
 * database than is meant, which is then closed.
 */
export function postgresSource(
  settings: ConnectionSettings,
  requireCluster: (client: Client) => Promise<void> = async () => {},
): SourceDatabase {
  return {
    name: settings.database,
    connect: async (purpose, beside) => {
      const place = beside instanceof PostgresSession ? beside.place() : settings;
      const client = await openTrusted(place, purpose, 'publishing');
      try {
        await requireCluster(client);
        return new PostgresSession(client);
      } catch (error) {
        const failure = await withMissingRights(client, error, AGENT);
        await closeConnection(client);
        throw failure;
      }
    },
  };
}

class PostgresSession extends PostgresReader implements SourceSession {
  constructor(client: Client) {
    super(client, AGENT);
  }

  /** For another session with this very server, of several. */
  place(): ConnectionSettings {
    return settingsBeside(this.client);
  }

  async readConfig(keys: readonly string[]) {
    try {
      return await readConfigValues(this.client, keys);
    } catch (error) {
      throw await withMissingRights(this.client, error, AGENT);
    }
  }

  requireRights() {
    return requireAgentRights(this.client);
  }

  look(slot: string) {
    return answer(readStanding(this.client, slot));
  }

  activate(activation: Activation) {
    return answer(writeActivation(this.client, activation));
  }

  dropSlot(name: string) {
    return dropSlot(this.client, name);
  }

  async tryLockResync(slot: string, silenceMs: number): Promise<boolean> {
    await answer(this.client.query(`SET idle_session_timeout = ${silenceMs}`));
    return await answer(tryLockResync(this.client, slot));
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
    const config = await answer(replicationConfig(this.client));
    return {
      connect: () => PostgresCommands.open(config, this.client),
      start: (options: StreamStart) => startSession({ ...options, connection: config }),
    };
  }

  close(): Promise<void> {
    return closeConnection(this.client);
  }
}

/** The result of a request; its failure becomes a LenkwerkError. */
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

class PostgresCommands implements ReplicationCommands {
  readonly #client: Client;
  readonly #pid: string;
  readonly #canceller: Client;

  private constructor(client: Client, pid: string, canceller: Client) {
    this.#client = client;
    this.#pid = pid;
    this.#canceller = canceller;
  }

  /** `canceller`: a session that may cancel the command of this one. */
  static async open(config: ClientConfig, canceller: Client): Promise<PostgresCommands> {
    const client = await openReplicationConnection(config, canceller);
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
