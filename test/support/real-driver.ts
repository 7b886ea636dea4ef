/** The scenarios of the simulation on a PostgreSQL of their own and a store that can go back. */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../src/dev/postgres.js';
import type { Action, WorldDriver } from '../sim/real/scenarios.js';
import { type Cluster, createCluster, type RunningAgent } from './agents/agent-cluster.js';
import { tamper } from './agents/tamper.js';
import { connectToPostgres } from './servers/postgres-store.js';
import { createDatabase, type TestDatabase } from './servers/servers.js';
import { waitFor } from './wait.js';

const run = promisify(execFile);
const SETTLE_MS = 40_000;
/** The tables of a store in PostgreSQL. */
const PARTS = ['position', 'current', 'revision', 'log'];

interface Parts {
  readonly cluster: Cluster;
  readonly postgres: PostgresServer;
  readonly storeDatabase: TestDatabase;
}

export class RealDriver implements WorldDriver {
  readonly #cluster: Cluster;
  readonly #postgres: PostgresServer;
  readonly #storeDatabase: TestDatabase;
  readonly #agents: RunningAgent[] = [];
  #writes = 0;
  #folder = '';
  readonly #acts: Readonly<Record<Action, () => Promise<unknown>>> = {
    start: async () => this.#agents.push(this.#cluster.startAgent({ allowMassDelete: true })),
    stop: async () => this.#agents.at(-1)?.stop(),
    settle: () => this.#settle(),
    write: () => this.#write(),
    'other-wal': () =>
      this.#sql(`CREATE TABLE public.filler AS
                 SELECT n, repeat('x', 200) FROM generate_series(1, 3000) n`),
    'add-generations': () =>
      this.#sql(`INSERT INTO storage.servermap (server_map) VALUES ('{"n": 1}'), ('{"n": 2}')`),
    'change-older': () =>
      this.#sql(`UPDATE storage.servermap SET server_map = '{"n": 7}'
                  WHERE id = (SELECT min(id) FROM storage.servermap)`),
    image: () => this.#image(),
    'put-back': () => this.#putBack(),
    'promote-image': () => this.#promoteImage(),
    'advance-slot': () => this.#advanceSlot(),
    'back-up': () =>
      this.#inStore(
        PARTS.map((part) => `CREATE TABLE public.${part} AS TABLE lenkwerk_kv.${part}`).join(';'),
      ),
    restore: () => this.#restore(),
    'delete-servermap': () => tamper(this.#cluster, { '/Servermap': undefined }),
  };

  private constructor({ cluster, postgres, storeDatabase }: Parts) {
    this.#cluster = cluster;
    this.#postgres = postgres;
    this.#storeDatabase = storeDatabase;
  }

  static async create(): Promise<RealDriver> {
    const postgres = await startPostgres({ env: process.env, fsync: false });
    const storeDatabase = await createDatabase();
    const name = 'postgres';
    const database = { name, url: postgres.url(name), drop: () => postgres.stop() };
    const connectStore = () => connectToPostgres(storeDatabase.url);
    const cluster = await createCluster(connectStore, async () => database);
    // The server goes away under it, now and then.
    cluster.sql.on('error', () => {});
    const { rows } = await cluster.sql.query<{ data_directory: string }>('SHOW data_directory');
    const driver = new RealDriver({ cluster, postgres, storeDatabase });
    driver.#folder = rows[0]?.data_directory ?? '';
    return driver;
  }

  get resyncs(): number {
    return this.#agents.reduce((sum, { counters }) => sum + counters.resyncs, 0);
  }

  async perform(action: Action): Promise<void> {
    await this.#acts[action]();
  }

  async close(): Promise<void> {
    await this.#cluster.close();
    await this.#storeDatabase.drop();
    await rm(`${this.#folder}.image`, { recursive: true, force: true });
  }

  /** On a session of its own: the server may have been away. */
  async #sql(text: string): Promise<void> {
    await inDatabase(this.#cluster.database.url, text);
  }

  async #inStore(text: string): Promise<void> {
    await inDatabase(this.#storeDatabase.url, text);
  }

  async #settle(): Promise<void> {
    const isSettled = async () => {
      if (this.#agents.at(-1)?.counters.state !== 'streaming') return false;
      const wanted = JSON.stringify([...(await this.#cluster.recorded())].sort());
      return wanted === JSON.stringify([...(await this.#cluster.published())].sort());
    };
    await waitFor(isSettled, { what: 'the tables in the store', timeoutMs: SETTLE_MS });
  }

  /** Another one each time, so that no two histories are alike. */
  async #write(): Promise<void> {
    this.#writes += 1;
    const n = this.#writes;
    await this.#sql(
      `BEGIN;
       INSERT INTO storage.config (key, value) SELECT 'w${n}-' || g, '${n}'
         FROM generate_series(1, 3) g;
       INSERT INTO storage.config (key, value) VALUES ('last', '${n}')
         ON CONFLICT (key) DO UPDATE SET value = excluded.value;
       DELETE FROM storage.config WHERE key = 'w${n - 1}-2';
       COMMIT`,
    );
  }

  async #image(): Promise<void> {
    await this.#postgres.shutDown('immediate');
    await run('cp', ['-a', this.#folder, `${this.#folder}.image`]);
    await this.#postgres.start();
  }

  async #replaceVolume(): Promise<void> {
    await this.#postgres.shutDown('immediate');
    await rm(this.#folder, { recursive: true });
    await run('cp', ['-a', `${this.#folder}.image`, this.#folder]);
  }

  async #putBack(): Promise<void> {
    await this.#replaceVolume();
    await this.#postgres.start();
  }

  async #promoteImage(): Promise<void> {
    await this.#replaceVolume();
    await writeFile(join(this.#folder, 'standby.signal'), '');
    await this.#postgres.start();
    await this.#sql('SELECT pg_promote()');
  }

  async #advanceSlot(): Promise<void> {
    const { slot } = this.#cluster;
    const advance = `SELECT pg_replication_slot_advance('${slot}', pg_current_wal_lsn())`;
    await waitFor(() => this.#sql(advance).then(() => true), { what: 'a free slot' });
  }

  async #restore(): Promise<void> {
    const statements = PARTS.map(
      (part) =>
        `DELETE FROM lenkwerk_kv.${part}; INSERT INTO lenkwerk_kv.${part} TABLE public.${part}`,
    );
    await this.#inStore(`BEGIN; ${statements.join(';')}; NOTIFY lenkwerk_kv; COMMIT`);
  }
}

async function inDatabase(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}
