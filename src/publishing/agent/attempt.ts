/** One attempt to become the active agent, and its work until the session ends. */
import { LenkwerkError, ResyncRequired } from '../../model/errors.js';
import { formatLsn } from '../../model/lsn.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import type { ChangeSource, Relation } from '../../replication/change-source.js';
import { HeldEvents } from '../../replication/walsender.js';
import { linked, orTimeout } from '../../runtime/async.js';
import type { ResyncReason } from '../records/condition-words.js';
import { tableOf } from '../records/record-codec.js';
import { outdatedTables } from '../records/table-prints.js';
import type { SourceReplication, SourceSession, Standing } from '../source/source-database.js';
import type { RepairKeys } from '../stream/repair.js';
import { generationsNow } from '../stream/servermap-generations.js';
import { type StreamSession, streamChanges } from '../stream/stream.js';
import type { AgentContext } from './context.js';
import { readOwnCheckpoint, watchForeignWrites } from './foreign-writes.js';
import type { Healing } from './healing.js';
import { ResyncLock } from './resync/lock.js';
import {
  type Refusal,
  reasonAfterRefusal,
  type Shown,
  shownAt,
  shownBy,
} from './resync/refused-record.js';
import type { RefusedResync } from './resync/refused-resync.js';
import { resync } from './resync/resync.js';
import {
  type Activated,
  activate,
  checkSlot,
  checkTimeline,
  lookFirst,
  lookWhileHeld,
  readStored,
  resyncReasonOf,
} from './starting-point.js';

/** From the moment the slot is held until the activation is written. */
const ACTIVATION_TIMEOUT_MS = 10_000;
/** How long an end of the stream may take to be reported. */
const END_REPORT_MS = 1_000;

/** What one attempt has from the agent beside the context. */
export interface Attempt {
  /** Resync for a reason that the last session came upon, whatever the checkpoint is. */
  readonly owed: OwedResync | undefined;
  /** The store refused a record that the stream still has before it. */
  readonly refusal: Refusal | undefined;
  readonly refusedResync: RefusedResync;
  /** undefined: foreign writes are reported only. */
  readonly healing: Healing | undefined;
  readonly onResync: (reason: ResyncReason) => void;
  readonly onResynced: () => void;
  /** The agent wrote that activation to the database. */
  readonly onActivated: (activation: string) => void;
  /** Called with what the store shows now, as far as the attempt knows. */
  readonly onShown: (shown: Shown) => void;
  /** A session that reads the slot is about to be started. */
  readonly onStart: () => void;
  /** From here on the agent publishes. `ask` is how it asks its store while it is idle. */
  readonly onStream: (ask: () => Promise<void>) => void;
  readonly signal: AbortSignal;
}

export interface OwedResync {
  readonly reason: ResyncReason;
  /** Of the session that came upon it. */
  readonly activation: string | undefined;
  /** What the store showed then: another agent would come upon it as well, unless it is past it. */
  readonly shown: Shown;
}

/**
 * Resolves when the signal aborted, and after a resync, which the next attempt continues. Throws
 * `slot-in-use` or `fenced` when another agent is the active one, `not-primary`, `resync-required`
 * when the next attempt has to resync, and whatever else failed.
 */
export async function publishOnce(context: AgentContext, attempt: Attempt): Promise<void> {
  const sql = await context.database.connect('agent');
  try {
    // Also before it stands by: an agent that could never take over must not look like one.
    await sql.requireRights();
    const replication = await sql.replication();
    const work = { context, attempt, sql, replication };
    const due = (await stillDue(work)) ?? (await resyncOrStream(work));
    if (due !== undefined) await resyncFirst(work, due);
  } catch (error) {
    throw toLenkwerkError(error);
  } finally {
    await sql.close();
  }
}

interface Work {
  readonly context: AgentContext;
  readonly attempt: Attempt;
  /** An ordinary session. */
  readonly sql: SourceSession;
  readonly replication: SourceReplication;
}

/** A resync, and the activation after which it is needed. */
type DueResync = Pick<OwedResync, 'reason' | 'activation'>;

/** The owed resync, as long as no other agent was active since. */
async function stillDue({ context, attempt, sql }: Work): Promise<DueResync | undefined> {
  const { owed } = attempt;
  if (owed === undefined) return undefined;
  const { activation } = await sql.look(context.slot);
  return activation === owed.activation ? owed : undefined;
}

/** Streams, or returns why everything has to be published again. */
async function resyncOrStream(work: Work): Promise<DueResync | undefined> {
  const { context, attempt, sql } = work;
  const { owed, refusal } = attempt;
  const standing = await lookFirst(context, sql);
  const stored = await readStored(context);
  const accepted = checkTimeline(context, stored, standing);
  const shown = shownBy(stored);
  attempt.onShown(shown);
  const isRefused = refusal !== undefined && refusal.shown === shown;
  const refused = isRefused ? await reasonAfterRefusal(context, sql, refusal.record) : undefined;
  const found = owed !== undefined && owed.shown === shown ? owed.reason : undefined;
  const known = accepted ?? refused ?? found ?? reasonOf(standing);
  const reason = known ?? (await streamUnlessLost(work));
  return reason && { reason, activation: standing.activation };
}

/** Without a slot there is nothing to hold. */
function reasonOf({ slot }: Standing): ResyncReason | undefined {
  if (slot === undefined) return { kind: 'no-slot', sentence: 'the replication slot is missing' };
  return slot.lost ? resyncReasonOf({ kind: 'lost-wal', slot: slot.name }) : undefined;
}

