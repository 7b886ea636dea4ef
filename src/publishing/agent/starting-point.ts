/** How an agent becomes the active one: what it sees, and what it writes before it may publish. */
import { randomUUID } from 'node:crypto';
import type { StoredValue } from '../../kvstore/store.js';
import { assert, LenkwerkError } from '../../model/errors.js';
import { type Lsn, laterLsn, ZERO_LSN } from '../../model/lsn.js';
import { standbyServer } from '../../postgres/server.js';
import type { StreamServer } from '../../replication/change-source.js';
import type { Slot } from '../../replication/slot.js';
import { ContinuityProof } from '../../replication/walsender.js';
import {
  type Checkpoint,
  type CheckpointBase,
  decodeCheckpoint,
  type Progress,
} from '../records/checkpoint.js';
import { type Condition, judge, judgeTimeline } from '../records/condition.js';
import {
  conditionError,
  describeCondition,
  type ResyncReason,
} from '../records/condition-words.js';
import { decodeTablePrints, type TablePrints } from '../records/table-prints.js';
import type { SourceReplication, SourceSession, Standing } from '../source/source-database.js';
import { Publisher } from '../stream/publisher.js';
import { type AgentContext, otherOwner } from './context.js';
import { standby } from './resync/lock.js';

/** Activations that were announced and may stand in the database: the oldest goes first. */
const MAX_PENDING = 8;

/** What is stored under the keys of a target's bookkeeping. */
export interface Stored {
  /** Under the checkpoint's key; undefined: nothing. */
  readonly held: StoredValue | undefined;
  /** undefined: nothing is stored, or what is stored is no checkpoint. */
  readonly checkpoint: Checkpoint | undefined;
  readonly tables: TablePrints;
}

/** Throws `store-rejected` for a checkpoint of an unknown version. */
export async function readStored({ store, keySpace, target }: AgentContext): Promise<Stored> {
  const held = await store.read(keySpace.checkpointKey(target));
  const tables = await store.read(keySpace.tablesKey(target));
  return {
    held,
    checkpoint: held && decodeCheckpoint(held.value),
    tables: decodeTablePrints(tables?.value),
  };
}

/**
 * What the database shows before anything is touched. Throws `not-primary` at a standby,
 * `slot-in-use` while another agent is the active one, `environment` for a slot that is not ours.
 */
export async function lookFirst(context: AgentContext, sql: SourceSession): Promise<Standing> {
  const standing = await sql.look(context.slot);
  if (standing.inRecovery) throw standbyServer();
  checkSlot(standing.slot, context.database.name);
  if (standing.slot?.reader !== undefined) throw standby('another agent reads the slot');
  if (standing.isResyncing) throw standby('another agent resyncs');
  return standing;
}

/**
 * Why an earlier timeline than the checkpoint's is published, where a person accepted it; undefined
 * where the server is not on one. Throws `not-primary` at an old primary.
 */
export function checkTimeline(
  { knobs }: AgentContext,
  { checkpoint }: Stored,
  { systemId, timeline }: Standing,
): ResyncReason | undefined {
  const condition = judgeTimeline(checkpoint, systemId, timeline);
  if (condition === undefined) return undefined;
  if (!knobs.acceptTimelines.includes(condition.acceptance)) return resyncReasonOf(condition);
  return { kind: 'old-primary', sentence: `timeline ${condition.timeline} was accepted` };
}

/** Throws `environment` for a slot that belongs to another database or plugin. */
export function checkSlot(slot: Slot | undefined, database: string): void {
  const other = slot && otherOwner(slot, database);
  if (other !== undefined) throw new LenkwerkError('environment', other.message, other);
}

/** Everything that was seen while this session held the slot. */
interface Seen {
  readonly standing: Standing;
  readonly stored: Stored;
  readonly publication: string;
  readonly condition: Condition;
}

/**
 * Looks once more, now that the slot can neither move nor go: what was seen before it was held
 * proves nothing. Throws `database-unavailable` when another server answers than the one that
 * streams, since two of them stand behind one address then.
 */
