/** One session with the database of a PostgreSQL key-value store. */
import { type Client, DatabaseError } from 'pg';
import { CommitTooLarge, LenkwerkError, StoreForbidden } from '../../model/errors.js';
import { closeConnection } from '../../postgres/connect/attempt.js';
import { openConnection } from '../../postgres/connection.js';
import type { ConnectionSettings } from '../../postgres/connection-settings.js';
import { codeOf, isConnectionLoss, SQLSTATE } from '../../postgres/errors.js';
import { orTimeout } from '../../runtime/async.js';
import { forbidden, missingRights, type Use } from './rights.js';
import { createTables, lookAtTables, type Tables } from './schema.js';

/** One SQL statement. */
export interface Statement {
  /** For messages: what the caller is doing. */
  readonly what: string;
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Parsed once for a session, under this name; absent: each time. */
  readonly name?: string;
}

/** How long the server works on a statement before it gives up. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** A listing of the whole store takes longer. */
const LISTING_TIMEOUT_MS = 60_000;
/** Added for the answer: after it the connection counts as half-open, or the server as frozen. */
const ANSWER_SLACK_MS = 1_000;

/**
 * Runs one statement at a time. The next statement reopens a broken session; the outcome of the
 * statement under way when it broke is unknown. Throws `store-unavailable` or `store-rejected`.
 */