/** Holds the slot and streams from it; returns why that cannot be, with the slot let go. */
async function streamUnlessLost(work: Work): Promise<ResyncReason | undefined> {
  const { context, replication, attempt } = work;
  const { slot, publication, knobs } = context;
  const held = new HeldEvents();
  const { statusIntervalMs } = knobs;
  const onEvent = held.receive;
  const isNeeded = (relation: Relation) => tableOf(relation) !== undefined;
  const start = { slot, publication, onEvent, isNeeded, statusIntervalMs };
  attempt.onStart();
  const source = await replication.start(start).catch(lostIn);
  if ('kind' in source) return source.reason;
  source.pause();
  const over = linked(attempt.signal);
  try {
    const beginning = begin(work, source, over.signal)
      .catch(lostIn)
      .catch((error: unknown) => failureOf(source, error));
    const ready = await orTimeout(beginning, ACTIVATION_TIMEOUT_MS, tooSlow);
    if (ready.kind === 'lost') return ready.reason;
    attempt.onActivated(ready.publisher.base.activation);
    await streamFrom(work, { ...ready, source, held, signal: attempt.signal });
    return undefined;
  } finally {
    over.end();
    await source.stop();
  }
}

function lostIn(error: unknown): Lost {
  if (!(error instanceof ResyncRequired)) throw error;
  return { kind: 'lost', reason: { kind: error.kind, sentence: error.message } };
}

/**
 * Throws the failure of the stream where it has ended meanwhile: the look finds only that nothing
 * reads the slot. A paused stream does not report its end.
 */
async function failureOf(source: ChangeSource, error: unknown): Promise<never> {
  const mayHaveEnded = error instanceof LenkwerkError && error.code === 'database-unavailable';
  if (!mayHaveEnded) throw error;
  source.resume();
  await orTimeout(source.ended, END_REPORT_MS, () => error);
  throw error;
}

function tooSlow(): LenkwerkError {
  const message = 'the database or the store was too slow for an agent that starts';
  return new LenkwerkError('store-unavailable', message, { retryable: true });
}

type Ready = Omit<StreamSession, 'source' | 'held' | 'onProved' | 'lost' | 'signal'> &
  Pick<Activated, 'after'> & { readonly kind: 'ready' };
type Lost = { readonly kind: 'lost'; readonly reason: ResyncReason };

async function begin(
  { context, sql, replication }: Work,
  { server }: ChangeSource,
  signal: AbortSignal,
): Promise<Ready | Lost> {
  const seen = await lookWhileHeld(context, { sql, replication }, server);
  const reason = resyncReasonOf(seen.condition);
  if (reason !== undefined) return { kind: 'lost', reason };
  const generations = await generationsNow(sql, context.store, context.keySpace);
  const outdated = outdatedTables(seen.stored.tables, await sql.readShapes());
  const deferrable = await sql.readDeferrable();
  const activated = await activate(context, sql, { seen, server, signal });
  return { kind: 'ready', ...activated, generations, outdated, deferrable };
}

type Session = Omit<StreamSession, 'onProved' | 'lost'> & Pick<Activated, 'after'>;

async function streamFrom({ context, attempt, sql }: Work, session: Session): Promise<void> {
  const { publisher, after } = session;
  const over = new AbortController();
  let watching: Promise<void> | undefined;
  let lose: (reason: LenkwerkError) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => {});
  const onProved = (requestRepair: (keys: RepairKeys) => void) => {
    attempt.healing?.begin(requestRepair);
    const onForeign = (keys: readonly string[] | undefined) => attempt.healing?.heal(keys);
    const { signal } = over;
    const watch = { publisher, after, onForeign, onLost: lose, signal };
    watching = watchForeignWrites(context, watch);
    // Everything else is asked through sessions of its own.
    sql.close().catch(() => {});
    attempt.onStream(() => readOwnCheckpoint(context, watch));
  };
  try {
    await streamChanges(context, { ...session, onProved, lost });
  } finally {
    attempt.onShown(shownAt(publisher.progress.witness.endLsn));
    over.abort();
    attempt.healing?.end();
    await watching;
  }
}

async function resyncFirst(
  { context, attempt, sql, replication }: Work,
  { reason, activation }: DueResync,
): Promise<void> {
  const over = linked(attempt.signal);
  const { signal } = over;
  const lock = await ResyncLock.take(context);
  try {
    const standing = await lock.lookUnchanged(context.slot, activation);
    checkSlot(standing.slot, context.database.name);
    const stored = await readStored(context);
    checkTimeline(context, stored, standing);
    attempt.onShown(shownBy(stored));
    attempt.refusedResync.check(stored, standing);
    attempt.onResync(reason);
    const { onActivated } = attempt;
    const work = { sql, replication, lock, standing, stored, onActivated, signal };
    const resynced = attempt.refusedResync.remember(resync(context, work), stored, standing);
    // When the lock is lost first, what is left of the work fails with its sessions, and writes
    // nothing any more.
    resynced.catch(() => {});
    const { lsn, puts, deletes } = await Promise.race([resynced, lock.lost]);
    const { kind, sentence } = reason;
    context.counters.resyncs += 1;
    context.counters.resyncKind = kind;
    context.logger.info('resynced', { kind, reason: sentence, lsn: formatLsn(lsn), puts, deletes });
    attempt.onResynced();
  } finally {
    over.end();
    // From here on the checkpoint makes every other agent stand by, or start where this one ended.
    await lock.release();
  }
}
