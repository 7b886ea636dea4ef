/**
 * The journal of a store whose server keeps no revisions: each commit leaves an entry with what it
 * changed and what was there before. From it a listing that took several requests becomes one of a
 * single revision, and a past one can be shown.
 */
import { LenkwerkError } from '../../model/errors.js';
import { inconclusive, sortedByBytes } from '../driver-kit.js';
import type { KeyChange, Revision, StoredRecord, StoredValue, StoreSnapshot } from '../store.js';

/** What a commit did to a key. */
export interface JournalChange extends KeyChange {
  /** What the key held before; undefined: it did not exist. */
  readonly before: StoredValue | undefined;
}

/** A commit. */
export interface JournalEntry {
  readonly revision: Revision;
  /** Never the same for two commits, also when a restored store gives the revision out again. */
  readonly mark: string;
  /** undefined: they were too large to be kept. */
  readonly changes: readonly JournalChange[] | undefined;
}

/** What a journal throws that another program wrote to; `hint`: how it becomes usable again. */
export function malformedJournal(hint: string): LenkwerkError {
  const message = 'the journal of the store is not in the form of this version';
  return new LenkwerkError('store-rejected', message, { hint });
}

/** What several requests read while other clients may have committed. */
interface Listing {
  /** The newest revision before the first request. */
  readonly begin: Revision;
  /** Records in any order; of a key that was changed meanwhile, any of its values, or none. */
  readonly records: Iterable<StoredRecord>;
  /** The newest revision after the last request. */
  readonly end: Revision;
}

/** What is to be shown. */
export interface WantedSnapshot {
  readonly prefixes: readonly string[];
  /** undefined: the end of the listing. */
  readonly atRevision: Revision | undefined;
}

/** The first revision whose entry `snapshotOf` does not need. */
export function neededAfter({ begin }: Pick<Listing, 'begin'>, { atRevision }: WantedSnapshot) {
  return atRevision !== undefined && atRevision < begin ? atRevision : begin;
}

/**
 * The exact snapshot of one revision. `entries`: all after `neededAfter` up to the end of the
 * listing, oldest first. A key that none of them changed had the listed value all the time; of
 * another one its last change up to the revision counts, else what its first change replaced.
 * Throws `inconclusive` where an entry was not kept.
 */
export function snapshotOf(
  listing: Listing,
  entries: Iterable<JournalEntry>,
  { prefixes, atRevision }: WantedSnapshot,
): StoreSnapshot {
  const revision = atRevision ?? listing.end;
  const isWanted = (key: string) => prefixes.some((prefix) => key.startsWith(prefix));
  const changed = new Map<string, StoredValue | undefined>();
  for (const entry of entries) {
    if (entry.changes === undefined) {
      throw inconclusive(`the changes of revision ${entry.revision} were too large to be kept`);
    }
    for (const { key, value, before } of entry.changes) {
      if (!isWanted(key)) continue;
      if (entry.revision <= revision) {
        const now = value === undefined ? undefined : { value, modRevision: entry.revision };
        changed.set(key, now);
      } else if (!changed.has(key)) {
        changed.set(key, before);
      }
    }
  }
  const records = new Map<string, StoredRecord>();
  for (const record of listing.records) {
    if (isWanted(record.key) && !changed.has(record.key)) records.set(record.key, record);
  }
  for (const [key, stored] of changed) {
    if (stored !== undefined) records.set(key, { key, ...stored });
  }
  return { revision, records: sortedByBytes([...records.values()], ({ key }) => key) };
}
