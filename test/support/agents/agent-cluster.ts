/** A Lenkwerk database, a prefix in the shared etcd, and agents between them. */
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { initialise } from '../../../src/database/setup/init.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { DEFAULT_TARGET } from '../../../src/model/installation.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { runAgent } from '../../../src/publishing/agent/agent.js';
import {
  type AgentContext,
  agentSetup,
  type Knobs,
} from '../../../src/publishing/agent/context.js';
import type { AgentCounters } from '../../../src/publishing/agent/counters.js';
import { type Checkpoint, decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { readPublished } from '../../../src/publishing/records/published.js';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import { readPublishableTables } from '../../../src/publishing/source/read-tables.js';
import { silentLogger } from '../../../src/runtime/logger.js';
import { connectTo } from '../servers/etcd-store.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../servers/servers.js';
import { waitFor } from '../wait.js';

/** The part of an agent's context that a test chooses. */
type AgentChoices = Partial<
  Knobs & Pick<AgentContext, 'database' | 'logger'> & { readonly store: KeyValueStore }
>;

export interface RunningAgent {
  readonly counters: AgentCounters;
  /** Settles when the agent ended; rejects when it gave up. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

const SCHEMA = ['001-tables.sql', '003-publication.sql', '004-lenkwerk.sql', '006-agent-slot.sql'];

const BARRIER_INTERVAL_MS = 2_000;
const EMIT_BARRIER = `SELECT pg_logical_emit_message(true, 'lenkwerk/barrier', $1)`;

export class Cluster {
  readonly database: TestDatabase;
  readonly sql: Client;
  readonly store: KeyValueStore;
  /** Below the prefix of the store, if it has one. */
  readonly keySpace: KeySpace;
  readonly slot: string;
  readonly #agents: RunningAgent[] = [];

  /** `slot`: the one that came with a copy of another database. */
  constructor(parts: {
    readonly database: TestDatabase;
    readonly sql: Client;
    readonly store: KeyValueStore;
    readonly slot?: string;
  }) {
    this.slot = parts.slot ?? uniqueName('slot');
    this.database = parts.database;
    this.sql = parts.sql;
    this.store = parts.store;
    this.keySpace = new KeySpace(parts.store.prefix || uniquePrefix());
  }

  get settings() {
    return connectionSettings({ url: this.database.url }, {});
  }

  /** Adds what `lenkwerk init` creates beside the tables and the publication. */
  async initialise(): Promise<void> {
    const client = await openConnection(this.settings, 'init');
    await initialise(client).finally(() => client.end());
  }

  /** The server releases it shortly after its reader has disconnected. */
  async dropSlot(): Promise<void> {
    const drop = () =>
      this.sql.query(
        `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
          WHERE slot_name = $1 AND NOT active`,
        [this.slot],
      );
    await waitFor(async () => (await drop()).rowCount === 1, { what: 'a free slot' });
  }

  /** The context of an agent of the cluster. */
  context({ database, store, logger, ...knobs }: AgentChoices = {}) {
    const options = {
      database: database ?? postgresSource(this.settings),
      logger: logger ?? silentLogger,
      slot: this.slot,
      knobs: { statusIntervalMs: 100, ...knobs },
    };
    const setup = agentSetup(options, DEFAULT_TARGET, this.keySpace.prefix);
    return { ...setup, store: store ?? this.store };
  }

  startAgent(choices: AgentChoices = {}): RunningAgent {
    const controller = new AbortController();
    const { store, ...setup } = this.context(choices);
    const { counters } = setup;
    const done = runAgent(setup, {
      withStore: (work) => work(store),
      onFailed: () => 'give up',
      signal: controller.signal,
    });
    done.catch(() => {});
    const stop = async () => {
      controller.abort();
      await done.catch(() => {});
    };
    const agent = { counters, done, stop };
    this.#agents.push(agent);
    return agent;
  }

  /** An agent that has become the active one. */
  async activeAgent(choices: AgentChoices = {}): Promise<RunningAgent> {
    const agent = this.startAgent(choices);
    const ended = agent.done.then(() => {
      throw new Error('the agent ended');
    });
    ended.catch(() => {});
    const active = waitFor(() => agent.counters.state === 'streaming', { what: 'a stream' });
    await Promise.race([active, ended]);
    return agent;
  }

  async checkpoint(): Promise<Checkpoint | undefined> {
    const stored = await this.store.read(this.keySpace.checkpointKey('default'));
    return stored === undefined ? undefined : decodeCheckpoint(stored.value);
  }

  async published(): Promise<Map<string, string>> {
    const records = await readPublished(this.store, this.keySpace);
    const { length } = this.keySpace.prefix;
    return new Map(records.map(({ key, value }) => [key.slice(length), value]));
  }

  /** The revision of the checkpoint. */
  async revision(): Promise<bigint> {
    const stored = await this.store.read(this.keySpace.checkpointKey('default'));
    if (stored === undefined) throw new Error('there is no checkpoint');
    return stored.modRevision;
  }

  /** The changed records of every revision after `start` up to the checkpoint's, oldest first. */
  async revisionsAfter(start: bigint): Promise<ReadonlyMap<string, string | undefined>[]> {
    const end = await this.revision();
    const controller = new AbortController();
    const { prefix } = this.keySpace;
    const revisions = [];
    const watch = this.store.watch({ prefix, after: start, signal: controller.signal });
    for await (const event of watch) {
      if (event.kind === 'resync') throw new Error('the watch lost its place');
      const changes = event.changes
        .filter(({ key }) => this.keySpace.tableOfKey(key) !== undefined)
        .map(({ key, value }) => [key.slice(prefix.length), value] as const);
      revisions.push(new Map(changes));
      if (event.revision >= end) break;
    }
    controller.abort();
    return revisions;
  }

  /** The records of the present tables, which the store should hold. */
  async recorded(): Promise<Map<string, string>> {
    const client = await openConnection(this.settings, 'test');
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const { records } = await readPublishableTables(client, this.keySpace);
      const { length } = this.keySpace.prefix;
      return new Map([...records].map(([key, value]) => [key.slice(length), value]));
    } finally {
      await client.end();
    }
  }

  /**
   * Waits until the store holds what the tables do and the agent started last streams: a resync
   * shows in the store before it is counted.
   */
  async converged(timeoutMs = 15_000): Promise<void> {
    const isConverged = async () => {
      const [wanted, found] = [await this.recorded(), await this.published()];
      if (JSON.stringify([...wanted].sort()) !== JSON.stringify([...found].sort())) return false;
      return this.#agents.at(-1)?.counters.state === 'streaming';
    };
    await waitFor(isConverged, { what: 'the tables in the store', timeoutMs });
  }

  /**
   * Emits barriers until one is published (a resync skips those before its snapshot), and returns
   * the revision of that one.
   */
  async barrier(timeoutMs = 20_000): Promise<bigint> {
    const key = this.keySpace.checkpointKey('default');
    const nonces = new Set<string>();
    let emittedMs = 0;
    const check = async () => {
      if (performance.now() - emittedMs > BARRIER_INTERVAL_MS) {
        const nonce = uniqueName('nonce');
        nonces.add(nonce);
        emittedMs = performance.now();
        await this.sql.query(EMIT_BARRIER, [nonce]);
      }
      const stored = await this.store.read(key);
      const { barrier = '' } = decodeCheckpoint(stored?.value ?? '') ?? {};
      return nonces.has(barrier) ? stored?.modRevision : undefined;
    };
    return waitFor(check, { what: 'a barrier', timeoutMs });
  }

  async close(): Promise<void> {
    for (const agent of this.#agents) await agent.stop();
    await this.store.close();
    await this.sql.end();
    await this.database.drop();
  }
}

/** `connectStore`: another store than the shared etcd; `makeDatabase`: not on the shared server. */
export async function createCluster(
  connectStore: () => Promise<KeyValueStore> = connectSharedEtcd,
  makeDatabase: () => Promise<TestDatabase> = createDatabase,
): Promise<Cluster> {
  const database = await makeDatabase();
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  for (const file of SCHEMA) {
    await sql.query(await readFile(new URL(`../../../schema/${file}`, import.meta.url), 'utf8'));
  }
  return new Cluster({ database, sql, store: await connectStore() });
}

function connectSharedEtcd(): Promise<KeyValueStore> {
  return connectTo([etcdEndpoint()]);
}
