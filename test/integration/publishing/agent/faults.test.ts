import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { expectConverged } from '../../../support/agents/config-changes.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

let cluster: Cluster;
let proxies: TcpProxy[];
beforeEach(async () => {
  proxies = [];
  cluster = await createCluster();
});
afterEach(async () => {
  await cluster.close();
  for (const proxy of proxies) await proxy.close();
});

async function proxyTo(url: string): Promise<TcpProxy> {
  const proxy = await TcpProxy.before(url);
  proxies.push(proxy);
  return proxy;
}

const change = (n: number) =>
  cluster.sql.query(
    `WITH moved AS (UPDATE storage.config SET key = 'k' || $1 WHERE key = 'k' || ($1 - 3))
     INSERT INTO storage.config (key, value) VALUES ('n' || $1, to_json($1))`,
    [n],
  );

test('a write whose reply was lost is recognised as its own', async () => {
  const proxy = await proxyTo(etcdEndpoint());
  const store = await connectTo([`http://127.0.0.1:${proxy.port}`]);
  try {
    const agent = await cluster.activeAgent({ store });
    for (let n = 0; n < 3; n += 1) {
      const before = await cluster.revision();
      proxy.lose('replies');
      await change(n);
      await waitFor(async () => (await cluster.revision()) > before, { what: 'the write' });
      proxy.cut();
      await expectConverged(cluster);
    }
    expect(agent.counters).toMatchObject({ fenced: 0, resyncs: 1, restarts: 0 });
    await agent.stop();
  } finally {
    await store.close();
  }
});

test('nothing is lost while the connection to the store is cut again and again', async () => {
  const proxy = await proxyTo(etcdEndpoint());
  const store = await connectTo([`http://127.0.0.1:${proxy.port}`]);
  try {
    const agent = await cluster.activeAgent({ store });
    for (let n = 0; n < 100; n += 1) {
      await change(n);
      if (n % 9 === 0) proxy.cut();
    }
    await expectConverged(cluster);
    expect(agent.counters).toMatchObject({ fenced: 0, resyncs: 1 });
    await agent.stop();
  } finally {
    await store.close();
  }
});

test('a store that is away while a table is emptied is waited for', async () => {
  await change(1);
  const proxy = await proxyTo(etcdEndpoint());
  const store = await connectTo([`http://127.0.0.1:${proxy.port}`]);
  try {
    const agent = await cluster.activeAgent({ store });
    proxy.lose('everything');
    const before = agent.counters.receivedLsn;
    await cluster.sql.query('TRUNCATE storage.config');
    await waitFor(() => agent.counters.receivedLsn !== before, { what: 'the TRUNCATE' });
    proxy.cut();
    await expectConverged(cluster);
    expect(agent.counters).toMatchObject({ restarts: 0, resyncs: 1, fenced: 0 });
    await agent.stop();
  } finally {
    await store.close();
  }
});

test('nothing is lost while the connection to the database is cut again and again', async () => {
  const proxy = await proxyTo(cluster.database.url);
  const settings = connectionSettings({ url: proxy.inFrontOf(cluster.database.url) }, {});
  const agent = await cluster.activeAgent({ database: postgresSource(settings) });
  for (let n = 0; n < 100; n += 1) {
    await change(n);
    if (n % 20 !== 0) continue;
    await waitFor(() => agent.counters.state === 'streaming', { what: 'a stream' });
    proxy.cut();
    const { restarts } = agent.counters;
    await waitFor(() => agent.counters.restarts > restarts, { what: 'a restart' });
  }
  await expectConverged(cluster);
  expect(agent.counters.resyncs).toBe(1);
  await agent.stop();
});

test('a table that left the publication and came back is read again', async () => {
  await (await cluster.activeAgent()).stop();
  await cluster.sql.query('ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.config');
  await change(1);
  await cluster.sql.query('ALTER PUBLICATION bagger_lw_storage ADD TABLE storage.config');
  const agent = await cluster.activeAgent();
  await expectConverged(cluster);
  expect(agent.counters).toMatchObject({ resyncs: 1, resyncKind: 'publication-changed' });
});

test('a table that leaves the publication under a running agent is read again', async () => {
  const agent = await cluster.activeAgent({ catalogIntervalMs: 100 });
  await change(1);
  await expectConverged(cluster);
  await cluster.sql.query('ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.config');
  await change(2);
  await cluster.sql.query('ALTER PUBLICATION bagger_lw_storage ADD TABLE storage.config');
  await waitFor(() => agent.counters.resyncs > 1, { what: 'the resync' });
  expect(agent.counters.resyncKind).toBe('publication-changed');
  await expectConverged(cluster);
});

test('a publication that was dropped is waited for, and everything read again', async () => {
  const agent = await cluster.activeAgent({ catalogIntervalMs: 100 });
  await cluster.sql.query('DROP PUBLICATION bagger_lw_storage');
  await change(1);
  await waitFor(() => agent.counters.restarts > 1, { what: 'restarts' });
  await cluster.sql.query(`CREATE PUBLICATION bagger_lw_storage FOR TABLE storage.config,
    storage.postgres_instance, storage.servermap, storage.dimension, storage.index,
    storage.index_field`);
  await expectConverged(cluster);
});

test('a database that was never set up is an error at once', async () => {
  await cluster.sql.query('DROP PUBLICATION bagger_lw_storage');
  await expect(cluster.startAgent().done).rejects.toMatchObject({
    code: 'database-not-initialised',
  });
});

test('an agent that is stopped in a resync leaves no slot behind', async () => {
  const blocker = cluster.sql;
  await blocker.query('BEGIN; CREATE TABLE public.open (n int)');
  const agent = cluster.startAgent();
  await waitFor(() => agent.counters.state === 'resync', { what: 'the resync' });
  await waitFor(async () => (await slots()).length > 0, { what: 'the slot being created' });
  await agent.stop();
  expect(await slots()).toEqual([]);
  await blocker.query('COMMIT');
});

test('an agent that loses the lock of its resync begins again', async () => {
  await change(1);
  const blocker = cluster.sql;
  await blocker.query('BEGIN; CREATE TABLE public.open (n int)');
  const agent = cluster.startAgent();
  await waitFor(async () => (await slots()).length > 0, { what: 'the slot being created' });
  await blocker.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'lenkwerk agent resync'`,
  );
  await waitFor(() => agent.counters.restarts > 0, { what: 'the next attempt' });
  await blocker.query('COMMIT');
  await expectConverged(cluster);
  expect(agent.counters).toMatchObject({ state: 'streaming', fenced: 0 });
});

async function slots(): Promise<unknown[]> {
  const { rows } = await cluster.sql.query(
    'SELECT 1 FROM pg_replication_slots WHERE slot_name = $1',
    [cluster.slot],
  );
  return rows;
}
