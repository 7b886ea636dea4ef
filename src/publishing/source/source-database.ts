/**
 * The database as publishing and verifying use it. postgres-source.ts implements it for PostgreSQL;
 * a simulation may implement it otherwise.
 *
 * Every method throws a LenkwerkError: `database-unavailable` when the session broke or the server
 * does not answer, `database-error` when the server refuses, and what its comment names. Positions
 * are bytes of the log (Lsn).
 * Decision D37 in src/README.md.
 */
import type { JsonValue } from '../../model/json.js';
import type { Lsn } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { ChangeSource } from '../../replication/change-source.js';
import type { SessionOptions } from '../../replication/session.js';
import type { Confirmed, CreatedSlot, Slot, SystemIdentity } from '../../replication/slot.js';
import type { KeySpace } from '../records/key-space.js';
import type { Generations, PublishableTables } from '../records/published-tables.js';

export interface SourceDatabase {
  /** The name of the database: slots of other databases are not ours. */
  readonly name: string;
  /**
   * Opens an ordinary session; `purpose` becomes a part of its application_name. Of several servers
   * it is with the first that fits, or with that of the session `beside`.
   */
  connect(purpose: string, beside?: SourceSession): Promise<SourceSession>;
}

export interface BarrierTry {
  readonly keySpace: KeySpace;
  /** Comes back in the stream, and in the checkpoint of the revision that ends there. */
  readonly nonce: string;
  /**
   * Called with the tables before the commit: no reader of the stream has received the barrier yet.
   */
  readonly onRead?: (tables: PublishableTables) => void;
}

/** A position at or after the end of a barrier's transaction, and the tables at its commit. */
export interface Barrier {
  readonly after: Lsn;
  readonly tables: PublishableTables;
}

/** What the start of an agent rests on, seen at one moment. */
export interface Standing {
  readonly systemId: string;
  /** When the server was started, as it writes it. */
  readonly startedAt: string;
  readonly inRecovery: boolean;
  /** undefined at a standby. */
  readonly timeline: number | undefined;
  /** The end of its log on disk; at a standby, of what it replayed. */
  readonly flushLsn: Lsn;
  /** The uuid of the cluster. */
  readonly cluster: string;
  /** What the last active agent of the slot wrote; undefined: there was none. */
  readonly activation: string | undefined;
  /** Activations before, each with the position where the slot was confirmed when it ended. */
  readonly former: ReadonlyMap<string, Lsn>;
  /** Of whatever database and plugin; undefined: there is none of that name. */
  readonly slot: Slot | undefined;
  /** An agent holds the lock of those who resync over this slot. */
  readonly isResyncing: boolean;
}

/** The one thing that an agent writes to the database. */
export interface Activation {
  readonly slot: string;
  /** Written only where this one still stands; undefined: whatever stands there. */
  readonly expected: string | undefined;
  readonly activation: string;
  /** Remembered of the one that is replaced; undefined: that one is forgotten. */
  readonly upTo: Lsn | undefined;
}

/** What a comparison needs. The session is not in a transaction, before and after each call. */
export interface SourceReader {
  /** How far each slot of this database was confirmed, by its name. */
  readConfirmed(): Promise<ReadonlyMap<string, Confirmed>>;
  /**
   * The tables in one present snapshot. Throws `database-not-initialised` when a table is missing,
   * or when its changes would come without the old row.
   */
  readTables(keySpace: KeySpace): Promise<PublishableTables>;
  /**
   * Locks the tables against writers, reads them and emits a barrier, in one transaction. Throws
   * `lock-not-obtained` after a fraction of a second while a writer holds them, and what
   * `readTables` throws.
   */
  tryBarrier(request: BarrierTry): Promise<Barrier>;
}

/** An ordinary session. One call at a time. */
export interface SourceSession extends SourceReader {
  /** The recorded values of these config keys; keys that are not recorded are left out. */
  readConfig(keys: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>;
  /** Throws `environment` when its role could not become the active agent, with what it lacks. */
  requireRights(): Promise<void>;
  /** Throws `database-not-initialised` where the database was not set up for this version. */
  look(slot: string): Promise<Standing>;
  /** Committed locally when it resolves; false when another activation stands there. */
  activate(activation: Activation): Promise<boolean>;
  /** Drops the slot where it exists. Throws `slot-in-use` while it is read. */
  dropSlot(name: string): Promise<void>;
  /**
   * Takes the lock for a resync over this slot; false when another session holds it. The lock ends
   * with the session, which the server ends after `silenceMs` without a request.
   */
  tryLockResync(slot: string, silenceMs: number): Promise<boolean>;
  /** Resolves when the server has answered. */
  ping(): Promise<void>;
  /**
   * A fingerprint of what the publication is made of: another one when it was changed, also when
   * it was changed back. Throws `database-not-initialised` when it is missing or hides anything of
   * a table.
   */
  readPublication(name: string): Promise<string>;
  /** The fingerprint of each table as it is now. Throws what `readTables` throws. */
  readShapes(): Promise<ReadonlyMap<TableName, string>>;
  /** The names of the tables of which two rows may hold one key until the commit. */
  readDeferrable(): Promise<ReadonlySet<string>>;
  /** The newest generations at present, and a position at or after every change that they show. */
  readGenerations(): Promise<{ readonly generations: Generations; readonly position: Lsn }>;
  /**
   * The tables in the snapshot that a new slot exported. Throws `resync-required` when a table was
   * truncated or altered since, and what `readTables` throws.
   */
  readTablesAt(snapshotName: string, keySpace: KeySpace): Promise<PublishableTables>;
  /** How to open replication sessions with the server of this session. */
  replication(): Promise<SourceReplication>;
  /** Ends the session within a second, whatever the server does. Never throws. */
  close(): Promise<void>;
}

export type StreamStart = Omit<SessionOptions, 'connection'>;

/** The two uses of a replication session. */
export interface SourceReplication {
  /** Opens a session for commands. */
  connect(): Promise<ReplicationCommands>;
  /**
   * Streams the changes after the position where the slot was confirmed, which it keeps until
   * `acknowledge`; resolves when the server has begun. Throws `not-primary` at a standby,
   * `slot-in-use` while another session streams from the slot, `resync-required` when the slot or
   * the publication cannot go on.
   */
  start(options: StreamStart): Promise<ChangeSource>;
}

export interface ReplicationCommands {
  identifySystem(): Promise<SystemIdentity>;
  /** Where the server left `timeline` on its way to `current`; undefined: it never was on it. */
  switchPoint(timeline: number, current: number): Promise<Lsn | undefined>;
  /**
   * Creates a slot and exports its snapshot, which exists until the next command. Waits for the
   * open transactions that write: throws `lock-not-obtained` after half a minute.
   */
  createSlot(name: string): Promise<CreatedSlot>;
  /** Cancels the command that is under way, which then throws. */
  cancel(): void;
  /** Ends the session within a second, whatever the server does. Never throws. */
  close(): Promise<void>;
}
