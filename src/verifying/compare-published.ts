/**
 * Compares recorded and published without false alarms: two equal reads suffice for `converged`,
 * but only a comparison at one position of the stream, marked by a barrier, gives `diverged`.
 * Decision D39 in src/README.md.
 */
import type { KeyValueStore } from '../kvstore/store.js';
import { LenkwerkError } from '../model/errors.js';
import { formatLsn, type Lsn } from '../model/lsn.js';
import { counted } from '../model/text.js';
import { instancesOf } from '../nodes/instances.js';
import { isPrivilegeMissing } from '../postgres/errors.js';
import { type Checkpoint, decodeCheckpoint } from '../publishing/records/checkpoint.js';
import { type SeenCheckpoint, waitForCheckpoint } from '../publishing/records/checkpoint-watch.js';
import { type Condition, isComparable, judge } from '../publishing/records/condition.js';
import { conditionError, describeCondition } from '../publishing/records/condition-words.js';
import type { KeySpace } from '../publishing/records/key-space.js';
import { readPublished } from '../publishing/records/published.js';
import type { SourceReader } from '../publishing/source/source-database.js';
import { emitBarrier, newNonce } from '../publishing/stream/barrier.js';
import type { Confirmed } from '../replication/slot.js';
import { linked } from '../runtime/async.js';
import { compareRecords, type Difference } from './compare.js';
import { lookRepeatedly, type Suspicion } from './look-repeatedly.js';
import { nothingToSay, type PublishedReport } from './verdict.js';

