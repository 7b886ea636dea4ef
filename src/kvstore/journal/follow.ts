/** The watch of store.ts over the journal of a store. */
import { LenkwerkError } from '../../model/errors.js';
import { unlessAborted } from '../../runtime/async.js';
import type {
  KeyChange,
  Revision,
  StoreSnapshot,
  WatchEvent,
  WatchGap,
  WatchOptions,
} from '../store.js';
import type { JournalEntry } from './entries.js';

/** What of a journal follows a revision, read at once. */
export interface JournalPage {
  /**
   * That of the entry of the revision itself; undefined: the journal has no such entry. The
   * revision of a store in which nothing was written has a mark, too.
   */
  readonly mark: string | undefined;
  /** Entries up to this one were trimmed. */
  readonly trimmedUntil: Revision;
  /** The newest revision of the store. */
  readonly newest: Revision;
  /** Whole ones without a gap, oldest first: as many as a page takes, one at least. */
  readonly entries: readonly JournalEntry[];
}

/** A session that reads the journal of one store. */
export interface JournalSession {
  /** With the mark of the entry of its revision. */
  listAll(prefix: string): Promise<{ readonly snapshot: StoreSnapshot; readonly mark: string }>;
  readAfter(revision: Revision): Promise<JournalPage>;
  /**
   * The keys that other programs changed without a commit, as they are now, where the server
   * reports such keys; undefined: they were too many. Called after everything up to the newest
   * revision was read.
   */
  foreignChanges?(newest: Revision): Promise<readonly KeyChange[] | undefined>;
  /** To be called before reading: `changed` then returns for what is committed after that. */
  clear(): void;
  /**
   * Resolves when something was committed since `clear`, when the connection broke, and after a few
   * seconds in any case. The signal ends the wait.
   */
  changed(signal: AbortSignal): Promise<void>;
}

/** Where a consumer is; it outlives the sessions. */
interface JournalPlace {
  /** undefined: it has to begin with a snapshot. */
  at: { readonly revision: Revision; readonly mark: string | undefined } | undefined;
  /** Why it has to. */
  gap: WatchGap;
}

/** The place of a watch that begins. */
export function placeOf({ after }: Pick<WatchOptions, 'after'>): JournalPlace {
  return {
    at: after === undefined ? undefined : { revision: after, mark: undefined },
    gap: 'start',
  };
}

/**
 * One attempt of `keepWatching`: yields what follows the place, and undefined for what does not
 * concern the prefix. Ends by the signal; throws what the session throws.
 */
export async function* followJournal(
  session: JournalSession,
  place: JournalPlace,
  { prefix, signal }: WatchOptions,
): AsyncGenerator<WatchEvent | undefined> {
  let isJustListed = false;
  while (!signal.aborted) {
    session.clear();
    if (place.at === undefined) {
      const { snapshot, mark } = await unlessAborted(session.listAll(prefix), signal);
      place.at = { revision: snapshot.revision, mark };
      isJustListed = true;
      yield { kind: 'resync', reason: place.gap, snapshot };
    }
    const { at } = place;
    const page = await unlessAborted(session.readAfter(at.revision), signal);
    const gap = gapAt(at, page);
    if (gap !== undefined) {
      Object.assign(place, { at: undefined, gap });
      if (isJustListed) throw unfollowable();
      continue;
    }
    isJustListed = false;
    place.at = { revision: at.revision, mark: page.mark };
    for (const { revision, mark, changes } of page.entries) {
      if (changes === undefined) {
        Object.assign(place, { at: undefined, gap: 'trimmed' });
        break;
      }
      place.at = { revision, mark };
      yield changesEvent(revision, changes, prefix);
    }
    if (place.at?.revision !== page.newest) continue;
    if (session.foreignChanges !== undefined) {
      const found = await unlessAborted(session.foreignChanges(page.newest), signal);
      if (found === undefined) Object.assign(place, { at: undefined, gap: 'trimmed' });
      else if (found.length > 0) yield changesEvent(page.newest, found, prefix);
    }
    if (place.at !== undefined) await session.changed(signal);
  }
}

/** For a pause: what was just listed has no place in the journal, and may have none again. */
function unfollowable(): LenkwerkError {
  const message = 'the journal of the store does not go on from what was just listed';
  return new LenkwerkError('store-unavailable', message, { retryable: true });
}

function changesEvent(
  revision: Revision,
  changes: readonly KeyChange[],
  prefix: string,
): WatchEvent | undefined {
  const wanted = changes.filter(({ key }) => key.startsWith(prefix));
  const shown = wanted.map(({ key, value }) => ({ key, value }));
  return shown.length === 0 ? undefined : { kind: 'changes', revision, changes: shown };
}

/** undefined: the page continues what the consumer has seen. */
function gapAt(
  { revision, mark }: NonNullable<JournalPlace['at']>,
  page: JournalPage,
): WatchGap | undefined {
  if (page.mark !== undefined && (mark === undefined || mark === page.mark)) return undefined;
  const isTrimmed = page.mark === undefined && revision <= page.trimmedUntil;
  return isTrimmed && page.newest > revision ? 'trimmed' : 'rewound';
}
