/** Decides whether the stream may continue at the checkpoint, or everything is read again. */
import type { Revision } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import type { Lsn } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { Slot, SystemIdentity } from '../../replication/slot.js';
import { type Checkpoint, decodeCheckpoint } from '../records/checkpoint.js';
import {
  type Condition,
  describeCondition,
  judge,
  type ResyncReason,
} from '../records/condition.js';
import type {
  ReplicationCommands,
  SourceReplication,
  SourceSession,
} from '../source/source-database.js';
import { type AgentContext, otherSlotHint } from './context.js';
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
async function leftTimeline(
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
  const of = `plugin ${slot.plugin ?? 'none'}, database ${slot.database ?? 'none'}`;
  const message = `the slot ${slot.name} belongs to something else: ${of}`;
  throw new LenkwerkError('environment', message, { hint: otherSlotHint(slot.name, database) });
}

/** What is stored under the checkpoint's key. */
interface StoredCheckpoint {
  readonly revision: Revision | undefined;
  readonly checkpoint: Checkpoint | undefined;
}

/** Throws `store-rejected` for a checkpoint of an unknown version. */
function storedCheckpoint(
  stored: { readonly value: string; readonly modRevision: Revision } | undefined,
): StoredCheckpoint {
  if (stored === undefined) return { revision: undefined, checkpoint: undefined };
  return { revision: stored.modRevision, checkpoint: decodeCheckpoint(stored.value) };
}

// Where an attempt begins: what slot, server and store show, and what follows from it.

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
 * `asked`: resync for this reason, whatever the checkpoint is. Throws `slot-in-use` when another
 * agent is the active one, and what neither a stream nor a resync could begin with.
 */
export async function findStart(
  context: AgentContext,
  sql: SourceSession,
  asked: ResyncReason | undefined,
): Promise<Start> {
  // Before it stands by: an agent that could never take over must not look like one that could.
  await sql.requireRights();
  const slot = await sql.readSlot(context.slot);
  checkSlot(slot, context.database.name);
  if (slot?.active === true) throw standby('another agent reads the slot');
  const publication = await sql.readPublication(context.publication);
  const fingerprints = await sql.readShapes();
  const replication = await sql.replication();
  const commands = await replication.connect();
  try {
    const system = await commands.identifySystem();
    const read = await context.store.read(context.keySpace.checkpointKey(context.target));
    const stored = storedCheckpoint(read);
    const { checkpoint, revision } = stored;
    const leftAt = await leftTimeline(commands, system, checkpoint);
    const condition = judge({
      checkpoint,
      checkpointExists: revision !== undefined,
      slot: { name: context.slot, found: slot },
      server: {
        systemId: system.systemId,
        lsn: system.flushLsn,
        timelines: { current: system.timeline, leftAt },
      },
      publication,
    });
    const resyncReason = asked ?? reasonIn(condition);
    const outdated = outdatedTables(fingerprints, checkpoint);
    return { sql, replication, system, stored, publication, slot, outdated, resyncReason };
  } finally {
    await commands.close();
  }
}

function reasonIn(condition: Condition): ResyncReason | undefined {
  const { agent, sentence } = describeCondition(condition);
  return agent === 'resyncs' ? { kind: condition.kind, sentence } : undefined;
}
