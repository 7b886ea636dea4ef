/** A database under load, a store, two agents between them, and everything to look at them. */

import { Client } from 'pg';
import type { PostgresServer } from '../../../src/dev/postgres.js';
import { kvconnect } from '../../../src/kvstore/connect.js';
import { driverOfType } from '../../../src/kvstore/drivers.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { codeOf } from '../../../src/postgres/errors.js';
import { type Checkpoint, decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { waitFor } from '../../support/wait.js';
import type { Journal } from '../journal.js';
import type { Random } from '../random.js';
import type { StoreNode, StoreServers } from '../stores/servers.js';
import { pauseFor, Writers } from '../writing/writers.js';
import type { AgentProcess, AgentTarget } from './agent-process.js';
import { Commands } from './commands.js';
import { Observer } from './observer.js';

const DEADLOCK = '40P01';
/** How long a read is asked again. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 100;

/** What is read of a store. */
type StoreReads = Pick<KeyValueStore, 'read' | 'readRange'>;

interface Parts {
  readonly prefix: string;
  readonly target: AgentTarget;
  readonly postgres: PostgresServer;
  readonly servers: StoreServers;
  readonly agents: readonly AgentProcess[];
  readonly journal: Journal;
  readonly random: Random;
}

export class World {
  /** Without proxies between. */
  readonly target: AgentTarget;
  readonly postgres: PostgresServer;
  /** Of the store. */
  readonly servers: StoreServers;
  readonly agents: readonly AgentProcess[];
  readonly journal: Journal;
  /** Of the present fault, so that what one draws does not change which the next ones are. */
  random: Random;
  readonly writers: Writers;
  readonly commands: Commands;
  readonly observer: Observer;
  readonly keySpace: KeySpace;
  /** Revisions that no agent wrote. */
  readonly ours = new Set<bigint>();
  /** Slots whose position was falsified by a fault; see the check of P5. */
  readonly distrusted = new Set<string>();
  #store: KeyValueStore | undefined;

  constructor(parts: Parts) {
    this.target = parts.target;
    this.postgres = parts.postgres;
    this.servers = parts.servers;
    this.agents = parts.agents;
    this.journal = parts.journal;
    this.random = parts.random;
    this.keySpace = new KeySpace(parts.prefix);
    this.writers = new Writers(this.url, this.journal);
    this.commands = new Commands(this.url);
    this.observer = new Observer(this.keySpace, this.journal);
  }

  get url(): string {
    return this.postgres.url(this.target.database);
  }

  get slot(): string {
    return this.target.slot;
  }

  get node(): StoreNode {
    const [node] = this.servers.nodes;
    if (node === undefined) throw new Error('there is no store');
    return node;
  }

  /** The store without faults between. */
  get store(): StoreReads {
    if (this.#store === undefined) throw new Error('not observing');
    return patientReads(this.#store);
  }

  async observe(): Promise<void> {
    this.#store = await kvconnect({ url: this.kv });
    this.observer.start(this.#store);
  }

  async stopObserving(): Promise<void> {
    await this.observer.stop();
    await this.#store?.close();
    this.#store = undefined;
  }

  async sql<Row extends Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    await client.connect();
    try {
      const { rows } = await client.query<Row>(text, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Sets a parameter of the server for all sessions; undefined: to its default. */
  async configure(name: string, value: string | undefined): Promise<void> {
    await this.sql(`ALTER SYSTEM SET ${name} = ${value === undefined ? 'DEFAULT' : `'${value}'`}`);
    await this.sql('SELECT pg_reload_conf()');
  }

  /** Commits a generation, with a change before it; others write as well, in another order. */
  async commitGeneration(change = ''): Promise<void> {
    const commit = () =>
      this.sql(`${change}; SELECT soak.finish(true)`).then(
        () => true,
        (error: unknown) => {
          if (codeOf(error) !== DEADLOCK) throw error;
          return false;
        },
      );
    await waitFor(commit, { what: 'a commit without a deadlock' });
  }

  async checkpoint(): Promise<Checkpoint | undefined> {
    const stored = await this.store.read(this.keySpace.checkpointKey('default'));
    return stored === undefined ? undefined : decodeCheckpoint(stored.value);
  }

  /** The agent whose connection streams from the slot now. */
  async active(): Promise<AgentProcess | undefined> {
    const [row] = await this.sql<{ client_port: number }>(
      `SELECT a.client_port FROM pg_replication_slots AS s
         JOIN pg_stat_replication AS a ON a.pid = s.active_pid
        WHERE s.slot_name = $1 AND a.state IN ('catchup', 'streaming')`,
      [this.slot],
    );
    if (row === undefined) return undefined;
    return this.agents.find(({ postgres }) => postgres.owns(row.client_port));
  }

  waitForActive(timeoutMs = 30_000): Promise<AgentProcess> {
    return waitFor(() => this.active(), { what: 'an active agent', timeoutMs });
  }

  /** Ends what the network does to the agents, and waits until one is active. */
  healthy(): Promise<AgentProcess> {
    for (const agent of this.agents) agent.heal();
    return this.waitForActive();
  }

  other(agent: AgentProcess): AgentProcess {
    const other = this.agents.find((candidate) => candidate !== agent);
    if (other === undefined) throw new Error('there is one agent only');
    return other;
  }

  /** Writes to the store behind the agents' back. `undefined` deletes the key. */
  async meddle(key: string, value: string | undefined): Promise<void> {
    const { foreignWrites } = driverOfType(this.servers.type).guarantees;
    if (foreignWrites !== 'in-order') this.observer.expectForeign(key);
    const revision = await this.servers.write(key, value);
    if (revision !== undefined) this.ours.add(revision);
  }

  /** From now on a slot of the checkpoint's generation may be ahead of the store. */
  async distrustSlot(): Promise<void> {
    const stored = await this.store.read(this.keySpace.checkpointKey('default'));
    this.distrustSlotOf(stored?.value);
  }

  distrustSlotOf(checkpoint: string | undefined): void {
    const generation = decodeCheckpoint(checkpoint ?? '')?.activation;
    if (generation !== undefined) this.distrusted.add(generation);
  }

  /** `--kv` for commands that look at the store without faults between. */
  get kv(): string {
    return this.servers.url(this.servers.nodes.map(({ port }) => port));
  }

  async remove(): Promise<void> {
    await this.writers.stop();
    await this.stopObserving();
    for (const agent of this.agents) await agent.remove();
    await this.servers.remove();
    await this.postgres.stop();
  }
}

/**
 * Reads that are asked again while their error may pass: that of a connection to a server which is
 * no primary any more, for example.
 */
function patientReads(store: KeyValueStore): StoreReads {
  return {
    read: (key) => patiently(() => store.read(key)),
    readRange: (...wanted) => patiently(() => store.readRange(...wanted)),
  };
}

async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const mayPass = error instanceof LenkwerkError && error.retryable;
      if (!mayPass || performance.now() > endMs) throw error;
    }
    await pauseFor(PAUSE_MS);
  }
}