/** The store of a target, which is compared with the tables. */
export interface PublishedSide {
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  readonly target: string;
  /** The uuid of the database's cluster; undefined: the store may be of any. */
  readonly cluster: string | undefined;
  /** Called before a barrier confirms a difference: whether one may be set; absent: always. */
  readonly mayConfirm?: (() => boolean) | undefined;
  /** Called with a description of each step. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/**
 * Compares until the deadline aborts. Throws the errors of the database and the store, and
 * `wrong-cluster` for records of another cluster; never reports `diverged` for states of different
 * positions.
 */
export async function comparePublished(
  reader: SourceReader,
  published: PublishedSide,
  deadline: AbortSignal,
): Promise<PublishedReport> {
  try {
    for (;;) {
      const seen = await compareAtAGlance(reader, published);
      if (!('suspicion' in seen)) return seen;
      const { mayConfirm } = published;
      // Without a whole state in the store there is nothing to confirm.
      if (mayConfirm !== undefined && seen.suspicion.verdict !== 'unconfirmed') {
        return seen.suspicion;
      }
      if (mayConfirm?.() === false) {
        const error = new LenkwerkError('inconclusive', 'the last one was set a moment ago');
        return await lookRepeatedly(() => compareAtAGlance(reader, published), { error, deadline });
      }
      const report = await compareAtBarrier(reader, published, deadline);
      if (report !== 'passed over') return report;
      // Without this a store that resyncs all the time would keep the loop running.
      if (deadline.aborted) return nothingToSay('resyncs skip the barriers');
    }
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    if (error.code === 'inconclusive') return nothingToSay(error.message);
    if (!isPrivilegeMissing(error) || error.code !== 'database-error') throw error;
    // Where the tables cannot be read either, this throws.
    return await lookRepeatedly(() => compareAtAGlance(reader, published), { error, deadline });
  }
}

/** The common case, without a lock: both sides read as they are now. */
async function compareAtAGlance(
  reader: SourceReader,
  published: PublishedSide,
): Promise<PublishedReport | Suspicion> {
  const { store, keySpace, target } = published;
  const confirmed = await reader.readConfirmed();
  const key = keySpace.checkpointKey(target);
  const { revision, records } = await store.readRange([key]);
  const found = records.find((record) => record.key === key);
  if (found === undefined) return suspected({ kind: 'none' });
  const text = found.value;
  const checkpoint = decodeCheckpoint(text);
  const condition = conditionOf(published, checkpoint, confirmed);
  if (condition.kind === 'damaged' || condition.kind === 'confirmed-beyond') {
    return altered(describeCondition(condition).sentence, { key, text });
  }
  if (checkpoint === undefined || condition.kind !== 'fine') return suspected(condition);
  // Both sides are read at the same time; the wait is for both, since the session must not be in a
  // transaction when this fails.
  const [tables, stored] = await Promise.allSettled([
    reader.readTables(keySpace),
    readPublished(store, keySpace, revision),
  ]);
  if (tables.status === 'rejected') throw tables.reason;
  if (stored.status === 'rejected') throw stored.reason;
  const expected = tables.value.records;
  const differences = compareRecords(expected, stored.value);
  const compared = { expected, checkpoint, revision: found.modRevision, differences, keySpace };
  if (differences.length === 0) return report('converged', compared);
  return { suspicion: report('unconfirmed', compared) };
}

/** The records are no whole state, so that nothing is said about them. */
function suspected(condition: Condition): Suspicion {
  return { suspicion: nothingToSay(describeCondition(condition).sentence) };
}

function altered(detail: string, { key, text }: { key: string; text: string }): PublishedReport {
  const difference = { key, kind: 'altered', expected: undefined, found: text } as const;
  const position = undefined;
  const nothing = { hint: undefined, keys: 0, position, agreed: undefined };
  return { verdict: 'diverged', detail, differences: [difference], ...nothing };
}

/**
 * `passed over`: a resync published a later state, and the position of the barrier was never shown.
 */
async function compareAtBarrier(
  reader: SourceReader,
  published: PublishedSide,
  deadline: AbortSignal,
): Promise<PublishedReport | 'passed over'> {
  const { store, keySpace, target } = published;
  const key = keySpace.checkpointKey(target);
  const nonce = newNonce();
  let last: SeenCheckpoint | undefined;
  let after: Lsn | undefined;
  const stopped = linked(deadline);
  // The watch starts before the barrier is emitted, so that its checkpoint cannot be missed.
  const reached = waitForCheckpoint(store, {
    key,
    until: ({ barrier, lsn }) => barrier === nonce || (after !== undefined && lsn >= after),
    signal: stopped.signal,
    onSeen: (seen) => {
      last = seen;
    },
  });
  reached.catch(() => {});
  try {
    const barrier = await emitBarrier(reader, { keySpace, nonce, signal: deadline });
    after = barrier.after;
    published.onStep?.('waiting for the agent');
    const seen = await reached;
    if (seen === undefined) {
      const keys = barrier.tables.records.size;
      const confirmed = await reader.readConfirmed();
      return notReached(published, { checkpoint: last?.checkpoint, keys, confirmed });
    }
    if (seen.checkpoint.barrier !== nonce) return 'passed over';
    const found = await readPublished(store, keySpace, seen.revision);
    const differences = compareRecords(barrier.tables.records, found);
    const verdict = differences.length === 0 ? 'converged' : 'diverged';
    const expected = barrier.tables.records;
    return report(verdict, { ...seen, expected, differences, keySpace });
  } finally {
    stopped.end();
  }
}

/**
 * Only `fine` means that the records are a whole state of the database, at the checkpoint's
 * position. Throws `wrong-cluster`: equal records of another cluster are chance.
 */
function conditionOf(
  { cluster }: PublishedSide,
  checkpoint: Checkpoint | undefined,
  confirmed: ReadonlyMap<string, Confirmed>,
): Condition {
  const name = checkpoint?.slot ?? '';
  const seen = confirmed.get(name);
  const isSeen = seen !== undefined && checkpoint && isComparable(checkpoint, seen.activation);
  const slot = isSeen ? { name, found: { lost: false, confirmedFlush: seen.lsn } } : undefined;
  const unseen = { activation: undefined, server: undefined, publication: undefined };
  const condition = judge({ checkpoint, checkpointExists: true, cluster, slot, ...unseen });
  if (condition.kind === 'other-cluster') throw conditionError('wrong-cluster', condition);
  return condition;
}

interface Compared extends SeenCheckpoint {
  readonly keySpace: KeySpace;
  readonly expected: ReadonlyMap<string, string>;
  readonly differences: readonly Difference[];
}

function report(
  verdict: 'converged' | 'diverged' | 'unconfirmed',
  compared: Compared,
): PublishedReport {
  const { expected, checkpoint, revision, differences } = compared;
  const { lsn, committedAt, writeId } = checkpoint;
  const at = `at ${formatLsn(lsn)}`;
  const detail =
    verdict === 'converged'
      ? `${counted(expected.size, 'key holds', 'keys hold')} what is recorded, ${at}`
      : `${counted(differences.length, 'key does', 'keys do')} not hold what is recorded, ${at}`;
  const position = { lsn, committedAt };
  const agreed =
    verdict === 'converged'
      ? { revision, writeId, instances: instancesOf(expected, compared.keySpace) }
      : undefined;
  return { verdict, detail, hint: undefined, keys: expected.size, differences, position, agreed };
}

interface Waited {
  /** The last one that was read. */
  readonly checkpoint: Checkpoint | undefined;
  /** How many the tables require. */
  readonly keys: number;
  readonly confirmed: ReadonlyMap<string, Confirmed>;
}

/** At the deadline: the reason depends on the last checkpoint that was read. */
function notReached(
  published: PublishedSide,
  { checkpoint, keys, confirmed }: Waited,
): PublishedReport {
  if (checkpoint === undefined) {
    return nothingToSay(describeCondition({ kind: 'none' }).sentence);
  }
  const condition = conditionOf(published, checkpoint, new Map());
  const { lsn, committedAt } = checkpoint;
  const position = { lsn, committedAt };
  const found = { hint: undefined, keys, differences: [], position, agreed: undefined };
  if (condition.kind !== 'fine') {
    return { verdict: 'inconclusive', detail: describeCondition(condition).sentence, ...found };
  }
  const { slot } = checkpoint;
  if (!confirmed.has(slot)) {
    const { sentence, help } = describeCondition({ kind: 'no-slot', slot });
    return { verdict: 'lagging', ...found, detail: sentence, hint: help };
  }
  const detail = `the agent has published up to ${formatLsn(lsn)}, and not what came after it`;
  return { verdict: 'lagging', detail, ...found };
}
