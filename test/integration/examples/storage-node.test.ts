/** The storage node of the examples, beside an agent and a database that changes at random. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Client, escapeIdentifier } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TABLES } from '../../../src/model/resources.js';
import { type Cluster, createCluster } from '../../support/agents/agent-cluster.js';
import { createDatabase, etcdEndpoint, type TestDatabase } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const ROOT = new URL('../../../', import.meta.url);
const PROGRAM = fileURLToPath(new URL('examples/storage-node/storage-node.js', ROOT));
const ROUNDS = 60;

let cluster: Cluster;
let nodeDatabase: TestDatabase;
let nodeSql: Client;
let node: ChildProcess | undefined;

beforeEach(async () => {
  cluster = await createCluster();
  nodeDatabase = await createDatabase();
  nodeSql = new Client({ connectionString: nodeDatabase.url });
  await nodeSql.connect();
  for (const file of ['001-tables.sql', '002-functions.sql']) {
    await nodeSql.query(await readFile(new URL(`schema/${file}`, ROOT), 'utf8'));
  }
});

afterEach(async () => {
  await endNode('SIGKILL');
  await cluster.close();
  await nodeSql.end();
  await nodeDatabase.drop();
});

function startNode(): void {
  const { host } = new URL(etcdEndpoint());
  node = spawn(process.execPath, [PROGRAM], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: nodeDatabase.url,
      KVSTORE_URL: `etcd://${host}?prefix=${cluster.keySpace.prefix}`,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function endNode(signal: NodeJS.Signals): Promise<number | null> {
  if (node === undefined || node.exitCode !== null || node.signalCode !== null) return null;
  const ended = once(node, 'exit');
  node.kill(signal);
  const [code] = await ended;
  node = undefined;
  return code;
}

async function contents(client: Client): Promise<Record<string, readonly unknown[]>> {
  const found: Record<string, readonly unknown[]> = {};
  for (const table of TABLES) {
    const current = table === 'servermap' ? ' ORDER BY id DESC LIMIT 1' : ' ORDER BY id';
    const { rows } = await client.query(
      `SELECT t::text AS row FROM ONLY storage.${escapeIdentifier(table)} t ${current}`,
    );
    found[table] = rows;
  }
  return found;
}

async function waitForEquality(): Promise<void> {
  const recorded = await contents(cluster.sql);
  let seen: unknown;
  const check = async () => {
    seen = await contents(nodeSql);
    return JSON.stringify(seen) === JSON.stringify(recorded);
  };
  await waitFor(check, { what: 'the node to be in step' }).catch(() =>
    expect(seen).toEqual(recorded),
  );
}

/** Statements over few objects, so that they meet each other; `n` makes their values differ. */
const CHANGES: readonly ((n: number) => string)[] = [
  (n) => `INSERT INTO storage.config (key, value) VALUES ('a/${n % 4}', '{"n": ${n}.10}')
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  (n) => `DELETE FROM storage.config WHERE key = 'a/${n % 4}'`,
  (n) => `INSERT INTO storage.postgres_instance (host, port, username) VALUES ('h', ${n % 5}, 'u')
    ON CONFLICT (host, port) DO UPDATE SET status = ${n % 4}`,
  (n) => `DELETE FROM storage.postgres_instance WHERE port = ${n % 5}`,
  (n) => `UPDATE storage.postgres_instance SET port = (
    SELECT max(port) + 1 FROM storage.postgres_instance) WHERE port = ${n % 5}`,
  (n) => `INSERT INTO storage.servermap (server_map) VALUES ('{"n": ${n}}')`,
  () => `DELETE FROM storage.servermap WHERE id = (SELECT max(id) FROM storage.servermap)`,
  (n) => `INSERT INTO storage.dimension (ordinality, fieldname)
    SELECT coalesce(max(ordinality), -1) + 1, '/${n % 6}' FROM ONLY storage.dimension
    ON CONFLICT (fieldname) DO UPDATE SET valid_until = '2026-01-01'`,
  (n) => `DELETE FROM storage.dimension WHERE fieldname = '/${n % 6}'`,
  () => `UPDATE storage.dimension SET ordinality = 1000 - ordinality`,
  (n) => `INSERT INTO storage.index (indexname, access_method) VALUES ('i${n % 3}', 'gin')
    ON CONFLICT (indexname) DO UPDATE SET tablespc = 't${n}'`,
  (n) => `INSERT INTO storage.index_field (index_id, ordinality, expression)
    SELECT id, (SELECT coalesce(max(f.ordinality), 0) + 1 FROM ONLY storage.index_field f
      WHERE f.index_id = i.id), 'data' FROM ONLY storage.index i WHERE indexname = 'i${n % 3}'`,
  (n) => `DELETE FROM storage.index_field WHERE ordinality = ${(n % 3) + 1}`,
  (n) => `WITH gone AS (DELETE FROM storage.index_field f USING storage.index i
      WHERE f.index_id = i.id AND i.indexname = 'i${n % 3}')
    DELETE FROM storage.index WHERE indexname = 'i${n % 3}'
      AND NOT EXISTS (SELECT FROM storage.index_field f WHERE f.index_id = storage.index.id)`,
];

async function changeAtRandom(seed: number): Promise<void> {
  const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
  for (const [round, transaction] of fc.sample(picks, { numRuns: ROUNDS, seed }).entries()) {
    await cluster.sql.query('BEGIN');
    for (const pick of transaction) {
      const change = CHANGES[pick % CHANGES.length];
      await cluster.sql.query(change?.(round + pick) ?? '');
    }
    await cluster.sql.query('COMMIT');
  }
}

test('its tables equal those of Lenkwerk, also after it was killed and missed changes', async () => {
  await cluster.activeAgent();
  startNode();
  await changeAtRandom(1);
  await waitForEquality();
  await endNode('SIGKILL');
  await changeAtRandom(2);
  await cluster.sql.query('DELETE FROM storage.config');
  startNode();
  await waitForEquality();
  await changeAtRandom(3);
  await cluster.sql.query('TRUNCATE storage.index, storage.index_field, storage.servermap');
  await waitForEquality();
  const rows = Object.values(await contents(nodeSql)).flat();
  expect(rows.length).toBeGreaterThan(0);
  expect(await endNode('SIGTERM')).toBe(0);
});
