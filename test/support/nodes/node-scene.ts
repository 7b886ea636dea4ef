/** A cluster with its agent, and the database of a storage node that follows it. */
import type { Client } from 'pg';
import { expect, onTestFinished } from 'vitest';
import { initialiseNode } from '../../../src/database/setup/node.js';
import { Follower } from '../../../src/following/loop/follower.js';
import { type FollowerStatus, newStatus } from '../../../src/following/status.js';
import { kvconnect } from '../../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import {
  type Acknowledgement,
  decodeAcknowledgement,
} from '../../../src/publishing/records/acknowledgement.js';
import type { Logger } from '../../../src/runtime/logger.js';
import { type Cluster, createCluster } from '../agents/agent-cluster.js';
import { type RunningCli, startCli } from '../cli/cli.js';
import { createDatabase, etcdEndpoint, type TestDatabase } from '../servers/servers.js';
import type { StorePlace } from '../store-contract/places.js';
import { waitFor } from '../wait.js';
import { readNodeRecords } from './node-records.js';

interface SceneOptions {
  /** What the node's database holds before `init --node`. */
  readonly existing?: string;
  readonly makeNode?: () => Promise<TestDatabase>;
  /** undefined: below a prefix of the shared etcd. */
  readonly place?: Pick<StorePlace, 'url' | 'connect'>;
}

interface FollowerOptions {
  readonly store?: KeyValueStore;
  readonly allowMassDelete?: boolean;
}

type Ended = readonly [exitCode: number | null, stderr: string];

/** A follower within the process of the test. */
interface RunningFollower {
  readonly status: FollowerStatus;
  /** `warn the store does not answer`. */
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
}

const LOOK_EVERY_MS = 100;
/** Of the node of a scene. */
const NODE_NAME = 'node_5432';

export class NodeScene {
  readonly cluster: Cluster;
  readonly database: TestDatabase;
  readonly sql: Client;
  /** With the prefix. */
  readonly storeUrl: string;

  constructor(parts: Pick<NodeScene, 'cluster' | 'database' | 'sql' | 'storeUrl'>) {
    this.cluster = parts.cluster;
    this.database = parts.database;
    this.sql = parts.sql;
    this.storeUrl = parts.storeUrl;
  }

  /** `lenkwerk follow` as a process, under NODE_NAME. */
  follow(...flags: readonly string[]): RunningCli {
    return this.#start('--name', NODE_NAME, ...flags);
  }

  /** Runs it with `--once`, and returns exit code and standard error. */
  followOnce(...flags: readonly string[]): Promise<Ended> {
    return endOf(this.follow('--once', ...flags));
  }

  /** The same without a name. */
  followOnceUnnamed(): Promise<Ended> {
    return endOf(this.#start('--once'));
  }

  #start(...flags: readonly string[]): RunningCli {
    return startCli(['follow', '--db', this.database.url, '--kv', this.storeUrl, ...flags]);
  }

  /** What the node acknowledged; undefined: nothing. */
  async acknowledged(name = NODE_NAME): Promise<Acknowledgement | undefined> {
    const store = await kvconnect({ url: this.storeUrl });
    try {
      const { byNode } = await store.acknowledgements('default');
      return decodeAcknowledgement(byNode.get(name) ?? '');
    } finally {
      await store.close();
    }
  }

  startFollower({ store, allowMassDelete = false }: FollowerOptions = {}): RunningFollower {
    const controller = new AbortController();
    const lines: string[] = [];
    const add = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
    const logger: Logger = {
      ...{ debug: () => {}, info: add('info'), warn: add('warn'), error: add('error') },
    };
    const status = newStatus(Date.now());
    const settings = connectionSettings({ url: this.database.url }, {});
    const follower = new Follower({
      ...{ keySpace: this.cluster.keySpace, target: 'default', logger, status, allowMassDelete },
      openDatabase: () => openConnection(settings, 'follow'),
      connectStore: async () => store ?? this.cluster.store,
      lookEveryMs: LOOK_EVERY_MS,
      reports: { identify: () => {}, applied: () => {}, refused: () => {} },
    });
    const ended = follower.run(controller.signal);
    const stop = async () => {
      controller.abort();
      await ended;
    };
    onTestFinished(stop);
    return { status, lines, stop };
  }

  /** What the node shows, without the prefix. */
  async shown(): Promise<Map<string, string>> {
    const { keySpace } = this.cluster;
    const records = await readNodeRecords(this.sql, keySpace);
    return new Map([...records].map(([key, text]) => [key.slice(keySpace.prefix.length), text]));
  }

  /** Waits until the node shows what the Lenkwerk tables hold. */
  async inStep(timeoutMs = 20_000): Promise<void> {
    const recorded = sorted(await this.cluster.recorded());
    const isShown = async () => {
      return JSON.stringify(sorted(await this.shown())) === JSON.stringify(recorded);
    };
    await waitFor(isShown, { what: 'the node to be in step', timeoutMs }).catch(async () => {
      expect(sorted(await this.shown())).toEqual(recorded);
    });
  }

  async close(): Promise<void> {
    await this.sql.end();
    await this.database.drop();
    await this.cluster.close();
  }
}

async function endOf({ ended }: RunningCli): Promise<Ended> {
  const { exitCode, stderr } = await ended;
  return [exitCode, stderr];
}

function sorted(records: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  return [...records].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Without an agent. */
export async function createNodeScene({
  existing = '',
  makeNode = createDatabase,
  place,
}: SceneOptions = {}): Promise<NodeScene> {
  const cluster = await createCluster(place?.connect);
  await cluster.store.prepareAcknowledgements('default');
  const database = await makeNode();
  const settings = connectionSettings({ url: database.url }, {});
  const sql = await openConnection(settings, 'test');
  await sql.query(existing);
  await initialiseNode(sql, { roles: false });
  const shared = etcdEndpoint().replace('http:', 'etcd:');
  const storeUrl = place?.url ?? `${shared}?prefix=${cluster.keySpace.prefix}`;
  return new NodeScene({ cluster, database, sql, storeUrl });
}
