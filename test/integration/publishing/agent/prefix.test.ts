/** Whatever happens at the same time: a barrier's revision is exactly the tables at its commit. */
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TABLES } from '../../../../src/model/resources.js';
import { openConnection } from '../../../../src/postgres/connection.js';
import { decodeCheckpoint } from '../../../../src/publishing/records/checkpoint.js';
import { readPublished } from '../../../../src/publishing/records/published.js';
import { readPublishableTables } from '../../../../src/publishing/source/read-tables.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { createDatabase, type TestDatabase, uniqueName } from '../../../support/servers/servers.js';

const WRITERS = 3;
const ROUNDS = 15;

let cluster: Cluster;
let storeDatabase: TestDatabase;
beforeEach(async () => {
  storeDatabase = await createDatabase();
});
afterEach(async () => {
  await cluster.close();
  await storeDatabase.drop();
});

const STORES = [
  ['etcd', () => createCluster()],
  ['PostgreSQL', () => createCluster(() => connectToPostgres(storeDatabase.url))],
] as const;

/** Writes without a pause, several changes of several tables to a transaction. */
async function write(writer: number, ended: () => boolean): Promise<void> {
  const client = new Client({ connectionString: cluster.database.url });
  await client.connect();
  for (let n = 0; !ended(); n += 1) {
    const key = `w${writer}-${n % 7}`;
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO storage.config (key, value) VALUES ($1, to_json($2::int))
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [key, n],
    );
    await client.query(`DELETE FROM storage.config WHERE key = $1`, [`w${writer}-${(n + 3) % 7}`]);
    await client.query(`INSERT INTO storage.servermap (server_map) VALUES (to_json($1::int))`, [n]);
    await client.query('SAVEPOINT s');
    await client.query(`UPDATE storage.config SET key = key || 'x' WHERE key = $1`, [key]);
    if (n % 2 === 0) await client.query('ROLLBACK TO SAVEPOINT s');
    else await client.query(`DELETE FROM storage.config WHERE key = $1`, [`${key}x`]);
    await client.query(n % 5 === 0 ? 'ROLLBACK' : 'COMMIT');
  }
  await client.end();
}

/** Reads the tables in the transaction that carries the barrier. */
async function tablesAtBarrier(client: Client, nonce: string): Promise<Map<string, string>> {
  await client.query('BEGIN');
  const tables = TABLES.map((table) => `storage.${table}`).join(', ');
  await client.query(`LOCK TABLE ${tables} IN SHARE MODE`);
  const { records } = await readPublishableTables(client, cluster.keySpace);
  await client.query(`SELECT pg_logical_emit_message(true, 'lenkwerk/barrier', $1)`, [nonce]);
  await client.query('COMMIT');
  return new Map(records);
}

test.each(STORES)('%s at a barrier equals the tables at its commit', async (_, create) => {
  cluster = await create();
  await cluster.activeAgent();
  let ended = false;
  const writers = Array.from({ length: WRITERS }, (_, n) => write(n, () => ended));
  const client = await openConnection(cluster.settings, 'test');
  const key = cluster.keySpace.checkpointKey('default');
  for (let round = 0; round < ROUNDS; round += 1) {
    const nonce = uniqueName('nonce');
    const revision = revisionOf(nonce, key, await cluster.revision());
    const recorded = await tablesAtBarrier(client, nonce);
    const published = await readPublished(cluster.store, cluster.keySpace, await revision);
    expect(new Map(published.map((record) => [record.key, record.value]))).toEqual(recorded);
  }
  ended = true;
  await Promise.all(writers);
  await client.end();
});

/** The revision whose checkpoint carries the nonce; the next write would take it away. */
async function revisionOf(nonce: string, key: string, after: bigint): Promise<bigint> {
  const controller = new AbortController();
  const watch = cluster.store.watch({
    prefix: key,
    after,
    signal: controller.signal,
  });
  for await (const event of watch) {
    if (event.kind === 'resync') throw new Error('the watch lost its place');
    const { barrier } = decodeCheckpoint(event.changes[0]?.value ?? '') ?? {};
    if (barrier !== nonce) continue;
    controller.abort();
    return event.revision;
  }
  throw new Error('the watch ended');
}
