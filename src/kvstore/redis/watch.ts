/** The watch of store.ts over the journal of a Redis. */
import { isAcknowledgement } from '../acknowledgements.js';
import type { JournalEntry } from '../journal/entries.js';
import {
  followJournal,
  type JournalPage,
  type JournalSession,
  placeOf,
} from '../journal/follow.js';
import type { KeyChange, Revision, WatchEvent, WatchOptions } from '../store.js';
import { keepWatching, WakeUp } from '../watching.js';
import { RedisSession } from './connection/session.js';
import { readEntry, readJournal } from './journal.js';
import { layoutBelow, type RedisLayout } from './layout.js';
import { type FoundKey, readKeys, readRedisRange } from './range.js';
import type { RedisSettings } from './settings.js';

/** The journal is authoritative; the server's news of keys wake the watch up. */
export function watchRedis(
  settings: RedisSettings,
  options: WatchOptions,
): AsyncIterable<WatchEvent> {
  const place = placeOf(options);
  const attempt = async function* () {
    const watching = new WatchSession(settings, options.prefix);
    try {
      yield* followJournal(watching, place, options);
    } finally {
      watching.close();
    }
  };
  return keepWatching(attempt, options.signal);
}

/** Of changed keys that are to be looked at; beyond it everything is listed. */
const MAX_CHANGED_KEYS = 100_000;
/** Of entries that are read for them; the changes of further keys count as foreign. */
const MAX_ENTRIES = 1_000;

class WatchSession implements JournalSession {
  readonly #session: RedisSession;
  readonly #layout: RedisLayout;
  readonly #prefix: string;
  readonly #wakeUp = new WakeUp();
  /** The server reported that they changed. */
  readonly #changed = new Set<string>();
  /** What the entries that were read since then say about keys. */
  readonly #committed = new Map<string, CommittedKey>();

  constructor(settings: RedisSettings, prefix: string) {
    this.#layout = layoutBelow(settings.prefix);
    this.#prefix = prefix;
    const own = new Set(Object.values(this.#layout));
    this.#session = new RedisSession(settings, {
      prefixes: shortest(prefix, this.#layout.head),
      onChange: (key) => {
        const isRecord = key !== undefined && !own.has(key) && !isAcknowledgement(key);
        const isWanted = isRecord && key.startsWith(prefix);
        if (isWanted && this.#changed.size <= MAX_CHANGED_KEYS) this.#changed.add(key);
        this.#wakeUp.arrive();
      },
    });
  }

  async listAll(prefix: string) {
    const [session, layout] = [this.#session, this.#layout];
    const request = { session, layout, prefixes: [prefix], atRevision: undefined };
    this.#forget();
    const { snapshot, end } = await readRedisRange(request);
    return { snapshot, mark: end.mark };
  }

  async readAfter(revision: Revision): Promise<JournalPage> {
    const page = await readJournal(this.#session, this.#layout, revision);
    for (const entry of page.entries) this.#note(entry, this.#committed);
    return page;
  }

  /** A commit reports its keys as well: foreign is what its entry in the journal does not say. */
  async foreignChanges(newest: Revision): Promise<readonly KeyChange[] | undefined> {
    if (this.#changed.size > MAX_CHANGED_KEYS) return undefined;
    const committed = new Map(this.#committed);
    const keys = [...this.#changed];
    this.#forget();
    const foreign: KeyChange[] = [];
    const request = { session: this.#session, layout: this.#layout };
    let entries = 0;
    for await (const { key, value, revision } of readKeys(request, keys)) {
      // Of a commit that is still to be read; it is looked at after that.
      if (revision !== undefined && revision > newest) {
        this.#changed.add(key);
        continue;
      }
      const isRead = revision === undefined || committed.get(key)?.revision === revision;
      if (!isRead && entries < MAX_ENTRIES) {
        entries += 1;
        const entry = await readEntry(this.#session, this.#layout, revision);
        if (entry !== undefined) this.#note(entry, committed);
      }
      if (!isCommitted({ key, value, revision }, committed)) foreign.push({ key, value });
    }
    return foreign;
  }

  clear(): void {
    this.#wakeUp.clear();
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.#wakeUp.next(signal);
  }

  close(): void {
    this.#session.close();
  }

  #forget(): void {
    this.#changed.clear();
    this.#committed.clear();
  }

  #note({ revision, changes = [] }: JournalEntry, committed: Map<string, CommittedKey>): void {
    for (const { key, value } of changes) {
      if (key.startsWith(this.#prefix)) committed.set(key, { revision, value });
    }
  }
}

function isCommitted(
  { key, value, revision }: FoundKey,
  committed: ReadonlyMap<string, CommittedKey>,
): boolean {
  if (revision === undefined) return value === undefined;
  const known = committed.get(key);
  return known?.revision === revision && known.value === value;
}

/** What a commit did to a key. */
interface CommittedKey {
  readonly revision: Revision;
  readonly value: string | undefined;
}

/** The two, but for one that begins with the other: the server takes no such pair. */
function shortest(one: string, other: string): readonly string[] {
  if (other.startsWith(one)) return [one];
  return one.startsWith(other) ? [other] : [one, other];
}
