/** The key-value stores that a throw-away Lenkwerk can have. */
import type { RedisKind } from './stores/redis.js';
import type { StartStoreOptions, StoreServer } from './stores/store-server.js';

/** A store that listens on the loopback address and ends with this process. */
export interface DevStore {
  /** Such as `etcd://127.0.0.1:port`, without a prefix. */
  readonly url: string;
  /** undefined: it is the PostgreSQL server itself. */
  readonly pid: number | undefined;
  /** Ends the server and removes everything. */
  stop(): Promise<void>;
}

export interface DevStoreKind {
  /** For people. */
  readonly title: string;
  /** Throws `environment`. undefined: the store is a database of the PostgreSQL server. */
  readonly start: ((options: StartStoreOptions) => Promise<DevStore>) | undefined;
}

/** By the type of the driver. */
export const DEV_STORES = {
  etcd: { title: 'etcd', start: startEtcdStore },
  postgres: { title: 'a store in PostgreSQL', start: undefined },
  redis: { title: 'Redis', start: (options) => startRedisStore('redis', options) },
  valkey: { title: 'Valkey', start: (options) => startRedisStore('valkey', options) },
  zookeeper: { title: 'ZooKeeper', start: startZookeeperStore },
} satisfies Readonly<Record<string, DevStoreKind>>;

export type DevStoreName = keyof typeof DEV_STORES;

/** True for the name of a store that can be started. */
export function isDevStoreName(name: string): name is DevStoreName {
  return Object.hasOwn(DEV_STORES, name);
}

async function startEtcdStore(options: StartStoreOptions): Promise<DevStore> {
  const { startEtcd } = await import('./stores/etcd.js');
  const etcd = await startEtcd(options);
  return devStore(etcd, etcd.endpoint.replace(/^http:/, 'etcd:'));
}

async function startZookeeperStore(options: StartStoreOptions): Promise<DevStore> {
  const { startZookeeper } = await import('./stores/zookeeper.js');
  const zookeeper = await startZookeeper(options);
  return devStore(zookeeper, `zookeeper://${zookeeper.endpoint}`);
}

async function startRedisStore(kind: RedisKind, options: StartStoreOptions): Promise<DevStore> {
  const { startRedis } = await import('./stores/redis.js');
  const redis = await startRedis({ ...options, kind });
  return devStore(redis, `${kind}://${redis.endpoint}`);
}

function devStore(server: StoreServer, url: string): DevStore {
  return { url, pid: server.pid, stop: () => server.stop() };
}
