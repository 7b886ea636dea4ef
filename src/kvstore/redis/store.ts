/** Redis and Valkey as a key-value store: a key for each record, and a journal of the commits. */
import { linked } from '../../runtime/async.js';
import type { FoundAcknowledgement } from '../acknowledgements.js';
import { checkCommitSize } from '../driver-kit.js';
import { JsonStore } from '../json-access.js';
import type {
  CommitOutcome,
  GuardedCommit,
  KeyValueStore,
  Revision,
  StoredValue,
  StoreSnapshot,
  StoreTrouble,
  WatchEvent,
  WatchOptions,
} from '../store.js';
import { COMMIT_LIMITS, commitCall, outcomeOf, recordCall } from './commit.js';
import { RedisSession } from './connection/session.js';
import { layoutBelow } from './layout.js';
import { readKeys, readRedisRange, readReports } from './range.js';
import { describeRedis, type RedisSettings } from './settings.js';
import { readTroubles } from './troubles.js';
import { watchRedis } from './watch.js';

/**
 * Connects to the primary. Throws `store-unavailable` where none is found, `store-rejected` (login,
 * version, a cluster without a hash tag in the prefix), or `environment` (certificate files).
 */
export async function connectRedis(settings: RedisSettings): Promise<KeyValueStore> {
  const store = new RedisStore(settings);
  try {
    await store.serverVersion();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class RedisStore extends JsonStore {
  readonly limits = COMMIT_LIMITS;
  readonly #settings: RedisSettings;
  /** Two connections, so that what touches few keys does not wait for a listing. */
  readonly #writing: RedisSession;
  readonly #reading: RedisSession;
  readonly #layout;
  readonly #closed = new AbortController();

  constructor(settings: RedisSettings) {
    super({ prefix: settings.prefix, description: describeRedis(settings) });
    this.#settings = settings;
    this.#layout = layoutBelow(settings.prefix);
    this.#writing = new RedisSession(settings);
    this.#reading = new RedisSession(settings);
  }

  async serverVersion(): Promise<string> {
    const { server, version } = await this.#writing.facts('connect to the store');
    return `${server} ${version}`;
  }

  troubles(): Promise<readonly StoreTrouble[]> {
    return readTroubles(this.#writing);
  }

  async read(key: string): Promise<StoredValue | undefined> {
    const request = { session: this.#writing, layout: this.#layout };
    for await (const { value, revision = 0n } of readKeys(request, [key])) {
      if (value !== undefined) return { value, modRevision: revision };
    }
    return undefined;
  }

  async readRange(prefixes: readonly string[], atRevision?: Revision): Promise<StoreSnapshot> {
    const request = { session: this.#reading, layout: this.#layout, prefixes, atRevision };
    return (await readRedisRange(request)).snapshot;
  }

  async commit(commit: GuardedCommit): Promise<CommitOutcome> {
    checkCommitSize(commit, COMMIT_LIMITS);
    const what = 'commit';
    return outcomeOf(await this.#writing.write(what, commitCall(this.#layout, commit)), what);
  }

  async probeRecord(key: string, value: string): Promise<void> {
    const what = `probe ${key}`;
    const call = recordCall(this.#layout, 'probe', [key, value]);
    outcomeOf(await this.#writing.write(what, call), what);
  }

  protected async put(key: string, value: string): Promise<unknown> {
    const what = `write ${key}`;
    const call = recordCall(this.#layout, 'commit', [key, value]);
    return outcomeOf(await this.#writing.write(what, call), what);
  }

  /** Keys are below nothing. */
  protected async makeFolder(): Promise<void> {}

  protected async report(node: string, key: string, text: string): Promise<void> {
    await this.#writing.send(`acknowledge as ${node}`, ['SET', key, text]);
  }

  protected listReports(folder: string): AsyncIterable<FoundAcknowledgement> {
    return readReports({ session: this.#reading, layout: this.#layout }, folder);
  }

  protected async removeReport(key: string): Promise<void> {
    await this.#writing.send(`remove ${key}`, ['DEL', key]);
  }

  async *watch(options: WatchOptions): AsyncIterable<WatchEvent> {
    const over = linked(options.signal, this.#closed.signal);
    try {
      yield* watchRedis(this.#settings, { ...options, signal: over.signal });
    } finally {
      over.end();
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#writing.close();
    this.#reading.close();
  }
}