export async function lookWhileHeld(
  context: AgentContext,
  { sql, replication }: { readonly sql: SourceSession; readonly replication: SourceReplication },
  server: StreamServer,
): Promise<Seen> {
  const standing = await sql.look(context.slot);
  const isSame =
    standing.systemId === server.systemId &&
    standing.startedAt === server.startedAt &&
    standing.slot?.reader === server.pid;
  if (standing.inRecovery) throw standbyServer();
  if (!isSame) {
    const message = 'another server answers than the one that streams';
    throw new LenkwerkError('database-unavailable', message, { retryable: true });
  }
  const publication = await sql.readPublication(context.publication);
  const stored = await readStored(context);
  const leftAt = await leftTimeline(replication, server, stored.checkpoint);
  const { systemId, timeline } = server;
  const timelines = { current: timeline, leftAt };
  const condition = judge({
    checkpoint: stored.checkpoint,
    checkpointExists: stored.held !== undefined,
    cluster: undefined,
    slot: { name: context.slot, found: standing.slot },
    activation: { found: standing.activation },
    server: { systemId, lsn: standing.flushLsn, timelines },
    publication,
  });
  return { standing, stored, publication, condition };
}

/** Where the server left the timeline of the checkpoint; undefined on the same one, or never. */
async function leftTimeline(
  replication: SourceReplication,
  { timeline }: StreamServer,
  checkpoint: Checkpoint | undefined,
): Promise<Lsn | undefined> {
  if (checkpoint === undefined || checkpoint.timeline >= timeline) return undefined;
  const commands = await replication.connect();
  try {
    return await commands.switchPoint(checkpoint.timeline, timeline);
  } finally {
    await commands.close();
  }
}

/**
 * Why everything has to be published again; undefined: the stream may continue. Throws
 * `not-primary` where the agent has to wait for another server.
 */
export function resyncReasonOf(condition: Condition): ResyncReason | undefined {
  const { agent, sentence } = describeCondition(condition);
  if (agent === 'waits') throw conditionError('not-primary', condition);
  return agent === 'resyncs' ? { kind: condition.kind, sentence } : undefined;
}

export interface Activated {
  readonly publisher: Publisher;
  readonly proof: ContinuityProof;
  /** Of the checkpoint before: what others wrote after it is looked at. */
  readonly after: bigint;
}

/**
 * Announces a new activation in the store, then writes it to the database: only this store may know
 * what the database will hold. Records stay untouched. Throws `fenced`, and
 * `slot-in-use` when another agent was faster.
 */
export async function activate(
  context: AgentContext,
  sql: SourceSession,
  { seen, server, signal }: { seen: Seen; server: StreamServer; signal: AbortSignal },
): Promise<Activated> {
  const { standing, stored, publication } = seen;
  const { checkpoint, held } = stored;
  const { activation: found, slot } = standing;
  assert(checkpoint !== undefined && held !== undefined && found !== undefined, 'it continues');
  const confirmed = slot?.confirmedFlush ?? ZERO_LSN;
  const activation = randomUUID();
  const announced = { ...baseOf(checkpoint), activation: found };
  const pending = pendingOf(checkpoint, found, activation);
  const publisher = new Publisher(context, {
    base: announced,
    progress: progressOf(checkpoint),
    tables: stored.tables,
    held,
    signal,
  });
  const { systemId, timeline } = server;
  const { cluster } = standing;
  const after = { cluster, systemId, timeline, slot: context.slot, publication, activation };
  await publisher.announce(
    { ...announced, pending },
    laterLsn(confirmed, checkpoint.witness.endLsn),
    { ...after, pending: [] },
  );
  const write = { slot: context.slot, expected: found, activation, upTo: confirmed };
  if (!(await sql.activate(write))) throw standby('another agent was faster');
  const partOf = typeof checkpoint.partOf === 'object' ? checkpoint.partOf : undefined;
  const { witness } = checkpoint;
  const { flushLsn } = standing;
  const proof = new ContinuityProof({ witness, partOf, confirmed, flushLsn });
  return { publisher, proof, after: held.modRevision };
}

function baseOf(checkpoint: Checkpoint): CheckpointBase {
  const { cluster, systemId, timeline, slot, publication, activation, pending } = checkpoint;
  return { cluster, systemId, timeline, slot, publication, activation, pending };
}

function progressOf(checkpoint: Checkpoint): Progress {
  const { phase, lsn, committedAt, part, partOf, barrier, witness } = checkpoint;
  return { phase, lsn, committedAt, part, partOf, barrier, witness };
}

/** What may stand in the database without having published, beside what stands there now. */
function pendingOf(
  { activation, pending }: Checkpoint,
  found: string,
  announced: string,
): readonly string[] {
  const open = [...pending, activation].filter((one) => one !== found);
  return [...new Set([...open, announced])].slice(-MAX_PENDING);
}
