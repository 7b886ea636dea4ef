/** May the stream go on where the store left off, or is everything to be read again? */
import type { KeyValueStore, Revision } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { formatLsn, type Lsn } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { Slot, SystemIdentity } from '../../replication/slot.js';
import { type Checkpoint, decodeCheckpoint } from '../records/checkpoint.js';
import type { KeySpace } from '../records/key-space.js';
import type {
  ReplicationCommands,
  SourceDatabase,
  SourceReplication,
  SourceSession,
} from '../source/source-database.js';
import { standby } from './resync-lock.js';

/** Everything that the decision rests on, read in this order: slot, server, store. */
export interface Evidence {
  readonly slot: Slot | undefined;
  readonly system: SystemIdentity;
  /** Where the server left the checkpoint's timeline, when it is on another one now. */
  readonly leftTimelineAt: Lsn | undefined;
  readonly checkpoint: Checkpoint | undefined;
  /** There is something under the checkpoint's key. */
  readonly checkpointExists: boolean;
  readonly publication: string;
}

/**
 * Why the stream cannot go on at the checkpoint, undefined when it can. Wherever it cannot be
 * proved that nothing is missing, there is a reason.
 */
export function resyncReason(evidence: Evidence): string | undefined {
  const { slot, checkpoint } = evidence;
  if (checkpoint === undefined) {
    return evidence.checkpointExists ? 'the checkpoint is damaged' : 'there is no checkpoint';
  }
  if (slot === undefined) return 'the replication slot is missing';
  if (slot.lost) return 'the replication slot lost WAL that it needed';
  if (checkpoint.phase === 'snapshot') return 'an earlier resync was not finished';
  if (checkpoint.slot !== slot.name) return 'the checkpoint belongs to another slot';
  return positionReason(evidence, slot, checkpoint) ?? publicationReason(evidence, checkpoint);
}

function positionReason(
  { system, leftTimelineAt }: Evidence,
  slot: Slot,
  checkpoint: Checkpoint,
): string | undefined {
  if (checkpoint.systemId !== system.systemId) return 'the checkpoint is of another server';
  // PostgreSQL skips to the confirmed position without a word.
  if (slot.confirmedFlush === undefined || slot.confirmedFlush > checkpoint.lsn) {
    return 'the slot was confirmed beyond the checkpoint';
  }
  if (system.flushLsn < checkpoint.lsn) return "the server's WAL ends before the checkpoint";
  if (checkpoint.timeline === system.timeline) return undefined;
  if (leftTimelineAt !== undefined && leftTimelineAt >= checkpoint.lsn) return undefined;
  return `the server went to timeline ${system.timeline} before the checkpoint`;
}

function publicationReason({ publication }: Evidence, checkpoint: Checkpoint): string | undefined {
  return checkpoint.publication === publication ? undefined : 'the publication was changed';
}

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

/** For log lines. */
export function describeCheckpoint(checkpoint: Checkpoint | undefined): string {
  return checkpoint === undefined ? 'none' : `${checkpoint.phase} ${formatLsn(checkpoint.lsn)}`;
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
