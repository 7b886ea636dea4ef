/** A session that holds the slot, from its start to its end. */
import { LenkwerkError, ResyncRequired } from '../../model/errors.js';
import type { ChangeSource, Relation } from '../../replication/change-source.js';
import { HeldEvents } from '../../replication/walsender.js';
import { linked, orTimeout } from '../../runtime/async.js';
import type { ResyncReason } from '../records/condition-words.js';
import { tableOf } from '../records/record-codec.js';
import { outdatedTables } from '../records/table-prints.js';
import type { RepairKeys } from '../stream/repair.js';
import { generationsNow } from '../stream/servermap-generations.js';
import { type StreamSession, streamChanges } from '../stream/stream.js';
import { readOwnCheckpoint, watchForeignWrites } from './foreign-writes.js';
import { shownAt } from './resync/refused-record.js';
import { type Activated, activate, lookWhileHeld, resyncReasonOf } from './starting-point.js';

import type { Work } from './work.js';

/** From the moment the slot is held until the activation is written. */
const ACTIVATION_TIMEOUT_MS = 10_000;
/** How long an end of the stream may take to be reported. */
const END_REPORT_MS = 1_000;

/** Holds the slot and streams from it; returns why that cannot be, with the slot let go. */
export async function streamUnlessLost(work: Work): Promise<ResyncReason | undefined> {
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