export class PostgresSession {
  readonly #settings: ConnectionSettings;
  readonly #purpose: string;
  readonly #timeoutMs: number;
  #client: Client | undefined;
  /** What a session saw; tables and their owners are relied on until it ends. */
  readonly #seen = new WeakMap<Client, Tables>();
  /** A write was refused, for lack of a right. */
  #wasForbidden = false;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(settings: ConnectionSettings, purpose: 'writing' | 'reading' | 'watching') {
    this.#timeoutMs = purpose === 'writing' ? STATEMENT_TIMEOUT_MS : LISTING_TIMEOUT_MS;
    this.#settings = withBounds(settings, this.#timeoutMs);
    this.#purpose = `store ${purpose}`;
  }

  /** A statement that uses none of the tables. The rows, as arrays. */
  run<Row extends unknown[]>(statement: Statement): Promise<readonly Row[]> {
    return this.inTurn(statement.what, (client) => rowsOf<Row>(client, statement));
  }

  /**
   * A statement that reads the tables, or may be repeated. The rows, as arrays; none where there
   * are no tables.
   */
  read<Row extends unknown[]>(statement: Statement, use: Use = 'reading'): Promise<readonly Row[]> {
    const read = async (client: Client) =>
      (await this.#look(client)) === 'none' ? [] : rowsOf<Row>(client, statement);
    return this.inTurn(statement.what, read, use);
  }

  /** A statement that writes to the tables, which it creates where there are none. */
  write<Row extends unknown[]>(statement: Statement): Promise<readonly Row[]> {
    const { what } = statement;
    const write = async (client: Client) => {
      const found = await this.#look(client);
      if (this.#wasForbidden) await this.#requireWriting(client, what);
      if (found !== 'current') await createTables(client);
      this.#seen.set(client, 'current');
      return await rowsOf<Row>(client, statement);
    };
    return this.inTurn(what, write, 'writing');
  }

  /**
   * Runs a statement that writes in a transaction that is rolled back: throws what `write` would
   * throw. Does nothing where there are no tables.
   */
  tryOut({ what, text, values = [] }: Statement): Promise<void> {
    const tryOut = async (client: Client) => {
      if ((await this.#look(client)) === 'none') return;
      await client.query('BEGIN');
      await client.query(text, [...values]).finally(() => client.query('ROLLBACK'));
    };
    return this.inTurn(what, tryOut, 'writing');
  }

  /** After a refusal: a commit whose guard does not hold would not find out. */
  async #requireWriting(client: Client, what: string): Promise<void> {
    const missing = await missingRights(client, 'writing');
    if (missing !== undefined) throw forbidden(what, missing);
    this.#wasForbidden = false;
  }

  async #look(client: Client): Promise<Tables> {
    const seen = this.#seen.get(client) ?? 'none';
    if (seen !== 'none') return seen;
    const found = await lookAtTables(client);
    this.#seen.set(client, found);
    return found;
  }

  /** The client that is open, or a new one: for listening to notifications. */
  async client(): Promise<Client> {
    if (this.#closed) throw new LenkwerkError('store-rejected', 'the store has been closed');
    this.#client ??= await this.#open();
    return this.#client;
  }

  async #open(): Promise<Client> {
    const client = await openConnection(this.#settings, this.#purpose);
    // One that breaks while nothing is asked would fail the next request without being asked.
    client.once('end', () => {
      if (this.#client === client) this.#client = undefined;
    });
    return client;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    await this.#last;
    this.#drop();
  }

  /** Other work with the client that is open, or a new one; repeated, unless it is `writing`. */
  inTurn<Result>(
    what: string,
    work: (client: Client) => Promise<Result>,
    use: Use = 'reading',
  ): Promise<Result> {
    const running = this.#last.then(() => this.#attempt({ what, use }, work));
    this.#last = running.catch(() => {});
    return running;
  }

  async #attempt<Result>(
    { what, use }: { readonly what: string; readonly use: Use },
    work: (client: Client) => Promise<Result>,
  ): Promise<Result> {
    const isReused = this.#client !== undefined;
    try {
      const answer = work(await this.client());
      return await orTimeout(answer, this.#timeoutMs + ANSWER_SLACK_MS, () => noAnswer(what));
    } catch (thrown) {
      if (use !== 'writing' && isReused && hasEnded(thrown)) {
        // It may have ended before, which the process hears only now. Twice is harmless.
        this.#drop();
        return await this.#attempt({ what, use }, work);
      }
      const error = await this.#withMissingRights(postgresStoreError(thrown, what), { what, use });
      // Also where the server gave a reason: it may be shutting down, or no primary any more.
      if (error.retryable) this.#drop();
      if (use === 'writing' && error instanceof StoreForbidden) this.#wasForbidden = true;
      throw error;
    }
  }

  async #withMissingRights(
    error: LenkwerkError,
    { what, use }: { readonly what: string; readonly use: Use },
  ): Promise<LenkwerkError> {
    const client = this.#client;
    if (client === undefined || codeOf(error.cause) !== SQLSTATE.insufficientPrivilege)
      return error;
    const missing = await missingRights(client, use).catch(() => undefined);
    return missing === undefined ? error : forbidden(what, missing, error.cause);
  }

  #drop(): void {
    // With a statement under way, pg cuts the connection instead of waiting.
    if (this.#client !== undefined) void closeConnection(this.#client);
    this.#client = undefined;
  }
}

async function rowsOf<Row extends unknown[]>(
  client: Client,
  { name, text, values = [] }: Statement,
): Promise<readonly Row[]> {
  const query = { text, values: [...values], rowMode: 'array' } as const;
  return (await client.query<Row>(name === undefined ? query : { ...query, name })).rows;
}

function noAnswer(what: string): LenkwerkError {
  const message = `${what}: the server did not answer in time`;
  return new LenkwerkError('store-unavailable', message, { retryable: true });
}

/** True when the session ended, by the server or on the way: not by silence. */
function hasEnded(thrown: unknown): boolean {
  return !(thrown instanceof LenkwerkError) && isConnectionLoss(thrown);
}

/**
 * A commit that was acknowledged must survive a crash, whatever the server's default is.
 * https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT
 */
function withBounds(settings: ConnectionSettings, timeoutMs: number): ConnectionSettings {
  const seconds = timeoutMs / 1_000;
  const statementTimeout = seconds % 60 === 0 ? `${seconds / 60}min` : `${seconds}s`;
  const session = { synchronous_commit: 'on', statement_timeout: statementTimeout };
  return { ...settings, session, answerTimeoutMs: timeoutMs + ANSWER_SLACK_MS };
}

/**
 * What may pass while the request stays as it is, by the class of the SQLSTATE: connections,
 * deadlocks, lack of resources (a full disk among them), and the operator's interventions.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const PASSING_CLASSES: ReadonlySet<string> = new Set(['08', '40', '53', '55', '57', '58']);
const READ_ONLY_TRANSACTION = '25006';
/** The class of limits of the server, such as the length of a key in an index. */
const LIMIT_EXCEEDED_CLASS = '54';

/**
 * Turns what pg throws into `store-unavailable` (retryable) or `store-rejected`, with a message
 * that begins with `what` was being done.
 */
function postgresStoreError(thrown: unknown, what: string): LenkwerkError {
  if (thrown instanceof LenkwerkError && thrown.code !== 'database-unavailable') return thrown;
  const message = `${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  const hint =
    thrown instanceof LenkwerkError || thrown instanceof DatabaseError ? thrown.hint : undefined;
  const details = { cause: thrown, ...(hint === undefined ? {} : { hint }) };
  if (codeOf(thrown)?.startsWith(LIMIT_EXCEEDED_CLASS) === true) {
    return new CommitTooLarge(message, details);
  }
  if (!mayPass(thrown)) return new LenkwerkError('store-rejected', message, details);
  return new LenkwerkError('store-unavailable', message, { ...details, retryable: true });
}

function mayPass(thrown: unknown): boolean {
  // Why openConnection failed is its cause: the server's answer, or what prevented one.
  const cause = thrown instanceof LenkwerkError ? thrown.cause : thrown;
  if (cause instanceof LenkwerkError) return false;
  const code = codeOf(cause) ?? '';
  if (cause instanceof DatabaseError) {
    // A primary that became a standby: its host name may soon resolve to the new primary.
    return PASSING_CLASSES.has(code.slice(0, 2)) || code === READ_ONLY_TRANSACTION;
  }
  return isConnectionLoss(thrown);
}
