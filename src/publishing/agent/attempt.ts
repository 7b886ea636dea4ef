/** One attempt to become the active agent, and its work until the session ends. */
import { assert } from '../../model/errors.js';
import { formatLsn, ZERO_LSN } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import type { ResyncReason } from '../records/condition.js';
import { Publisher } from '../stream/publisher.js';
import type { RepairKeys } from '../stream/repair.js';
import { type GenerationsStart, generationsNow } from '../stream/servermap-generations.js';
import { streamChanges } from '../stream/stream.js';
import type { AgentContext } from './context.js';
import { watchForeignWrites } from './foreign-writes.js';
import type { Healing } from './healing.js';
import { resync } from './resync.js';
import { checkUnchanged, ResyncLock } from './resync-lock.js';
import { findStart, type Start } from './starting-point.js';

/** Options of one attempt beside the context. */
interface Attempt {
  /** undefined: the checkpoint decides whether to resync. */
  readonly resyncReason: ResyncReason | undefined;
  /** undefined: foreign writes are only reported. */
  readonly healing: Healing | undefined;
  readonly onResync: (reason: ResyncReason) => void;
  readonly onStream: () => void;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the signal aborted. Throws `slot-in-use` or `fenced` when another agent is the
 * active one, `resync-required` when the next attempt has to resync, and whatever else failed.
 */
export async function publishOnce(context: AgentContext, attempt: Attempt): Promise<void> {
  const sql = await context.database.connect('agent');
  try {
    const start = await findStart(context, sql, attempt.resyncReason);
    const publisher = createPublisher(context, start, attempt.signal);
    const work = { context, attempt, start, publisher };
    const { resyncReason: reason } = start;
    const generations =
      reason === undefined
        ? await generationsNow(sql, context.store, context.keySpace)
        : await resyncFirst(work, reason);
    const outdated = reason === undefined ? start.outdated : new Set<TableName>();
    const deferrable = await sql.readDeferrable();
    await streamFrom(work, { generations, outdated, deferrable });
  } catch (error) {
    throw toLenkwerkError(error);
  } finally {
    await sql.close();
  }
}

function createPublisher(context: AgentContext, start: Start, signal: AbortSignal): Publisher {
  const { checkpoint, revision } = start.stored;
  const { systemId, timeline } = start.system;
  return new Publisher(context, {
    base: {
      systemId,
      timeline,
      slot: context.slot,
      slotGeneration: checkpoint?.slotGeneration ?? '',
      publication: start.publication,
    },
    progress: {
      phase: checkpoint?.phase ?? 'snapshot',
      lsn: checkpoint?.lsn ?? ZERO_LSN,
      committedAt: checkpoint?.committedAt,
      part: checkpoint?.part,
      barrier: undefined,
      tables: checkpoint?.tables ?? new Map(),
    },
    revision,
    signal,
  });
}

interface Work {
  readonly context: AgentContext;
  readonly attempt: Attempt;
  readonly start: Start;
  readonly publisher: Publisher;
}

async function resyncFirst(work: Work, reason: ResyncReason): Promise<GenerationsStart> {
  const { context, start } = work;
  const lock = await ResyncLock.take(context);
  try {
    await checkUnchanged(start.sql, start.slot, context.slot);
    const resynced = resyncLocked(work, reason, lock);
    // When the lock is lost first, the rest of the work fails with its sessions.
    resynced.catch(() => {});
    return await Promise.race([resynced, lock.lost]);
  } finally {
    // From here on the slot, or the checkpoint, keeps every other agent a standby.
    await lock.release();
  }
}

async function resyncLocked(
  { context, attempt, start, publisher }: Work,
  reason: ResyncReason,
  lock: ResyncLock,
): Promise<GenerationsStart> {
  attempt.onResync(reason);
  const { signal } = attempt;
  const { lsn, puts, deletes, tables } = await resync(context, { start, lock, publisher, signal });
  const { kind, sentence } = reason;
  context.counters.resyncs += 1;
  context.counters.resyncKind = kind;
  context.logger.info('resynced', { kind, reason: sentence, lsn: formatLsn(lsn), puts, deletes });
  return { ...tables.generations, exactFrom: ZERO_LSN };
}

interface Tables {
  readonly generations: GenerationsStart;
  readonly outdated: ReadonlySet<TableName>;
  readonly deferrable: ReadonlySet<string>;
}

async function streamFrom(work: Work, tables: Tables): Promise<void> {
  const { context, attempt, start, publisher } = work;
  const { replication, sql } = start;
  const over = new AbortController();
  let watching: Promise<void> | undefined;
  const onStart = (requestRepair: (keys: RepairKeys) => void) => {
    attempt.healing?.begin(requestRepair);
    watching = watchFrom(work, over.signal);
    // All other queries use separate sessions.
    sql.close().catch(() => {});
    attempt.onStream();
  };
  const { signal } = attempt;
  try {
    await streamChanges(context, { ...tables, replication, publisher, onStart, signal });
  } finally {
    over.abort();
    attempt.healing?.end();
    await watching;
  }
}

/** The publisher has read the checkpoint: revisions before it are not of this session. */
function watchFrom({ context, attempt, publisher }: Work, signal: AbortSignal): Promise<void> {
  const after = publisher.revision;
  assert(after !== undefined, 'a stream starts at a checkpoint');
  const onForeign = (keys: readonly string[] | undefined) => attempt.healing?.heal(keys);
  return watchForeignWrites(context, { publisher, after, onForeign, signal });
}
