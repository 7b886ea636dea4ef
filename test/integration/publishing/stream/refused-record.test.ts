/** A store that takes less than an agent assumes: what fits is published, the rest is named. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { startEtcd } from '../../../../src/dev/stores/etcd.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import type {
  SourceDatabase,
  SourceSession,
} from '../../../../src/publishing/source/source-database.js';
import { TargetServer } from '../../../../src/publishing/targets/target-server.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { change, expectConverged } from '../../../support/agents/config-changes.js';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { createDatabase } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

const SLOW_MS = 2_500;
/** They run at once, each with an etcd of its own. */
const TIMEOUT_MS = 60_000;

/** An etcd of its own, and agents that publish to it. */
async function onEtcd({ onTestFinished }: TestContext, ...args: readonly string[]) {
  const etcd = await startEtcd({ env: process.env, args });
  const cluster = await createCluster(() => connectTo([etcd.endpoint]));
  onTestFinished(async () => {
    await cluster.close();
    await etcd.stop();
  });
  return { etcd, cluster };
}

async function record(cluster: Cluster, key: string, valueBytes: number): Promise<void> {
  await cluster.sql.query(
    `INSERT INTO storage.config (key, value) VALUES ($1, to_json(repeat('x', $2)))
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, valueBytes],
  );
}

const remove = (cluster: Cluster, key: string) =>
  cluster.sql.query('DELETE FROM storage.config WHERE key = $1', [key]);

test.concurrent('a record that etcd refuses is named, and passed over once its row is gone', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const { cluster } = await onEtcd(context);
  const agent = await cluster.activeAgent();
  const before = await cluster.checkpoint();
  await cluster.sql.query('BEGIN');
  await change(cluster, 1);
  await record(cluster, 'large', 1_600_000);
  await cluster.sql.query('COMMIT');
  await expect(agent.done).rejects.toMatchObject({
    code: 'store-rejected',
    key: `${cluster.keySpace.prefix}/Config/large`,
    message: expect.stringMatching(/refuses .*\/Config\/large, 1600\d\d\d bytes: .* too large/),
    hint: expect.stringContaining('--max-request-bytes'),
  });
  expect(agent.counters.hint).toContain('--max-request-bytes');
  // Nothing of the transaction is in the store.
  expect(await cluster.checkpoint()).toMatchObject({ part: undefined, witness: before?.witness });
  expect((await cluster.published()).has('/Config/c')).toBe(false);
  await remove(cluster, 'large');
  const next = await cluster.activeAgent();
  await expectConverged(cluster);
  expect(next.counters).toMatchObject({ resyncs: 1, resyncKind: 'refused', restarts: 1 });
});

test.concurrent('etcd takes more of a record that is alone than of many', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const { cluster } = await onEtcd(context);
  const agent = await cluster.activeAgent();
  await record(cluster, 'large', 1_400_000);
  await expectConverged(cluster);
  expect(agent.counters).toMatchObject({ resyncs: 1, restarts: 0 });
  const raised = await onEtcd(context, '--max-request-bytes=5000000');
  await raised.cluster.activeAgent();
  await record(raised.cluster, 'large', 4_000_000);
  await expectConverged(raised.cluster);
});

test.concurrent('what is too much for one commit is split as the store needs it', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const { cluster } = await onEtcd(context, '--max-request-bytes=100000', '--max-txn-ops=16');
  await cluster.sql.query(
    `INSERT INTO storage.config (key, value)
       SELECT 'k' || n, to_json(repeat('x', 2000)) FROM generate_series(1, 300) n`,
  );
  const agent = await cluster.activeAgent();
  await expectConverged(cluster);
  expect(cluster.store.limits.maxBytes).toBeLessThan(100_000);
  expect(cluster.store.limits.maxBytes).toBeGreaterThan(60_000);
  await cluster.sql.query(`UPDATE storage.config SET value = to_json(repeat('y', 2100))`);
  await record(cluster, 'nearly', 95_000);
  await expectConverged(cluster);
  expect(await cluster.checkpoint()).toMatchObject({ part: undefined, partOf: undefined });
  expect(agent.counters).toMatchObject({ resyncs: 1, restarts: 0, fenced: 0 });
});

test.concurrent('an agent of the command line waits for the record', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const { cluster, etcd } = await onEtcd(context);
  await cluster.initialise();
  await record(cluster, 'large', 1_600_000);
  const place = `etcd://${new URL(etcd.endpoint).host}?prefix=${cluster.keySpace.prefix}`;
  const stop = new AbortController();
  const server = new TargetServer({
    database: postgresSource(cluster.settings),
    logger: silentLogger,
    slot: cluster.slot,
    url: { text: place, source: 'private' },
    variables: {},
    secretsDir: undefined,
    project: undefined,
    names: ['default'],
  });
  const ended = server.run(stop.signal);
  const state = () => server.status()[0]?.state;
  await waitFor(() => state() === 'failed', { what: 'the refusal' });
  const at = ['--db', cluster.database.url, '--kv', place];
  const status = await lenkwerk(['status', ...at]);
  expect(status.stdout).toMatch(/default: the store refuses \S*\/Config\/large, 1600\d\d\d bytes/);
  const doctor = await lenkwerk(['doctor', ...at]);
  expect(doctor.stdout).toMatch(/target\.default\.records.*refuses \S*\/Config\/large/);
  expect(doctor.stdout).toContain('--max-request-bytes');
  await record(cluster, 'large', 1_000_000);
  await waitFor(() => state() === 'streaming', { what: 'a stream', timeoutMs: 45_000 });
  await expectConverged(cluster);
  expect(server.status()[0]?.counters).toMatchObject({ resyncs: 1, resyncKind: 'refused' });
  stop.abort();
  await ended;
});

