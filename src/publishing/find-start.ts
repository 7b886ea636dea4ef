/** Where an attempt begins: what slot, server and store say, and what follows from it. */
import type { KeyValueStore } from '../kvstore/store.js';
import type { TableName } from '../model/resources.js';
import type { Slot, SystemIdentity } from '../replication/slot.js';
import { standby } from './agent/resync-lock.js';
import {
  checkSlot,
  leftTimeline,
  outdatedTables,
  resyncReason,
  type StoredCheckpoint,
  storedCheckpoint,
} from './agent/starting-point.js';
import type { KeySpace } from './records/key-space.js';
import type { SourceDatabase, SourceReplication, SourceSession } from './source/source-database.js';

export interface StartOptions {
  readonly database: SourceDatabase;
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  readonly target: string;
  readonly slot: string;
  readonly publication: string;
  /** Resync whatever the checkpoint says. */
  readonly resyncReason: string | undefined;
}

/** What an attempt begins with. */
export interface Start {
  /** An ordinary session. */
  readonly sql: SourceSession;
  readonly replication: SourceReplication;
  readonly system: SystemIdentity;
  readonly stored: StoredCheckpoint;
  readonly slot: Slot | undefined;
  readonly publication: string;
  /** undefined: the stream goes on where the store left off. */
  readonly resyncReason: string | undefined;
  /** Tables whose records in the store are of a former shape. */
  readonly outdated: ReadonlySet<TableName>;
}

/**
 * Reads slot, server and store in this order: the checkpoint is then never older than the slot.
 * Throws `slot-in-use` when another agent is the active one, and what neither a stream nor a
 * resync could begin with.
 */
export async function findStart(options: StartOptions, sql: SourceSession): Promise<Start> {
  const slot = await sql.readSlot(options.slot);
  checkSlot(slot, options.database.name);
  if (slot?.active === true) throw standby('another agent reads the slot');
  const publication = await sql.readPublication(options.publication);
  const fingerprints = await sql.readShapes();
  const replication = await sql.replication();
  const commands = await replication.connect();
  try {
    const system = await commands.identifySystem();
    const read = await options.store.read(options.keySpace.checkpointKey(options.target));
    const stored = storedCheckpoint(read);
    const leftTimelineAt = await leftTimeline(commands, system, stored.checkpoint);
    const reason =
      options.resyncReason ??
      resyncReason({
        slot,
        system,
        leftTimelineAt,
        checkpoint: stored.checkpoint,
        checkpointExists: stored.revision !== undefined,
        publication,
      });
    const outdated = outdatedTables(fingerprints, stored.checkpoint);
    return { sql, replication, system, stored, publication, slot, outdated, resyncReason: reason };
  } finally {
    await commands.close();
  }
}
