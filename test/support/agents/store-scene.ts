/** A cluster, and a store behind a proxy, for agents whose store does not answer. */
import type { TestContext } from 'vitest';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import type { LogFields, Logger } from '../../../src/runtime/logger.js';
import { connectTo } from '../servers/etcd-store.js';
import { connectToPostgres } from '../servers/postgres-store.js';
import { createDatabase, etcdEndpoint } from '../servers/servers.js';
import { TcpProxy } from '../tcp-proxy.js';
import { type Cluster, createCluster } from './agent-cluster.js';
import { recordSome } from './config-changes.js';

interface Line {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly fields: LogFields;
}

/** A cluster, and what stands between it and its store. */
class Scene {
  readonly cluster: Cluster;
  readonly proxy: TcpProxy;
  /** Through the proxy. */
  readonly store: KeyValueStore;
  /** Of the store itself. */
  readonly storeUrl: string;
  lines: Line[] = [];
  readonly logger: Logger = {
    debug: () => {},
    info: (message, fields = {}) => void this.lines.push({ level: 'info', message, fields }),
    warn: (message, fields = {}) => void this.lines.push({ level: 'warn', message, fields }),
    error: (message) => {
      throw new Error(message);
    },
  };

  constructor(parts: Pick<Scene, 'cluster' | 'proxy' | 'store' | 'storeUrl'>) {
    this.cluster = parts.cluster;
    this.proxy = parts.proxy;
    this.store = parts.store;
    this.storeUrl = parts.storeUrl;
  }

  get messages(): readonly string[] {
    return this.lines.map(({ level, message }) => `${level} ${message}`);
  }

  async isSlotRead(): Promise<boolean> {
    const { cluster } = this;
    const { rowCount } = await cluster.sql.query(
      'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active',
      [cluster.slot],
    );
    return rowCount === 1;
  }

  async close(): Promise<void> {
    this.proxy.heal();
    await this.cluster.close();
    await this.store.close();
    await this.proxy.close();
  }
}

export type Finish = TestContext['onTestFinished'];

type Connect = (url: string) => Promise<KeyValueStore>;

/** Closes the cluster when the test is over; `connect`: to the store at a URL. */
export async function sceneOf(
  cluster: Cluster,
  storeUrl: string,
  { connect, finish }: { readonly connect: Connect; readonly finish: Finish },
): Promise<Scene> {
  const proxy = await TcpProxy.before(storeUrl);
  const store = await connect(proxy.inFrontOf(storeUrl));
  const scene = new Scene({ cluster, proxy, store, storeUrl });
  finish(() => scene.close());
  await recordSome(cluster);
  return scene;
}

/** With a cluster on the shared server. */
export async function sceneAt(storeUrl: string, connect: Connect, finish: Finish): Promise<Scene> {
  return sceneOf(await createCluster(() => connect(storeUrl)), storeUrl, { connect, finish });
}

export const connectEtcd = (url: string) => connectTo([url]);

export const onEtcd = (finish: Finish, endpoint = etcdEndpoint()) =>
  sceneAt(endpoint, connectEtcd, finish);

export async function onPostgres(finish: Finish): Promise<Scene> {
  const { url } = await createDatabase();
  return sceneAt(url, connectToPostgres, finish);
}
