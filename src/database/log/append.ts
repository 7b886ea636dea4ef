/** Adds an apply to the log. The database sets who, when and in which order (schema/004). */
import type { Client } from 'pg';
import { assert, LenkwerkError } from '../../model/errors.js';
import type { LoggedPlan } from '../../planning/plan.js';
import { codeOf, SQLSTATE } from '../../postgres/errors.js';
import { meanwhile } from '../meanwhile.js';
import type { Anchor } from './chain.js';
import { differenceOf, MAX_DIFFERENCE_BYTES } from './difference.js';
import type { ApplyOrigin, LastEntry } from './entries.js';

/** A text is rebuilt from so many entries at most. */
const MAX_DIFFERENCES = 50n;
/** A difference that is longer than this part of the text saves too little. */
const WORTHWHILE = 0.5;

interface ApplyRecord extends ApplyOrigin, LoggedPlan {
  readonly uuid: string;
}

/** An apply as it is stored after the entry `last`. */
export interface NewEntry extends ApplyRecord {
  /** Whether `desired` is the difference to that of the entry before. */
  readonly isDifference: boolean;
  /** The digest of the entry before; null for the first. */
  readonly previous: string | null;
}

/** Takes the newest entry of the log, undefined for an empty one, as `lastEntry` reads it. */
export function entryAfter(last: LastEntry | undefined, record: ApplyRecord): NewEntry {
  return { ...record, ...storedDesired(record.desired, last), previous: last?.digest ?? null };
}

/**
 * Adds an entry within the caller's transaction, which holds the lock, and returns its id and
 * digest. `work` computes something, while the server is at the entry. Throws `lock-not-obtained`
 * when the log ends with another entry than the new one continues (a session that holds no lock
 * added it), what `work` throws, and the database's errors.
 */
export async function appendApplyLog(
  client: Client,
  entry: NewEntry,
  work: () => void = () => undefined,
): Promise<Anchor> {
  const { uuid, author, gitCommit, ci, plan, desired, isDifference, previous } = entry;
  try {
    const answer = client.query<[string, string]>({
      text: 'SELECT * FROM lenkwerk.append_apply($1, $2, $3, $4, $5, $6, $7, $8)',
      rowMode: 'array',
      values: [uuid, author, gitCommit, ci, plan, desired, isDifference, previous],
    });
    const {
      rows: [row],
    } = await meanwhile(client, answer, work);
    assert(row !== undefined, 'the function returns one row');
    return { id: BigInt(row[0]), digest: row[1] };
  } catch (error) {
    if (codeOf(error) !== SQLSTATE.serializationFailure) throw error;
    const message = 'another session added to the log of applies meanwhile: nothing was changed';
    throw new LenkwerkError('lock-not-obtained', message, { cause: error, retryable: true });
  }
}

interface StoredDesired {
  readonly desired: string | null;
  readonly isDifference: boolean;
}

function storedDesired(desired: string | null, last: LastEntry | undefined): StoredDesired {
  const whole = { desired, isDifference: false };
  if (desired === null || last === undefined) return whole;
  const base = last.desiredBase ?? last.id;
  if (last.id - base >= MAX_DIFFERENCES) return whole;
  const before = last.desired();
  if (before === null) return whole;
  const difference = differenceOf(before, desired);
  if (difference === undefined || difference.length > desired.length * WORTHWHILE) return whole;
  if (Buffer.byteLength(difference) > MAX_DIFFERENCE_BYTES) return whole;
  return { desired: difference, isDifference: true };
}
