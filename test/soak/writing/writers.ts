/** Connections that change the tables all the time, each transaction numbered by soak.finish. */
import { Client } from 'pg';
import { waitFor } from '../../support/wait.js';
import type { Journal } from '../journal.js';
import type { Random } from '../random.js';
import { pickOperation } from './operations.js';

const STATEMENT_TIMEOUT_MS = 20_000;
const MAX_OPERATIONS = 4;
const DIGEST_SHARE = 0.4;
const THINK_MS = 60;

export class Writers {
  readonly #url: string;
  readonly #journal: Journal;
  readonly #loops: Promise<void>[] = [];
  #stopped = false;
  #paused = false;
  #busy = 0;

  constructor(url: string, journal: Journal) {
    this.#url = url;
    this.#journal = journal;
  }

  start(count: number, random: Random): void {
    for (let i = 0; i < count; i += 1) this.#loops.push(this.#loop(random.fork()));
  }

  /** Resolves when no transaction is open any more. */
  async pause(): Promise<void> {
    this.#paused = true;
    await waitFor(() => this.#busy === 0, { what: 'the writers to pause', timeoutMs: 60_000 });
  }

  resume(): void {
    this.#paused = false;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async #loop(random: Random): Promise<void> {
    let client: Client | undefined;
    while (!this.#stopped) {
      await pauseFor(random.next() * THINK_MS);
      if (this.#paused) continue;
      this.#busy += 1;
      try {
        client ??= await connect(this.#url);
        await this.#transaction(client, random);
      } catch (error) {
        this.#journal.count(`writer failed: ${codeOf(error)}`);
        if (!(await rolledBack(client))) {
          client?.end().catch(() => {});
          client = undefined;
          await pauseFor(100);
        }
      } finally {
        this.#busy -= 1;
      }
    }
    await client?.end().catch(() => {});
  }

  async #transaction(client: Client, random: Random): Promise<void> {
    const startMs = performance.now();
    await client.query('BEGIN');
    const operations = random.between(1, MAX_OPERATIONS);
    for (let i = 0; i < operations; i += 1) {
      const savepoint = random.chance(0.1);
      if (savepoint) await client.query('SAVEPOINT s');
      await this.#operate(client, random);
      if (savepoint) {
        await client.query('ROLLBACK TO SAVEPOINT s');
        this.#journal.count('op savepoint rolled back');
      }
    }
    if (random.chance(0.08)) {
      await client.query('ROLLBACK');
      this.#journal.count('op transaction rolled back');
      return;
    }
    await client.query('SELECT soak.finish($1)', [random.chance(DIGEST_SHARE)]);
    await client.query('COMMIT');
    this.#journal.count('transactions committed');
    this.#journal.measure('transaction, ms', performance.now() - startMs);
  }

  async #operate(client: Client, random: Random): Promise<void> {
    const operation = pickOperation(random);
    await operation.run(client, random);
    this.#journal.count(`op ${operation.name}`);
  }
}

async function connect(url: string): Promise<Client> {
  const options = {
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: STATEMENT_TIMEOUT_MS,
  };
  const client = new Client(options);
  client.on('error', () => {});
  await client.connect();
  await client.query(`SET lock_timeout = '5s'`);
  return client;
}

async function rolledBack(client: Client | undefined): Promise<boolean> {
  if (client === undefined) return false;
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message.slice(0, 60) : String(error);
}

export function pauseFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
