/** One attempt to become the active agent, and its work until the session ends. */
import type { Client, ClientConfig } from 'pg';
import type { KeyValueStore } from '../kvstore/store.js';
import type { ConnectionSettings } from '../lenkwerk/connection-settings.js';
import { toLenkwerkError } from '../lenkwerk/database-errors.js';
import { assert } from '../model/errors.js';
import { formatLsn, type Lsn, ZERO_LSN } from '../model/lsn.js';
import {
  closeConnection,
  openReplicationConnection,
  openSqlConnection,
  replicationConfig,
} from '../replication/connections.js';
import { identifySystem, readSlot, type Slot, type SystemIdentity } from '../replication/slot.js';
import type { Logger } from '../runtime/logger.js';
import { type AgentCounters, countReceived, countWritten } from './counters.js';
import { watchForeignWrites } from './foreign-writes.js';
import { generationsNow } from './generations-now.js';
import type { Healing } from './healing.js';
import type { KeySpace } from './key-space.js';
import { readPublication } from './publication.js';
import {
  fingerprintsOf,
  readDeferrableTables,
  readPublishedRelations,
} from './published-tables.js';
import { Publisher } from './publisher.js';
import type { RepairKeys } from './repair.js';
import { resync } from './resync.js';
import { checkUnchanged, ResyncLock, standby } from './resync-lock.js';
import type { GenerationsStart } from './servermap-generations.js';
import {
  checkSlot,
  leftTimeline,
  resyncReason,
  type StoredCheckpoint,
  storedCheckpoint,
} from './starting-point.js';
import { type IdleLimits, type StreamOptions, streamChanges } from './stream.js';

export interface AttemptOptions {
  readonly database: ConnectionSettings;
  readonly store: KeyValueStore;
  readonly logger: Logger;
  readonly keySpace: KeySpace;
  readonly target: string;
  readonly slot: string;
  readonly publication: string;
  readonly allowMassDelete: boolean;
  readonly idle: IdleLimits;
  readonly statusIntervalMs: number | undefined;
  /** Resync whatever the checkpoint says. */
  readonly resyncReason: string | undefined;
  readonly counters: AgentCounters;
  /** undefined: foreign writes are reported only. */
  readonly healing: Healing | undefined;
  readonly onResync: (reason: string) => void;
  readonly onStream: () => void;
}

interface Start {
  readonly sql: Client;
  readonly replication: ClientConfig;
  readonly system: SystemIdentity;
  readonly stored: StoredCheckpoint;
  readonly slot: Slot | undefined;
  readonly publication: string;
  readonly resyncReason: string | undefined;
}

/**
 * Resolves when the signal aborted. Throws `slot-in-use` or `fenced` when another agent is the
 * active one, `resync-required` when the next attempt has to resync, and whatever else failed.
 */
export async function publishOnce(options: AttemptOptions, signal: AbortSignal): Promise<void> {
  const sql = await openSqlConnection(options.database, 'agent');
  try {
    const start = await findStart(options, sql);
    const publisher = createPublisher(options, start, signal);
    const generations =
      start.resyncReason === undefined
        ? await generationsNow(sql, options.store, options.keySpace)
        : await resyncFirst({ options, start, publisher }, signal);
    const deferrable = await readDeferrableTables(sql);
    await streamFrom({ options, publisher, start, generations, deferrable }, signal);
  } catch (error) {
    throw toLenkwerkError(error);
  } finally {
    await closeConnection(sql);
  }
}

/** Reads slot, server and store in this order: the checkpoint is then never older than the slot. */
async function findStart(options: AttemptOptions, sql: Client): Promise<Start> {
  const slot = await readSlot(sql, options.slot);
  checkSlot(slot, options.database.database);
  if (slot?.active === true) throw standby('another agent reads the slot');
  const publication = await readPublication(sql, options.publication);
  const fingerprints = fingerprintsOf(await readPublishedRelations(sql));
  const replication = await replicationConfig(options.database, sql);
  const commands = await openReplicationConnection(replication);
  try {
    const system = await identifySystem(commands);
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
        fingerprints,
        publication,
      });
    return { sql, replication, system, stored, publication, slot, resyncReason: reason };
  } finally {
    await closeConnection(commands);
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
      tables: checkpoint?.tables ?? new Map(),
    },
    progress: {
      phase: checkpoint?.phase ?? 'snapshot',
      lsn: checkpoint?.lsn ?? ZERO_LSN,
      committedAt: checkpoint?.committedAt,
      part: checkpoint?.part,
      barrier: undefined,
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
  signal: AbortSignal,
): Promise<GenerationsStart> {
  const { options, start } = work;
  const lock = await ResyncLock.take(options.database, options.slot);
  try {
    await checkUnchanged(start.sql, start.slot, options.slot);
    const resynced = resyncLocked({ ...work, lock }, signal);
    // When the lock is lost first, what is left of the work fails with its sessions.
    resynced.catch(() => {});
    return await Promise.race([resynced, lock.lost]);
  } finally {
    // From here on the slot, or the checkpoint, tells everybody else to stand by.
    await lock.release();
  }
}

async function resyncLocked(
  work: Pick<Work, 'options' | 'start' | 'publisher'> & { readonly lock: ResyncLock },
  signal: AbortSignal,
): Promise<GenerationsStart> {
  const { options, start, publisher, lock } = work;
  const { sql, replication, system, resyncReason: reason = '' } = start;
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
  logger.info('resynced', { reason, lsn: formatLsn(result.lsn), puts, deletes });
  return { ...result.tables.generations, exactFrom: ZERO_LSN };
}

interface Work {
  readonly options: AttemptOptions;
  readonly publisher: Publisher;
  readonly start: Start;
  readonly generations: GenerationsStart;
  readonly deferrable: ReadonlySet<string>;
}

async function streamFrom(work: Work, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  let watching: Promise<void> | undefined;
  const onStart = (requestRepair: (keys: RepairKeys) => void) => {
    work.options.healing?.begin(requestRepair);
    watching = watchFrom(work, over.signal);
    // Everything else is asked through sessions of its own.
    work.start.sql.end().catch(() => {});
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
  const { options, publisher, start, generations, deferrable } = work;
  const { store, keySpace, slot, publication, target, idle, statusIntervalMs, counters } = options;
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
    idle,
    ...(statusIntervalMs === undefined ? {} : { statusIntervalMs }),
    logger: options.logger,
    connect: () => openSqlConnection(options.database, 'agent repair'),
    onStart: work.onStart,
    onCommit: (lsn: Lsn) => countReceived(counters, lsn),
    signal,
  });
}
