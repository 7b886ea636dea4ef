/**
 * What the agent asks of the database that it publishes. postgres-source.ts is PostgreSQL; a test
 * may put a world of its own here.
 */
import type { Lsn } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { ChangeSource } from '../../replication/change-source.js';
import type { SessionOptions } from '../../replication/session.js';
import type { CreatedSlot, Slot, SystemIdentity } from '../../replication/slot.js';
import type { KeySpace } from '../records/key-space.js';
import type { Generations, PublishableTables } from './read-tables.js';

export interface SourceDatabase {
  readonly name: string;
  /** An ordinary session. Throws `database-unavailable`. */
  connect(purpose: string): Promise<SourceSession>;
}

export interface BarrierTry {
  readonly keySpace: KeySpace;
  readonly nonce: string;
  readonly onRead?: (tables: PublishableTables) => void;
}

/** A position after the commit of a barrier, and the tables at exactly that commit. */
export interface Barrier {
  readonly after: Lsn;
  readonly tables: PublishableTables;
}

export interface SourceSession {
  readSlot(name: string): Promise<Slot | undefined>;
  dropSlot(name: string): Promise<void>;
  /** False when another session holds it. It ends with the session. */
  tryLockResync(slot: string, silenceMs: number): Promise<boolean>;
  ping(): Promise<void>;
  readPublication(name: string): Promise<string>;
  readShapes(): Promise<ReadonlyMap<TableName, string>>;
  readDeferrable(): Promise<ReadonlySet<string>>;
  /** The newest generations of now, and a position after everything they show. */
  readGenerations(): Promise<{ readonly generations: Generations; readonly position: Lsn }>;
  /** How far each slot of the database was confirmed. */
  readConfirmed(): Promise<ReadonlyMap<string, Lsn>>;
  readTables(keySpace: KeySpace): Promise<PublishableTables>;
  readTablesAt(snapshotName: string, keySpace: KeySpace): Promise<PublishableTables>;
  /** Throws `lock-not-obtained` while somebody writes. */
  tryBarrier(request: BarrierTry): Promise<Barrier>;
  /** How to open replication sessions with the same server. */
  replication(): Promise<SourceReplication>;
  /** Ends what a replication session waits for. */
  cancel(commands: ReplicationCommands): void;
  close(): Promise<void>;
}

export type StreamStart = Omit<SessionOptions, 'connection'>;

export interface SourceReplication {
  connect(): Promise<ReplicationCommands>;
  start(options: StreamStart): Promise<ChangeSource>;
}

export interface ReplicationCommands {
  identifySystem(): Promise<SystemIdentity>;
  switchPoint(timeline: number, current: number): Promise<Lsn | undefined>;
  createSlot(name: string): Promise<CreatedSlot>;
  close(): Promise<void>;
}
