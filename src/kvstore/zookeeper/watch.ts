/** The watch of store.ts over the journal of a ZooKeeper. */
import { LenkwerkError } from '../../model/errors.js';
import { linked, onAbort } from '../../runtime/async.js';

import {
  followJournal,
  type JournalPage,
  type JournalSession,
  placeOf,
} from '../journal/follow.js';
import type { Revision, WatchEvent, WatchOptions } from '../store.js';
import { keepWatching, WakeUp } from '../watching.js';
import type { Ensemble } from './ensemble.js';
import { type JournalHead, JournalReader } from './journal.js';
import type { Connection } from './protocol/connection.js';
import { zookeeperStoreError } from './protocol/errors.js';
import { listKeys } from './range.js';

/** Each attempt is a session of its own, with the next server where one fails. */
export async function* watchZookeeper(
  ensemble: Ensemble,
  options: WatchOptions,
): AsyncIterable<WatchEvent> {
  const over = linked(options.signal, ensemble.closed);
  const watched = { ...options, signal: over.signal };
  const place = placeOf(options);
  const attempt = async function* () {
    const connection = await ensemble.separate(over.signal).catch(asStoreError);
    try {
      yield* followJournal(new WatchSession(connection, ensemble), place, watched);
    } catch (error) {
      asStoreError(error);
    } finally {
      await connection.close();
    }
  };
  try {
    yield* keepWatching(attempt, over.signal);
  } finally {
    over.end();
  }
}

function asStoreError(error: unknown): never {
  throw zookeeperStoreError(error, 'watch');
}

/** A place behind an entry, as this session saw it. */
interface KnownPlace {
  readonly revision: Revision;
  readonly number: number;
  readonly mark: string;
  /** The transaction that created the journal, which may be deleted and begin anew. */
  readonly journal: Revision;
}

/** In one session the store does not go back; so a place that it has seen needs no second look. */
class WatchSession implements JournalSession {
  readonly #connection: Connection;
  readonly #paths: Ensemble['paths'];
  readonly #reader: JournalReader;
  #known: KnownPlace | undefined;
  readonly #changes = new WakeUp();

  constructor(connection: Connection, { paths }: Ensemble) {
    this.#connection = connection;
    this.#paths = paths;
    this.#reader = new JournalReader(connection, paths);
    connection.onChange(() => this.#changes.arrive());
    onAbort(connection.ended, () => this.#changes.arrive());
  }

  async listAll(prefix: string) {
    const [connection, paths, reader] = [this.#connection, this.#paths, this.#reader];
    const wanted = { prefixes: [prefix], atRevision: undefined };
    const { snapshot, end } = await listKeys({ connection, paths, reader }, wanted);
    const mark = await this.#know(snapshot.revision, end.last, end);
    if (mark !== undefined) return { snapshot, mark };
    const message = 'watch: the journal was trimmed meanwhile';
    throw new LenkwerkError('store-unavailable', message, { retryable: true });
  }

  readAfter(revision: Revision): Promise<JournalPage> {
    return this.#readAfter(revision, undefined);
  }

  /** `seen`: the journal in which something was missing. */
  async #readAfter(revision: Revision, seen: JournalHead | undefined): Promise<JournalPage> {
    const head = await this.#reader.head('watched');
    const page = { trimmedUntil: head.trimmedUntil, newest: head.revision };
    const none = { ...page, mark: undefined, entries: [] };
    const known = this.#known;
    const isKnown = known?.revision === revision && known.journal === head.createdBy;
    const number = isKnown ? known.number : await this.#reader.find(head, revision);
    const isGone = number === undefined || number < head.first - 1 || revision > head.revision;
    if (isGone) return none;
    const mark = isKnown ? known.mark : await this.#know(revision, number, head);
    if (mark === undefined && number < head.first) return none;
    const entries = await this.#reader.after(number, head);
    if (mark === undefined || entries === undefined) {
      // Trimmed since the head was read, which will show it; else another client deleted it.
      const isSame = head.version === seen?.version && head.createdBy === seen?.createdBy;
      return isSame ? none : await this.#readAfter(revision, head);
    }
    const last = entries.at(-1);
    if (last !== undefined) {
      const end = number + entries.length;
      this.#known = {
        revision: last.revision,
        number: end,
        mark: last.mark,
        journal: head.createdBy,
      };
    }
    return { ...page, mark, entries };
  }

  clear(): void {
    this.#changes.clear();
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.#changes.next(signal);
  }

  async #know(revision: Revision, number: number, head: JournalHead): Promise<string | undefined> {
    const mark = await this.#reader.mark(number);
    const journal = head.createdBy;
    this.#known = mark === undefined ? undefined : { revision, number, mark, journal };
    return mark;
  }
}
