/** PostgreSQL as a key-value store: a table of what is there now, and a log of its revisions. */
import { LenkwerkError } from '../../model/errors.js';
import { formatJson, type JsonValue } from '../../model/json.js';
import { checkCommitSize } from '../driver-kit.js';
import { parseStoredJson, watchJson } from '../json-access.js';
import { describeStore, type PostgresSettings } from '../settings.js';
import type {
  CommitOutcome,
  GuardedCommit,
  KeyValueStore,
  Revision,
  StoredValue,
  StoreLimits,
  StoreSnapshot,
  WatchEvent,
  WatchOptions,
} from '../store.js';
import { readPostgresRange, textOfBytea } from './range.js';
import { ensureStoreSchema } from './schema.js';
import { PostgresSession } from './session.js';
import { watchPostgres } from './watch.js';

/** PostgreSQL would take more; these bound the memory of who reads a revision. */
const LIMITS: StoreLimits = { maxChanges: 10_000, maxBytes: 3 * 1024 * 1024 };

const READ = 'SELECT c.value, c.mod_revision FROM lenkwerk_kv.current c WHERE c.key = $1';
const COMMIT = `SELECT committed, revision, value
  FROM lenkwerk_kv.commit_changes($1, $2, $3, $4)`;

/**
 * Connects to PostgreSQL and makes the tables where they are missing. Throws `store-unavailable`,
 * `store-rejected` (login, a standby, no right to make the tables) or `usage` (certificate files).
 */
export async function connectPostgres(settings: PostgresSettings): Promise<KeyValueStore> {
  const store = new PostgresStore(settings);
  try {
    await store.prepare();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class PostgresStore implements KeyValueStore {
  readonly description: string;
  readonly prefix: string;
  readonly limits = LIMITS;
  readonly #settings: PostgresSettings;
  /** Two sessions, so that a commit does not wait for a listing. */
  readonly #writing: PostgresSession;
  readonly #reading: PostgresSession;
  readonly #closed = new AbortController();

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
    this.#writing = new PostgresSession(settings.connection, 'writing');
    this.#reading = new PostgresSession(settings.connection, 'reading');
    this.prefix = settings.prefix;
    this.description = describeStore(settings);
  }

  prepare(): Promise<void> {
    return ensureStoreSchema(this.#writing);
  }

  async kvread(key: string): Promise<JsonValue | undefined> {
    const stored = await this.read(key);
    return stored === undefined ? undefined : parseStoredJson(key, stored.value);
  }

  async kvwrite(key: string, value: JsonValue): Promise<boolean> {
    const text = formatJson(value);
    if (Buffer.byteLength(key) + Buffer.byteLength(text) > LIMITS.maxBytes) return false;
    const values = [null, null, [Buffer.from(key)], [Buffer.from(text)]];
    try {
      await this.#writing.run({ what: `write ${key}`, text: COMMIT, values });
      return true;
    } catch (error) {
      if (error instanceof LenkwerkError) return false;
      throw error;
    }
  }

  kvwatch(
    callback: (key: string, value: JsonValue | undefined) => void | Promise<void>,
    options: { readonly prefix?: string; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const signal = options.signal ?? this.#closed.signal;
    const prefix = options.prefix ?? `${this.prefix}/`;
    return watchJson(this.watch({ prefix, signal }), callback);
  }

  async read(key: string): Promise<StoredValue | undefined> {
    const statement = { what: `read ${key}`, text: READ, values: [Buffer.from(key)] };
    const [[value, revision] = []] = await this.#reading.run<[string, string]>(statement);
    return storedValue(value, revision);
  }

  readRange(prefix: string, atRevision?: Revision): Promise<StoreSnapshot> {
    return readPostgresRange(this.#reading, prefix, atRevision);
  }

  async commit(commit: GuardedCommit): Promise<CommitOutcome> {
    checkCommitSize(commit, LIMITS);
    const values = commitValues(commit);
    const statement = { what: 'commit', text: COMMIT, values };
    const rows = await this.#writing.run<[boolean, string | null, string | null]>(statement);
    const [[committed, revision, value] = []] = rows;
    if (committed === true) return { kind: 'committed', revision: BigInt(revision ?? 0) };
    return { kind: 'conflict', current: storedValue(value, revision) };
  }

  watch(options: WatchOptions): AsyncIterable<WatchEvent> {
    const signal = AbortSignal.any([options.signal, this.#closed.signal]);
    return watchPostgres(this.#settings.connection, { ...options, signal });
  }

  async serverVersion(): Promise<string> {
    const statement = { what: 'ask for the version', text: 'SHOW server_version' };
    const [[version] = []] = await this.#reading.run<[string]>(statement);
    return version ?? '';
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([this.#writing.close(), this.#reading.close()]);
  }
}

function storedValue(
  value: string | null | undefined,
  revision: string | null | undefined,
): StoredValue | undefined {
  if (typeof value !== 'string' || typeof revision !== 'string') return undefined;
  return { value: textOfBytea(value), modRevision: BigInt(revision) };
}

/** The arguments of commit_changes: guard, its expected revision, keys, values. */
function commitValues({ guard, puts, deletes }: GuardedCommit): readonly unknown[] {
  const changes: [string, string | null][] = [...puts, [guard.key, guard.value]];
  for (const key of deletes) changes.push([key, null]);
  if (new Set(changes.map(([key]) => key)).size < changes.length) {
    throw new LenkwerkError('store-rejected', 'a commit that changes a key twice');
  }
  const expected = guard.expected === undefined ? null : String(guard.expected);
  const keys = changes.map(([key]) => Buffer.from(key));
  const values = changes.map(([, value]) => (value === null ? null : Buffer.from(value)));
  return [Buffer.from(guard.key), expected, keys, values];
}
