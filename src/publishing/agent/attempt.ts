import { formatLsn } from '../../model/lsn.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { linked } from '../../runtime/async.js';
import type { ResyncReason } from '../records/condition-words.js';
import type { SourceSession, Standing } from '../source/source-database.js';
import type { AgentContext } from './context.js';
import { streamUnlessLost } from './hold-slot.js';
import { ResyncLock } from './resync/lock.js';
import { reasonAfterRefusal, shownBy } from './resync/refused-record.js';
import { resync } from './resync/resync.js';
import {
  checkSlot,
  checkTimeline,
  lookFirst,
  readStored,
  resyncReasonOf,
  type Stored,
} from './starting-point.js';
import type { Attempt, OwedResync, Work } from './work.js';

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
  // Where nothing is stored, that is the reason: it may have been removed again.
  const isOwed = owed !== undefined && stored.held !== undefined && owed.shown === shown;
  const found = isOwed ? owed.reason : undefined;
  const known = accepted ?? refused ?? found ?? reasonOf(standing);
  const reason = known ?? (await streamUnlessLost(work));
  return reason && { reason, activation: standing.activation };
}

/** Without a slot there is nothing to hold. */
function reasonOf({ slot }: Standing): ResyncReason | undefined {
  if (slot === undefined) return { kind: 'no-slot', sentence: 'the replication slot is missing' };
  return slot.lost ? resyncReasonOf({ kind: 'lost-wal', slot: slot.name }) : undefined;
}

async function resyncFirst(
  { context, attempt, sql, replication }: Work,
  { reason, activation }: DueResync,
): Promise<void> {
  const over = linked(attempt.signal);
  const { signal } = over;
  const lock = await ResyncLock.take(context, sql);
  try {
    const standing = await lock.lookUnchanged(context.slot, activation);
    checkSlot(standing.slot, context.database.name);
    const stored = await readStored(context);
    checkTimeline(context, stored, standing);
    attempt.onShown(shownBy(stored));
    attempt.refusedResync.check(stored, standing);
    attempt.onResync(reason);
    await warnOfRivals(context, sql, stored);
    const { onActivated } = attempt;
    const work = { sql, replication, lock, standing, stored, onActivated, signal };
    const resynced = attempt.refusedResync.remember(resync(context, work), stored, standing);
    // When the lock is lost first, what is left of the work fails with its sessions, and writes
    // nothing any more.
    resynced.catch(() => {});
    const { lsn, puts, deletes } = await Promise.race([resynced, lock.lost]);
    attempt.onResynced();
    const { kind, sentence } = reason;
    context.counters.resyncs += 1;
    context.counters.resyncKind = kind;
    context.logger.info('resynced', { kind, reason: sentence, lsn: formatLsn(lsn), puts, deletes });
  } finally {
    over.end();
    // From here on the checkpoint makes every other agent stand by, or start where this one ended.
    await lock.release();
  }
}

/** Agents of one target with different slots would take it from one another unnoticed. */
async function warnOfRivals(
  { slot, logger }: AgentContext,
  sql: SourceSession,
  { checkpoint }: Stored,
): Promise<void> {
  if (checkpoint === undefined || checkpoint.slot === slot) return;
  const { systemId, slot: other } = await sql.look(checkpoint.slot);
  if (checkpoint.systemId !== systemId) return;
  logger.warn('takes the target over from agents with another slot', {
    ...{ slot, otherSlot: checkpoint.slot, otherSlotIsThere: other !== undefined },
    ...{ otherReader: other?.reader, hint: RIVALS_HINT },
  });
}

const RIVALS_HINT =
  'give all agents of a target the same --slot, and drop the other slot: `lenkwerk doctor` names both';
