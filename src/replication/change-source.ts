/**
 * The committed changes of a database, in commit order. Users of this interface do not depend on
 * the replication protocol; implementations do not depend on the meaning of the tables.
 */
import type { Lsn } from '../model/lsn.js';

/** A row by column name, every value as PostgreSQL's text; null is SQL's NULL. */
export type Row = Readonly<Record<string, string | null | undefined>>;

export interface Column {
  readonly name: string;
  /** pg_type.oid */
  readonly typeOid: number;
}

/** A published table as the stream, or the catalog, describes it. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  /** In the order of the table. */
  readonly columns: readonly Column[];
}

/** Identifies a transaction, also among those of histories that branched off. */
export interface TransactionId {
  /** Where its commit record begins. */
  readonly commitLsn: Lsn;
  readonly xid: number;
  /** When it was committed, in microseconds since 1970. */
  readonly committedAtUs: bigint;
}

export type ChangeEvent =
  | { readonly kind: 'begin'; readonly transaction: TransactionId }
  /** Comes before the first change of a relation in a session, and again when it was altered. */
  | { readonly kind: 'relation'; readonly relation: Relation; readonly fullIdentity: boolean }
  | { readonly kind: 'insert'; readonly relation: Relation; readonly row: Row }
  | {
      readonly kind: 'update';
      readonly relation: Relation;
      readonly old: Row;
      readonly row: Row;
    }
  | { readonly kind: 'delete'; readonly relation: Relation; readonly old: Row }
  | { readonly kind: 'truncate'; readonly relations: readonly Relation[] }
  /** A logical message; a transactional one is part of the open transaction. */
  | {
      readonly kind: 'message';
      readonly prefix: string;
      readonly content: string;
      readonly transactional: boolean;
    }
  /** `endLsn` is the position after the commit record: everything before it has been seen. */
  | { readonly kind: 'commit'; readonly endLsn: Lsn }
  /**
   * The server has no more events up to `walEnd`. `urgent`: it waits for the confirmation of that
   * position, as it does before it shuts down.
   */
  | { readonly kind: 'keepalive'; readonly walEnd: Lsn; readonly urgent: boolean };

/** Receives one event at a time. An error that it throws ends the session. */
export type ChangeHandler = (event: ChangeEvent) => void;

/** What the session that streams knows of its server: two of them may stand behind one address. */
export interface StreamServer {
  readonly systemId: string;
  readonly timeline: number;
  /** Of the server's process that serves the session. */
  readonly pid: number;
  /** When the server was started, as it writes it. */
  readonly startedAt: string;
}

export interface ChangeSource {
  readonly server: StreamServer;
  /** Settles when the session is over: resolves after `stop`, rejects with LenkwerkError else. */
  readonly ended: Promise<void>;
  /** Stops reading; a few events that were received already may still arrive. */
  pause(): void;
  resume(): void;
  /**
   * Confirms to the server, now and in every later status, that all before `lsn` is durable. Until
   * then nothing is confirmed.
   */
  acknowledge(lsn: Lsn): void;
  /** Confirms what is durable and closes the connection. */
  stop(): Promise<void>;
}
