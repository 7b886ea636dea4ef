/** Starts the servers that all integration tests share, and stops them in any case. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/dev/postgres.js';
import { startEtcd } from '../../src/dev/stores/etcd.js';
import { startRedis } from '../../src/dev/stores/redis.js';
import { startZookeeper } from '../../src/dev/stores/zookeeper.js';
import { LenkwerkError } from '../../src/model/errors.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `postgres://user@host:port`, without a database. */
    postgresUrl: string;
    etcdEndpoint: string;
    /** `127.0.0.1:port`; empty: see `missingServers`. */
    redisEndpoint: string;
    valkeyEndpoint: string;
    zookeeperEndpoint: string;
    /** By types of stores: why there is no server of this kind here. */
    missingServers: Readonly<Record<string, string>>;
  }
}

interface Server {
  stop(): Promise<void>;
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process;
  const servers: Server[] = [];
  const stop = async () => {
    for (const server of servers) await server.stop();
  };
  const needed = async <Started extends Server>(starting: Promise<Started>) => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  const missing: Record<string, string> = {};
  const wanted = async <Started extends Server>(type: string, starting: Promise<Started>) => {
    try {
      return await needed(starting);
    } catch (error) {
      if (!(error instanceof LenkwerkError) || error.code !== 'environment') throw error;
      missing[type] = error.message;
      return undefined;
    }
  };
  const starting = [
    needed(startPostgres({ env, fsync: false })),
    needed(startEtcd({ env })),
    wanted('redis', startRedis({ kind: 'redis', env })),
    wanted('valkey', startRedis({ kind: 'valkey', env })),
    wanted('zookeeper', startZookeeper({ env })),
  ] as const;
  // Each of them has started, or failed, before they are ended.
  await Promise.allSettled(starting);
  try {
    const [postgres, etcd, redis, valkey, zookeeper] = await Promise.all(starting);
    project.provide('postgresUrl', postgres.url('').replace(/\/$/, ''));
    project.provide('etcdEndpoint', etcd.endpoint);
    project.provide('redisEndpoint', redis?.endpoint ?? '');
    project.provide('valkeyEndpoint', valkey?.endpoint ?? '');
    project.provide('zookeeperEndpoint', zookeeper?.endpoint ?? '');
    project.provide('missingServers', missing);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
