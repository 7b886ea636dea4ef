/** A key whose uniqueness is checked at the commit: two rows hold it for a moment. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { expectConverged, recordSome } from '../../../support/agents/config-changes.js';

const DEFERRABLE = `ALTER TABLE storage.config DROP CONSTRAINT config_pkey,
  ADD PRIMARY KEY (key) DEFERRABLE INITIALLY DEFERRED`;
const IMMEDIATE = 'ALTER TABLE storage.config DROP CONSTRAINT config_pkey, ADD PRIMARY KEY (key)';
/** The first row takes the key of the second one before that one has let it go. */
const SWAP = `UPDATE storage.config SET key = CASE key WHEN 'k1' THEN 'k2' ELSE 'k1' END
  WHERE key IN ('k1', 'k2')`;

let cluster: Cluster;
beforeEach(async () => {
  cluster = await createCluster();
  await recordSome(cluster);
});
afterEach(() => cluster.close());

test('a swap right after a key became deferrable is published within seconds', async () => {
  const agent = await cluster.activeAgent({ catalogIntervalMs: 300 });
  await cluster.sql.query(DEFERRABLE);
  await cluster.sql.query(SWAP);
  await cluster.barrier();
  await cluster.converged();
  await cluster.sql.query(SWAP);
  await expectConverged(cluster);
  expect(agent.counters.resyncs).toBe(1);
});

test('a swap between two looks, and immediate again', async () => {
  await cluster.activeAgent({ catalogIntervalMs: 300 });
  await cluster.sql.query(DEFERRABLE);
  await cluster.sql.query(SWAP);
  await cluster.sql.query(IMMEDIATE);
  await cluster.barrier();
  await cluster.converged();
});

test('a swap while no agent ran, and immediate again', async () => {
  await (await cluster.activeAgent()).stop();
  await cluster.sql.query(DEFERRABLE);
  await cluster.sql.query(SWAP);
  await cluster.sql.query(IMMEDIATE);
  const agent = await cluster.activeAgent();
  await cluster.converged();
  expect(agent.counters.resyncs).toBe(0);
});

test('another repair before the look does not hide it', async () => {
  const { keySpace, sql, store } = cluster;
  await cluster.activeAgent({ catalogIntervalMs: 1_500, heal: true });
  await cluster.barrier();
  await sql.query(DEFERRABLE);
  await store.kvwrite(`${keySpace.prefix}/Config/k5`, 'foreign');
  await cluster.converged();
  await sql.query(SWAP);
  await cluster.barrier();
  await cluster.converged();
});
