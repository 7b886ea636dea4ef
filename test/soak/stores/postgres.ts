/** A store in a PostgreSQL of its own, apart from that of the Lenkwerk database. */
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import type { World } from '../world/world.js';
import { ServerNode } from './server-node.js';
import type { StoreNode, StoreServers } from './servers.js';
import type { StoreKind } from './store-kind.js';

const DATABASE = 'kv';
const OWNER = 'soak_store';

/** A program that writes past the functions of the store: the log does not have it. */
const PUT = `INSERT INTO lenkwerk_kv.current (key, value, mod_revision)
  SELECT $1, $2, p.revision FROM lenkwerk_kv.position AS p
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
const DELETE = 'DELETE FROM lenkwerk_kv.current WHERE key = $1';

/** What many commits prune. */
const PRUNE = `
  BEGIN;
  SELECT FROM lenkwerk_kv.position FOR UPDATE;
  UPDATE lenkwerk_kv.position SET pruned_until = greatest(pruned_until, revision - 1);
  DELETE FROM lenkwerk_kv.log AS l USING lenkwerk_kv.position AS p
   WHERE l.revision <= p.pruned_until;
  DELETE FROM lenkwerk_kv.revision AS r USING lenkwerk_kv.position AS p
   WHERE r.revision < p.pruned_until;
  COMMIT`;

class PostgresServers implements StoreServers {
  readonly type = 'postgres';
  readonly refusedBytes = 4_000_000;
  readonly nodes: readonly [ServerNode<PostgresServer>];
  readonly #prefix: string;

  constructor(node: ServerNode<PostgresServer>, prefix: string) {
    this.nodes = [node];
    this.#prefix = prefix;
  }

  url([port]: readonly number[]): string {
    return `postgres://${OWNER}@127.0.0.1:${port}/${DATABASE}?prefix=${this.#prefix}`;
  }

  async leader(): Promise<StoreNode> {
    return this.nodes[0];
  }

  async write(key: string, value: string | undefined): Promise<undefined> {
    if (value === undefined) await this.run(DELETE, [Buffer.from(key)]);
    else await this.run(PUT, [Buffer.from(key), Buffer.from(value)]);
  }

  forgetPast(): Promise<void> {
    return this.run(PRUNE);
  }

  /** Keys and values are in lists of bytea, which are sent as text. */
  onTheWire(text: string): string {
    return Buffer.from(text).toString('hex');
  }

  remove(): Promise<void> {
    return this.nodes[0].server.stop();
  }

  /** Runs a statement as the owner of the store. */
  async run(text: string, values?: readonly unknown[]): Promise<void> {
    const connectionString = this.url([this.nodes[0].port]).replace(/\?.*$/, '');
    const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    await client.connect();
    try {
      await client.query(text, values && [...values]);
    } finally {
      await client.end();
    }
  }
}

/** All but its own. */
const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE usename = current_user AND pid <> pg_backend_pid()`;

async function terminateSessions({ servers }: World): Promise<void> {
  if (!(servers instanceof PostgresServers)) throw new Error('the store is no PostgreSQL');
  await servers.run(TERMINATE);
}

export const postgres: StoreKind = {
  type: 'postgres',
  counts: ['one'],
  faults: [{ name: 'store sessions terminated', weight: 2, inflict: terminateSessions }],
  async start(_count, prefix) {
    // A small folder, which is copied while all wait.
    const settings = { max_wal_size: '128MB', min_wal_size: '32MB' };
    const server = await startPostgres({ env: process.env, fsync: false, settings });
    const client = new Client({ connectionString: server.url('postgres') });
    await client.connect();
    await client.query(`CREATE ROLE ${OWNER} LOGIN`);
    await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER} TEMPLATE template0`);
    const { rows } = await client.query<{ folder: string }>(
      `SELECT current_setting('data_directory') AS folder`,
    );
    await client.end();
    const node = new ServerNode(server, { port: server.port, data: rows[0]?.folder ?? '' });
    return new PostgresServers(node, prefix);
  },
};
