/** The example of a program that follows a store, beside a database that changes at random. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client, escapeIdentifier } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TABLES } from '../../../src/model/resources.js';
import { type Cluster, createCluster } from '../../support/agents/agent-cluster.js';
import { changeAtRandom } from '../../support/nodes/random-changes.js';
import { createDatabase, etcdEndpoint, type TestDatabase } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const ROOT = new URL('../../../', import.meta.url);
const PROGRAM = fileURLToPath(new URL('examples/program/storage-node.js', ROOT));

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

test('its tables equal those of Lenkwerk, also after it was killed and missed changes', async () => {
  await cluster.activeAgent();
  startNode();
  await changeAtRandom(cluster.sql, 1);
  await waitForEquality();
  await endNode('SIGKILL');
  await changeAtRandom(cluster.sql, 2);
  await cluster.sql.query('DELETE FROM storage.config');
  startNode();
  await waitForEquality();
  await changeAtRandom(cluster.sql, 3);
  await cluster.sql.query('TRUNCATE storage.index, storage.index_field, storage.servermap');
  await waitForEquality();
  const rows = Object.values(await contents(nodeSql)).flat();
  expect(rows.length).toBeGreaterThan(0);
  expect(await endNode('SIGTERM')).toBe(0);
});
