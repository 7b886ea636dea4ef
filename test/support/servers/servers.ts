/** Databases and prefixes for integration tests, on servers that vitest starts once per run. */
import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  /** `postgres://user@127.0.0.1:port/name`, as superuser. */
  readonly url: string;
  readonly name: string;
  /** Ends every connection, drops every replication slot of the database, and the database. */
  drop(): Promise<void>;
}

/** An empty database on the shared server, whose wal_level is logical. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = uniqueName('test');
  await asSuperuser((client) =>
    client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`),
  );
  return { name, url: databaseUrl(name), drop: () => dropDatabase(name) };
}

/** `http://127.0.0.1:port` of the shared etcd: keep below a uniquePrefix(). */
export function etcdEndpoint(): string {
  return inject('etcdEndpoint');
}

/** A key prefix that no other test uses, like `/t4f2a09c1`. */
export function uniquePrefix(): string {
  return `/t${randomBytes(4).toString('hex')}`;
}

/** A name that no other test uses, fit for databases, slots, roles: `stem_4f2a09c1`. */
export function uniqueName(stem: string): string {
  return `${stem}_${randomBytes(4).toString('hex')}`;
}

/** The shared server's URL for a database that exists already, such as `postgres`. */
export function databaseUrl(name: string): string {
  return `${inject('postgresUrl')}/${name}`;
}

const DROP_SLOTS = `
  SELECT pg_catalog.pg_terminate_backend(active_pid, 5000),
    pg_catalog.pg_drop_replication_slot(slot_name)
  FROM pg_catalog.pg_replication_slots WHERE database = $1`;

async function dropDatabase(name: string): Promise<void> {
  await asSuperuser(async (client) => {
    await client.query(DROP_SLOTS, [name]);
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
  });
}

async function asSuperuser(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl('postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
