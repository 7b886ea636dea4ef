/** Starts the servers that all integration tests share, and stops them in any case. */
import type { TestProject } from 'vitest/node';
import { startEtcd } from '../../src/dev/etcd.js';
import { startPostgres } from '../../src/dev/postgres.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `postgres://user@host:port`, without a database. */
    postgresUrl: string;
    etcdEndpoint: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process;
  const [postgres, etcd] = await Promise.allSettled([
    startPostgres({ env, fsync: false }),
    startEtcd({ env }),
  ]);
  const stop = async () => {
    for (const started of [postgres, etcd]) {
      if (started.status === 'fulfilled') await started.value.stop();
    }
  };
  if (postgres.status === 'rejected' || etcd.status === 'rejected') {
    await stop();
    const failures = [postgres, etcd].filter((started) => started.status === 'rejected');
    throw new AggregateError(
      failures.map(({ reason }) => reason),
      failures.map(({ reason }) => String(reason)).join('\n'),
    );
  }
  project.provide('postgresUrl', postgres.value.url('').replace(/\/$/, ''));
  project.provide('etcdEndpoint', etcd.value.endpoint);
  return stop;
}
