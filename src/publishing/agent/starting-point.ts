/** May the stream go on where the store left off, or is everything to be read again? */
import type { KeyValueStore, Revision } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import type { Lsn } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { Slot, SystemIdentity } from '../../replication/slot.js';
import { type Checkpoint, decodeCheckpoint } from '../records/checkpoint.js';
import { describeCondition, judge, type ResyncReason } from '../records/condition.js';
import type { KeySpace } from '../records/key-space.js';
import type {
  ReplicationCommands,
  SourceDatabase,
  SourceReplication,
  SourceSession,
} from '../source/source-database.js';
import { standby } from './resync-lock.js';

/** The tables whose records in the store were made of other columns than they have now. */
export function outdatedTables(
  fingerprints: ReadonlyMap<TableName, string>,
  checkpoint: Checkpoint | undefined,
): ReadonlySet<TableName> {
  const outdated = new Set<TableName>();
  for (const [table, fingerprint] of fingerprints) {
    if (checkpoint?.tables.get(table) !== fingerprint) outdated.add(table);
  }
  return outdated;
}

/** Where the server left the timeline of the checkpoint; undefined on the same one, or never. */
export async function leftTimeline(
  commands: ReplicationCommands,
  system: SystemIdentity,
  checkpoint: Checkpoint | undefined,
): Promise<Lsn | undefined> {
  if (checkpoint === undefined || checkpoint.timeline === system.timeline) return undefined;
  return commands.switchPoint(checkpoint.timeline, system.timeline);
}

/** A slot that is not ours to use: throws `environment`. */
export function checkSlot(slot: Slot | undefined, database: string): void {
  if (slot === undefined || (slot.plugin === 'pgoutput' && slot.database === database)) return;
  const message = `the slot ${slot.name} belongs to something else`;
  const hint = `plugin ${slot.plugin ?? 'none'}, database ${slot.database ?? 'none'}`;
  throw new LenkwerkError('environment', message, { hint });
}

/** What is stored under the checkpoint's key. */
export interface StoredCheckpoint {
  readonly revision: Revision | undefined;
  readonly checkpoint: Checkpoint | undefined;
}

/** Throws `store-rejected` for a checkpoint of an unknown version. */
export function storedCheckpoint(
  stored: { readonly value: string; readonly modRevision: Revision } | undefined,
): StoredCheckpoint {
  if (stored === undefined) return { revision: undefined, checkpoint: undefined };
  return { revision: stored.modRevision, checkpoint: decodeCheckpoint(stored.value) };
}

// Where an attempt begins: what slot, server and store say, and what follows from it.

export interface StartOptions {
  readonly database: SourceDatabase;
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  readonly target: string;
  readonly slot: string;
  readonly publication: string;
  /** Resync whatever the checkpoint says. */
  readonly resyncReason: ResyncReason | undefined;
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
  readonly resyncReason: ResyncReason | undefined;
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
    const leftAt = await leftTimeline(commands, system, stored.checkpoint);
    const condition = judge({
      checkpoint: stored.checkpoint,
      checkpointExists: stored.revision !== undefined,
      slot: { name: options.slot, found: slot },
      server: {
        systemId: system.systemId,
        lsn: system.flushLsn,
        timelines: { current: system.timeline, leftAt },
      },
      publication,
    });
    const { agent, sentence } = describeCondition(condition);
    const found = agent === 'resyncs' ? { kind: condition.kind, sentence } : undefined;
    const reason = options.resyncReason ?? found;
    const outdated = outdatedTables(fingerprints, stored.checkpoint);
    return { sql, replication, system, stored, publication, slot, outdated, resyncReason: reason };
  } finally {
    await commands.close();
  }
}
