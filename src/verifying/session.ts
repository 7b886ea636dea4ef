/** One session with the database for the comparisons of all targets. */
import type { Client } from 'pg';
import { withMissingRights } from '../database/rights.js';
import { VERIFY } from '../database/setup/grants.js';
import { rollBack, toLenkwerkError } from '../postgres/errors.js';
import type { KeySpace } from '../publishing/records/key-space.js';
import { PostgresReader } from '../publishing/source/postgres-reader.js';
import type { BarrierTry, SourceReader } from '../publishing/source/source-database.js';
import type { Difference } from './compare.js';

/** No keys named: the agent compares everything that it publishes. */
const EVERYTHING = '[]';
/** The agent ignores longer messages. */
const MAX_REQUEST_BYTES = 4_000;

/** Several callers may ask at the same time: the requests are sent one after the other. */
export class VerifySession implements SourceReader {
  readonly #client: Client;
  readonly #reader: PostgresReader;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Takes an open session, which the caller closes. */
  constructor(client: Client) {
    this.#client = client;
    this.#reader = new PostgresReader(client);
  }

  /** Whether the server has not answered everything. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  readConfirmed() {
    return this.#next(() => this.#reader.readConfirmed());
  }

  readTables(keySpace: KeySpace) {
    return this.#next(() => this.#reader.readTables(keySpace));
  }

  tryBarrier(request: BarrierTry) {
    return this.#next(() => this.#reader.tryBarrier(request));
  }

  /**
   * Asks the agent to repair these keys. The request is sent in the replication stream, so it has a
   * position there. Throws database failures as LenkwerkError.
   */
  requestRepair(differences: readonly Difference[]): Promise<void> {
    return this.#next(() => requestRepair(this.#client, differences));
  }

  async #next<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.#waiting += 1;
    const answer = this.#last.then(work);
    this.#last = answer.catch(() => {});
    return await answer.finally(() => {
      this.#waiting -= 1;
    });
  }
}

/**
 * Lists the keys if they fit into one message. The request changes no row: it waits for no
 * synchronous standby.
 */
async function requestRepair(client: Client, differences: readonly Difference[]): Promise<void> {
  const named = JSON.stringify(differences.map(({ key }) => key));
  const content = Buffer.byteLength(named) > MAX_REQUEST_BYTES ? EVERYTHING : named;
  try {
    await client.query('BEGIN READ WRITE');
    await client.query('SET LOCAL synchronous_commit = local');
    await client.query('SELECT lenkwerk.request_repair($1)', [content]);
    await client.query('COMMIT');
  } catch (error) {
    const failure = toLenkwerkError(await rollBack(client, error));
    throw await withMissingRights(client, failure, VERIFY);
  }
}