test.concurrent('a key that PostgreSQL cannot index is named, beside others of its transaction', {
  timeout: TIMEOUT_MS,
}, async ({ onTestFinished }) => {
  const place = await createDatabase();
  const cluster = await createCluster(() => connectToPostgres(place.url));
  onTestFinished(async () => {
    await cluster.close();
    await place.drop();
  });
  const agent = await cluster.activeAgent();
  // Of what cannot be compressed the index of the table takes some bytes less than the key adds.
  const key = randomBytes(1_345).toString('hex').slice(0, 2_689);
  await cluster.sql.query('BEGIN');
  await change(cluster, 1);
  await record(cluster, key, 10);
  await record(cluster, 'other', 10);
  await cluster.sql.query('COMMIT');
  await expect(agent.done).rejects.toMatchObject({
    key: `${cluster.keySpace.prefix}/Config/${key}`,
    message: expect.stringContaining('index row'),
  });
  await remove(cluster, key);
  const next = await cluster.activeAgent();
  await expectConverged(cluster);
  expect(next.counters).toMatchObject({ resyncs: 1, resyncKind: 'refused' });
});

/** Reads the tables so slowly that another agent takes the slot meanwhile. */
function slowDatabase(cluster: Cluster): SourceDatabase {
  const { name, connect } = postgresSource(cluster.settings);
  return {
    name,
    connect: async (purpose) => {
      const session = await connect(purpose);
      const readTables = session.readTables.bind(session);
      const slowly: SourceSession['readTables'] = async (keySpace) => {
        await delay(SLOW_MS);
        return readTables(keySpace);
      };
      return Object.assign(session, { readTables: slowly });
    },
  };
}

test.concurrent('two agents that come upon it do not take the slot from one another', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const { cluster } = await onEtcd(context);
  const database = slowDatabase(cluster);
  const agents = [await cluster.activeAgent({ database }), cluster.startAgent({ database })];
  await cluster.sql.query('BEGIN');
  await record(cluster, 'large', 1_600_000);
  await cluster.sql.query('COMMIT');
  await remove(cluster, 'large');
  const resyncs = () => agents.reduce((sum, { counters }) => sum + counters.resyncs, 0);
  await waitFor(() => resyncs() === 2, { what: 'the resync', timeoutMs: 30_000 });
  await expectConverged(cluster);
  expect(resyncs()).toBe(2);
});
