/** The context of one follower. */
import type { Client } from 'pg';
import type { KeyValueStore } from '../kvstore/store.js';
import type { KeySpace } from '../publishing/records/key-space.js';
import type { Changes } from '../publishing/stream/batch.js';
import type { Logger } from '../runtime/logger.js';
import type { FollowerStatus } from './status.js';

/** What became of a transaction of the node. */
interface Applied {
  /** Keys that changed, with their records; undefined: it went. */
  readonly changes: Changes;
  /** How many nodes the cluster has. */
  readonly nodes: number;
}

/** Receives what the follower did. */
interface FollowReports {
  /** Called before records are applied for the first time. Throws `usage`. */
  readonly identify: (records: Changes) => void;
  /** Called after each commit. */
  readonly applied: (applied: Applied) => void;
  /** Called when the tables do not take what is published, as the status has it. */
  readonly refused: () => void;
}

export interface FollowContext {
  /** A session with the node's database. Throws as `openConnection`. */
  readonly openDatabase: () => Promise<Client>;
  /** The one store, which the caller closes. Throws what the store throws. */
  readonly connectStore: () => Promise<KeyValueStore>;
  readonly keySpace: KeySpace;
  readonly target: string;
  /** Let a comparison with all records delete a large part of the rows. */
  readonly allowMassDelete: boolean;
  readonly logger: Logger;
  readonly status: FollowerStatus;
  readonly reports: FollowReports;
  /** How often database and store are asked whether they are there, in milliseconds. */
  readonly lookEveryMs: number;
}

/** The same once a session with the database and the store are open. */
export interface OpenContext extends FollowContext {
  readonly client: Client;
  readonly store: KeyValueStore;
}
