/** The key-value stores that a throw-away Lenkwerk can have. */
import type { Environment } from '../runtime/settings.js';
import type { RedisKind } from './stores/redis.js';

/** A store that listens on the loopback address and ends with this process. */
export interface DevStore {
  /** Such as `etcd://127.0.0.1:port`, without a prefix. */
  readonly url: string;
  /** undefined: it is the PostgreSQL server itself. */
  readonly pid: number | undefined;
  /** Ends the server and removes everything. */
  stop(): Promise<void>;
}

interface StartStoreOptions {
  /** Where to look for the server; see findServer. */
  readonly env: Environment;
  /** The folder for the server's folder; undefined: the folder for temporary files. */
  readonly directory?: string | undefined;
  /** Aborts the start. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a description of each step. */
  readonly onStep?: ((what: string) => void) | undefined;
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
  const { startEtcd } = await import('./etcd.js');
  const etcd = await startEtcd(options);
  return {
    url: etcd.endpoint.replace(/^http:/, 'etcd:'),
    get pid() {
      return etcd.pid;
    },
    stop: () => etcd.stop(),
  };
}

async function startZookeeperStore(options: StartStoreOptions): Promise<DevStore> {
  const { startZookeeper } = await import('./stores/zookeeper.js');
  const zookeeper = await startZookeeper(options);
  return {
    url: `zookeeper://${zookeeper.endpoint}`,
    get pid() {
      return zookeeper.pid;
    },
    stop: () => zookeeper.stop(),
  };
}

async function startRedisStore(kind: RedisKind, options: StartStoreOptions): Promise<DevStore> {
  const { startRedis } = await import('./stores/redis.js');
  const redis = await startRedis({ ...options, kind });
  return {
    url: `${kind}://${redis.endpoint}`,
    get pid() {
      return redis.pid;
    },
    stop: () => redis.stop(),
  };
}
