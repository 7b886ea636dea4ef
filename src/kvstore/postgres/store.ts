/** PostgreSQL as a key-value store: a table of the present, and a log of its revisions. */
import { CommitTooLarge, LenkwerkError } from '../../model/errors.js';
import { linked } from '../../runtime/async.js';
import type { FoundAcknowledgement } from '../acknowledgements.js';
import { changesOf, checkCommitSize } from '../driver-kit.js';
import { JsonStore } from '../json-access.js';
import type {
  CommitOutcome,
  GuardedCommit,
  KeyValueStore,
  Revision,
  StoredValue,
  StoreLimits,
  StoreSnapshot,
  StoreTrouble,
  WatchEvent,
  WatchOptions,
} from '../store.js';
import { readPostgresRange, textOfBytea } from './range.js';
import { listReports, removeReport, report } from './reports.js';
import { missingRights } from './rights.js';
import { createAcknowledgements } from './schema.js';
import { PostgresSession, type Statement } from './session.js';
import { describePostgres, POSTGRES_LIMITS, type PostgresSettings } from './settings.js';
import { watchPostgres } from './watch.js';

/** PostgreSQL would accept more, as with the bytes. */
const LIMITS: StoreLimits = { ...POSTGRES_LIMITS, maxChanges: 10_000 };

const READ = 'SELECT c.value, c.mod_revision FROM lenkwerk_kv.current c WHERE c.key = $1';
/** With the types, or another function of that name could fit better. */
const COMMIT = `SELECT committed, revision, value
  FROM lenkwerk_kv.commit_changes($1::bytea, $2::bigint, $3::bytea, $4::bytea[], $5::bytea[])`;

const IS_STANDBY = 'SELECT pg_catalog.pg_is_in_recovery()';
const TOUCH = 'SELECT FROM lenkwerk_kv.position';

/**
 * Connects to PostgreSQL. The first write creates the tables; until then the store is empty. Throws
 * `store-unavailable`, `store-rejected` (login, a standby, tables of another version or that a
 * superuser does not use, no right to read them) or `usage` (certificate files).
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

class PostgresStore extends JsonStore {
  readonly limits = LIMITS;
  readonly #settings: PostgresSettings;
  /** Two sessions, so that what touches few rows does not wait for a listing. */
  readonly #writing: PostgresSession;
  readonly #reading: PostgresSession;
  readonly #closed = new AbortController();

  constructor(settings: PostgresSettings) {
    const description = describePostgres(settings);
    super({ prefix: settings.prefix, description });
    this.#settings = settings;
    this.#writing = new PostgresSession(settings.connection, 'writing');
    this.#reading = new PostgresSession(settings.connection, 'reading');
  }

  async prepare(): Promise<void> {
    const what = 'connect to the store';
    const [[isStandby] = []] = await this.#writing.run<[boolean]>({ what, text: IS_STANDBY });
    if (isStandby === true) {
      const hint = 'name the primary: a standby accepts no writes';
      throw new LenkwerkError('store-rejected', `${what}: the server is a standby`, { hint });
    }
    await this.#writing.read({ what, text: TOUCH });
  }

  async read(key: string): Promise<StoredValue | undefined> {
    const statement = { what: `read ${key}`, text: READ, values: [Buffer.from(key)] };
    const [[value, revision] = []] = await this.#writing.read<[string, string]>(statement);
    return storedValue(value, revision);
  }

  readRange(prefixes: readonly string[], atRevision?: Revision): Promise<StoreSnapshot> {
    return readPostgresRange(this.#reading, prefixes, atRevision);
  }

  async commit(commit: GuardedCommit): Promise<CommitOutcome> {
    checkCommitSize(commit, LIMITS);
    const values = commitValues(commit);
    const statement = { what: 'commit', name: 'lenkwerk_commit', text: COMMIT, values };
    const rows = await this.#writing.write<[boolean, string | null, string | null]>(statement);
    const [[committed, revision, value] = []] = rows;
    if (committed === true) return { kind: 'committed', revision: BigInt(revision ?? 0) };
    return { kind: 'conflict', current: storedValue(value, revision) };
  }

  async probeRecord(key: string, value: string): Promise<void> {
    await this.#writing.tryOut(writeStatement(`probe ${key}`, key, value));
  }

  protected async put(key: string, value: string): Promise<unknown> {
    return this.#writing.write(writeStatement(`write ${key}`, key, value));
  }

  protected makeFolder(): Promise<void> {
    return this.#writing.inTurn('prepare acknowledgements', createAcknowledgements, 'preparing');
  }

  protected report(node: string, key: string, text: string): Promise<void> {
    return report(this.#writing, node, [key, text]);
  }

  protected listReports(folder: string): AsyncIterable<FoundAcknowledgement> {
    return listReports(this.#writing, folder);
  }

  protected removeReport(key: string): Promise<void> {
    return removeReport(this.#writing, key);
  }

  async *watch(options: WatchOptions): AsyncIterable<WatchEvent> {
    const over = linked(options.signal, this.#closed.signal);
    try {
      yield* watchPostgres(this.#settings.connection, { ...options, signal: over.signal });
    } finally {
      over.end();
    }
  }

  async serverVersion(): Promise<string> {
    const statement = { what: 'read the version', text: 'SHOW server_version' };
    const [[version] = []] = await this.#reading.run<[string]>(statement);
    return version ?? '';
  }

  async troubles(): Promise<readonly StoreTrouble[]> {
    const uses = [
      ['writing', 'cannot publish to it'],
      ['gathering', 'cannot read what nodes acknowledge'],
    ] as const;
    const troubles: StoreTrouble[] = [];
    for (const [use, what] of uses) {
      const missing = await this.#writing.inTurn('read the rights', (client) =>
        missingRights(client, use),
      );
      if (missing === undefined) continue;
      const message = `${missing.user} ${what}: it lacks ${missing.lacks}`;
      troubles.push({ kind: 'rights', level: 'warn', message, help: missing.hint });
    }
    return troubles;
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

/** Writes one value, whatever the key holds. Throws CommitTooLarge. */
function writeStatement(what: string, key: string, value: string): Statement {
  const sizeBytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  if (sizeBytes > LIMITS.maxBytes) {
    throw new CommitTooLarge(
      `${what}: a record of ${sizeBytes} bytes; the store takes ${LIMITS.maxBytes}`,
    );
  }
  const values = [null, null, null, [Buffer.from(key)], [Buffer.from(value)]];
  return { what, text: COMMIT, values };
}

/** The arguments of commit_changes: guard, its expected revision and value, keys, values. */
function commitValues(commit: GuardedCommit): readonly unknown[] {
  const changes = [...changesOf(commit)];
  const { guard } = commit;
  const { expected } = guard;
  const revision = expected === undefined ? null : String(expected.modRevision);
  const value = expected === undefined ? null : Buffer.from(expected.value);
  const keys = changes.map(([key]) => Buffer.from(key));
  const values = changes.map(([, text]) => (text === undefined ? null : Buffer.from(text)));
  return [Buffer.from(guard.key), revision, value, keys, values];
}
