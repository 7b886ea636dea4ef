/** One attempt to become the active agent, and its work until the session ends. */

import { assert } from '../../model/errors.js';
import { formatLsn, type Lsn, ZERO_LSN } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import type { Logger } from '../../runtime/logger.js';
import type { ResyncReason } from '../records/condition.js';
import { Publisher } from '../stream/publisher.js';
import type { RepairKeys } from '../stream/repair.js';
import type { GenerationsStart } from '../stream/servermap-generations.js';
import { generationsNow } from '../stream/servermap-generations.js';
import { type IdleLimits, type StreamOptions, streamChanges } from '../stream/stream.js';
import { type AgentCounters, countReceived, countWritten } from './counters.js';
import { watchForeignWrites } from './foreign-writes.js';
import type { Healing } from './healing.js';
import { resync } from './resync.js';
import { checkUnchanged, ResyncLock } from './resync-lock.js';
import { findStart, type Start, type StartOptions } from './starting-point.js';

export interface AttemptOptions extends StartOptions {
  readonly logger: Logger;
  readonly allowMassDelete: boolean;
  readonly idle: IdleLimits;
  readonly statusIntervalMs: number | undefined;
  readonly catalogIntervalMs: number | undefined;
  readonly counters: AgentCounters;
  /** undefined: foreign writes are reported only. */
  readonly healing: Healing | undefined;
  readonly onResync: (reason: ResyncReason) => void;
  readonly onStream: () => void;
}

/**
 * Resolves when the signal aborted. Throws `slot-in-use` or `fenced` when another agent is the
 * active one, `resync-required` when the next attempt has to resync, and whatever else failed.
 */
export async function publishOnce(options: AttemptOptions, signal: AbortSignal): Promise<void> {
  const sql = await options.database.connect('agent');
  try {
    const start = await findStart(options, sql);
    const publisher = createPublisher(options, start, signal);
    const generations =
      start.resyncReason === undefined
        ? await generationsNow(sql, options.store, options.keySpace)
        : await resyncFirst({ options, start, publisher }, start.resyncReason, signal);
    const outdated = start.resyncReason === undefined ? start.outdated : new Set<TableName>();
    const deferrable = await sql.readDeferrable();
    const work = { options, publisher, start, generations, deferrable, outdated };
    await streamFrom(work, signal);
  } catch (error) {
    throw toLenkwerkError(error);
  } finally {
    await sql.close();
  }
}

function createPublisher(options: AttemptOptions, start: Start, signal: AbortSignal): Publisher {
  const { store, keySpace, target, counters } = options;
  const { checkpoint, revision } = start.stored;
  const { systemId, timeline } = start.system;
  return new Publisher({
    store,
    keySpace,
    target,
    base: {
      systemId,
      timeline,
      slot: options.slot,
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
    onRepair: () => {
      counters.repairs += 1;
    },
    onWrite: (changes, lsn) => countWritten(counters, changes, lsn),
  });
}

async function resyncFirst(
  work: Pick<Work, 'options' | 'start' | 'publisher'>,
  reason: ResyncReason,
  signal: AbortSignal,
): Promise<GenerationsStart> {
  const { options, start } = work;
  const lock = await ResyncLock.take(options.database, options.slot);
  try {
    await checkUnchanged(start.sql, start.slot, options.slot);
    const resynced = resyncLocked({ ...work, lock, reason }, signal);
    // When the lock is lost first, what is left of the work fails with its sessions.
    resynced.catch(() => {});
    return await Promise.race([resynced, lock.lost]);
  } finally {
    // From here on the slot, or the checkpoint, tells everybody else to stand by.
    await lock.release();
  }
}

async function resyncLocked(
  work: Pick<Work, 'options' | 'start' | 'publisher'> & {
    readonly lock: ResyncLock;
    readonly reason: ResyncReason;
  },
  signal: AbortSignal,
): Promise<GenerationsStart> {
  const { options, start, publisher, lock, reason } = work;
  const { sql, replication, system } = start;
  const { store, keySpace, slot, allowMassDelete, logger } = options;
  options.onResync(reason);
  const result = await resync({
    sql,
    lock,
    replication,
    store,
    keySpace,
    publisher,
    slot,
    system,
    allowMassDelete,
    signal,
  });
  options.counters.resyncs += 1;
  const { puts, deletes } = result;
  const { kind, sentence } = reason;
  logger.info('resynced', { kind, reason: sentence, lsn: formatLsn(result.lsn), puts, deletes });
  return { ...result.tables.generations, exactFrom: ZERO_LSN };
}

interface Work {
  readonly options: AttemptOptions;
  readonly publisher: Publisher;
  readonly start: Start;
  readonly generations: GenerationsStart;
  readonly deferrable: ReadonlySet<string>;
  readonly outdated: ReadonlySet<TableName>;
}

async function streamFrom(work: Work, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  let watching: Promise<void> | undefined;
  const onStart = (requestRepair: (keys: RepairKeys) => void) => {
    work.options.healing?.begin(requestRepair);
    watching = watchFrom(work, over.signal);
    // Everything else is asked through sessions of its own.
    work.start.sql.close().catch(() => {});
    work.options.onStream();
  };
  try {
    await stream({ ...work, onStart }, signal);
  } finally {
    over.abort();
    work.options.healing?.end();
    await watching;
  }
}

/** The publisher has seen the checkpoint by now: nothing before its revision is of this session. */
function watchFrom({ options, publisher }: Work, signal: AbortSignal): Promise<void> {
  const { store, keySpace, target, counters, logger, healing } = options;
  const after = publisher.revision;
  assert(after !== undefined, 'a stream starts at a checkpoint');
  const onForeign = (keys: readonly string[] | undefined) => healing?.heal(keys);
  const watch = { store, keySpace, target, counters, logger, publisher, after, onForeign, signal };
  return watchForeignWrites(watch);
}

interface StreamWork extends Work {
  readonly onStart: StreamOptions['onStart'];
}

function stream(work: StreamWork, signal: AbortSignal): Promise<void> {
  const { options, publisher, start, generations, deferrable, outdated } = work;
  const { store, keySpace, slot, publication, target, idle, counters } = options;
  const { statusIntervalMs, catalogIntervalMs } = options;
  return streamChanges({
    replication: start.replication,
    slot,
    publication,
    target,
    store,
    keySpace,
    publisher,
    generations,
    deferrable,
    outdated,
    idle,
    ...(statusIntervalMs === undefined ? {} : { statusIntervalMs }),
    ...(catalogIntervalMs === undefined ? {} : { catalogIntervalMs }),
    logger: options.logger,
    connect: () => options.database.connect('agent repair'),
    onStart: work.onStart,
    onCommit: (lsn: Lsn) => countReceived(counters, lsn),
    signal,
  });
}
