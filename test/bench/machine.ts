/** The properties of the machine that the figures of a run depend on. */
import { arch, cpus, platform } from 'node:os';
import { Client } from 'pg';
import type { PostgresServer } from '../../src/dev/postgres.js';
import type { EtcdServer } from '../../src/dev/stores/etcd.js';

export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly postgres: string;
  readonly etcd: string;
}

/** Asks the servers for their versions; throws when one does not answer. */
export async function describeMachine(servers: {
  readonly postgres: PostgresServer;
  readonly etcd: EtcdServer;
}): Promise<Machine> {
  const processors = cpus();
  return {
    system: `${platform()} ${arch()}`,
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    node: process.version,
    postgres: await postgresVersion(servers.postgres),
    etcd: await etcdVersion(servers.etcd),
  };
}

async function postgresVersion(server: PostgresServer): Promise<string> {
  const client = new Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}

async function etcdVersion({ endpoint }: EtcdServer): Promise<string> {
  const answer = await fetch(`${endpoint}/version`);
  const { etcdserver }: { readonly etcdserver: string } = JSON.parse(await answer.text());
  return etcdserver;
}
