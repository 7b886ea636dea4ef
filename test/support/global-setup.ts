/** Starts the servers that all integration tests share, and stops them in any case. */
import type { TestProject } from 'vitest/node';
import { startEtcd } from '../../src/dev/etcd.js';
import { startPostgres } from '../../src/dev/postgres.js';
import { startZookeeper, type ZookeeperServer } from '../../src/dev/zookeeper.js';
import { LenkwerkError } from '../../src/model/errors.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `postgres://user@host:port`, without a database. */
    postgresUrl: string;
    etcdEndpoint: string;
    /** `127.0.0.1:port`; empty: see `missingServers`. */
    zookeeperEndpoint: string;
    /** By types of stores: why there is no server of this kind here. */
    missingServers: Readonly<Record<string, string>>;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process;
  const [postgres, etcd, zookeeper] = await Promise.allSettled([
    startPostgres({ env, fsync: false }),
    startEtcd({ env }),
    startZookeeperOrExplain(),
  ]);
  const stop = async () => {
    for (const started of [postgres, etcd, zookeeper]) {
      const server = started.status === 'fulfilled' ? started.value : undefined;
      if (typeof server === 'object') await server.stop();
    }
  };
  const hasBoth = postgres.status === 'fulfilled' && etcd.status === 'fulfilled';
  if (!hasBoth || zookeeper.status === 'rejected') {
    await stop();
    const all = [postgres, etcd, zookeeper];
    const failures = all.filter((started) => started.status === 'rejected');
    throw new AggregateError(
      failures.map(({ reason }) => reason),
      failures.map(({ reason }) => String(reason)).join('\n'),
    );
  }
  project.provide('postgresUrl', postgres.value.url('').replace(/\/$/, ''));
  project.provide('etcdEndpoint', etcd.value.endpoint);
  const found = zookeeper.value;
  project.provide('zookeeperEndpoint', typeof found === 'string' ? '' : found.endpoint);
  project.provide('missingServers', typeof found === 'string' ? { zookeeper: found } : {});
  return stop;
}

/** ZooKeeper needs Java, which not every machine has; a reason is returned then. */
async function startZookeeperOrExplain(): Promise<ZookeeperServer | string> {
  try {
    return await startZookeeper({ env: process.env });
  } catch (error) {
    if (error instanceof LenkwerkError && error.code === 'environment') return error.message;
    throw error;
  }
}
