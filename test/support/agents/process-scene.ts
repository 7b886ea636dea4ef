/** A Lenkwerk of processes, over a store of any kind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect } from 'vitest';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { readPublished } from '../../../src/publishing/records/published.js';
import { type RunningCli, startCli } from '../cli/cli.js';
import { createDatabase, type TestDatabase, uniqueName } from '../servers/servers.js';
import { createPlace, type StorePlace } from '../store-contract/places.js';
import { waitFor } from '../wait.js';

/** What people are promised: a committed change is in the store within a second. */
const WITHIN_MS = 1_000;

export class ProcessScene {
  readonly folder: string;
  readonly sql: Client;
  readonly place: StorePlace;
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  readonly #database: TestDatabase;
  readonly #slot = uniqueName('slot');

  private constructor(parts: {
    readonly folder: string;
    readonly database: TestDatabase;
    readonly sql: Client;
    readonly place: StorePlace;
    readonly store: KeyValueStore;
  }) {
    this.folder = parts.folder;
    this.sql = parts.sql;
    this.place = parts.place;
    this.store = parts.store;
    this.keySpace = new KeySpace(parts.store.prefix);
    this.#database = parts.database;
  }

  /** A database after `init`, and an empty store of the type. */
  static async create(type: string): Promise<ProcessScene> {
    const folder = await mkdtemp(join(tmpdir(), 'whole-loop-'));
    const database = await createDatabase();
    const place = await createPlace(type);
    const [sql, store] = [await connected(database), await place.connect()];
    const scene = new ProcessScene({ folder, database, sql, place, store });
    await scene.succeed('init');
    return scene;
  }

  async drop(): Promise<void> {
    await this.store.close();
    await this.place.drop();
    await this.sql.end();
    await this.#database.drop();
    await rm(this.folder, { recursive: true });
  }

  start(...args: readonly string[]): RunningCli {
    const env = { DATABASE_URL: this.#database.url, HOME: this.folder };
    return startCli([...args, '--kv', this.place.url], { env, cwd: this.folder });
  }

  /** Runs a command to its end, and returns its output. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.start(...args).ended;
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    return stdout;
  }

  /** Resolves when it publishes. */
  async startAgent(...flags: readonly string[]): Promise<RunningCli> {
    const agent = this.start('agent', '--slot', this.#slot, '--log-level', 'debug', ...flags);
    await agent.waitForOutput('streaming');
    return agent;
  }

  /** Writes `cluster.yaml`, and returns its name. */
  async manifest(text: string): Promise<string> {
    await writeFile(join(this.folder, 'cluster.yaml'), text);
    return 'cluster.yaml';
  }

  /** Without the prefix of the store. */
  async published(): Promise<ReadonlyMap<string, string>> {
    const records = await readPublished(this.store, this.keySpace);
    const { prefix } = this.store;
    return new Map(records.map(({ key, value }) => [key.slice(prefix.length), value]));
  }

  /** Waits until these are published; undefined: is not there. */
  async untilPublished(expected: Published, timeoutMs?: number): Promise<void> {
    const isThere = async () => {
      const records = await this.published();
      return Object.entries(expected).every(([key, value]) => records.get(key) === value);
    };
    const what = `${JSON.stringify(expected)} to be published`;
    await waitFor(isThere, timeoutMs === undefined ? { what } : { timeoutMs, what });
  }

  /** A statement, and what has to be published for it in time. */
  async change(statement: string, expected: Published): Promise<void> {
    await this.sql.query(statement);
    await this.untilPublished(expected, WITHIN_MS);
  }
}

type Published = Readonly<Record<string, string | undefined>>;

/** The caller ends it. */
export async function connected({ url }: Pick<TestDatabase, 'url'>): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}
