/** A table that gets other columns is read again at a position of the stream, on the same slot. */
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Cluster,
  createCluster,
  type RunningAgent,
} from '../../../support/agents/agent-cluster.js';
import { expectConverged } from '../../../support/agents/config-changes.js';
import { waitFor } from '../../../support/wait.js';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await createCluster();
  await cluster.initialise();
  await sql(`
    INSERT INTO storage.config (key, value) SELECT 'k' || n, '1' FROM generate_series(1, 20) n;
    INSERT INTO storage.servermap (server_map) VALUES ('{"n":1}'), ('{"n":2}')`);
});
afterEach(() => cluster.close());

const sql = (text: string) => cluster.sql.query(text);

/** Everything has arrived, after so many resyncs since the agent's start. */
async function expectNoResync(agent: RunningAgent, resyncs: number): Promise<void> {
  await expectConverged(cluster);
  expect(agent.counters).toMatchObject({ state: 'streaming', restarts: 0, fenced: 0, resyncs });
}

test('with its first change every record of it changes, in one revision', async () => {
  const agent = await cluster.activeAgent();
  const start = await cluster.revision();
  await sql('ALTER TABLE storage.config ADD COLUMN note text');
  await sql(`INSERT INTO storage.config (key, value, note) VALUES ('c', '2', 'new')`);
  await expectNoResync(agent, 1);
  expect(agent.counters.resyncs).toBe(1);
  expect((await cluster.published()).get('/Config/k1')).toContain('"note":null');
  const revisions = (await cluster.revisionsAfter(start)).filter(({ size }) => size > 0);
  expect(revisions.map(({ size }) => size)).toEqual([21]);
});

test('what changed while no agent ran is noticed at the start', async () => {
  const first = await cluster.activeAgent();
  await first.stop();
  await sql(`UPDATE storage.config SET value = '2' WHERE key = 'k1'`);
  await sql(`ALTER TABLE storage.config ADD COLUMN note text DEFAULT 'none'`);
  const second = await cluster.activeAgent();
  const isRead = async () => (await cluster.published()).get('/Config/k2')?.includes('"none"');
  await waitFor(isRead, { what: 'the new column' });
  await expectNoResync(second, 0);
  expect(second.counters.resyncs).toBe(0);
  await second.stop();
  const third = await cluster.activeAgent();
  await sql(`UPDATE storage.config SET value = '3' WHERE key = 'k1'`);
  await expectNoResync(third, 0);
  expect(third.counters).toMatchObject({ resyncs: 0, repairs: 0 });
});

test('is noticed without any change of the table', async () => {
  const agent = await cluster.activeAgent({ catalogIntervalMs: 100 });
  await sql(`ALTER TABLE storage.config ADD COLUMN note text DEFAULT 'none'`);
  const isRead = async () => (await cluster.published()).get('/Config/k2')?.includes('"none"');
  await waitFor(isRead, { what: 'the new column' });
  await sql(`UPDATE storage.config SET note = 'some' WHERE key = 'k1'`);
  await expectNoResync(agent, 1);
  expect(agent.counters).toMatchObject({ resyncs: 1, repairs: 1 });
});

test('a column that comes, goes and changes its type, between changes', async () => {
  const agent = await cluster.activeAgent();
  await sql(`UPDATE storage.config SET value = '2' WHERE key = 'k1'`);
  await sql('ALTER TABLE storage.config ADD COLUMN note text');
  await sql(`UPDATE storage.config SET value = '3' WHERE key = 'k1'`);
  await sql('ALTER TABLE storage.config DROP COLUMN note');
  await sql(`UPDATE storage.config SET value = '1' WHERE key = 'k1'`);
  await sql('ALTER TABLE storage.config ADD COLUMN note integer DEFAULT 7');
  await sql(`DELETE FROM storage.config WHERE key = 'k2'`);
  await sql('ALTER TABLE storage.config ALTER COLUMN note TYPE text');
  await sql(`UPDATE storage.config SET key = 'k2' WHERE key = 'k3'`);
  await expectNoResync(agent, 1);
  await sql('TRUNCATE storage.config');
  await sql(`INSERT INTO storage.config (key, value) VALUES ('k2', '9')`);
  await expectNoResync(agent, 1);
  expect(agent.counters.resyncs).toBe(1);
});

test('the servermap: its newest generation', async () => {
  const agent = await cluster.activeAgent();
  await sql('ALTER TABLE storage.servermap ADD COLUMN note text');
  await sql(`UPDATE storage.servermap SET note = 'kept' WHERE id = 1`);
  await expectNoResync(agent, 1);
  await sql('DELETE FROM storage.servermap WHERE id = 2');
  await expectNoResync(agent, 1);
  expect((await cluster.published()).get('/Servermap')).toContain('"kept"');
  expect(agent.counters.resyncs).toBe(1);
});

test('until it can be read nothing is shown, and an agent that takes over does the same', async () => {
  const first = await cluster.activeAgent();
  await cluster.barrier();
  const before = await cluster.checkpoint();
  const writer = new Client({ connectionString: cluster.database.url });
  await writer.connect();
  try {
    await writer.query('BEGIN; LOCK storage.dimension IN ROW EXCLUSIVE MODE');
    await sql('ALTER TABLE storage.config ADD COLUMN note text');
    await sql(`INSERT INTO storage.config (key, value) VALUES ('c', '2')`);
    await sql(`INSERT INTO storage.servermap (server_map) VALUES ('{"n":3}')`);
    const { receivedLsn } = first.counters;
    await waitFor(() => first.counters.receivedLsn >= receivedLsn, { what: 'the change' });
    await first.stop();
    expect(await cluster.checkpoint()).toMatchObject({ lsn: before?.lsn });
    const second = await cluster.activeAgent();
    await sql(`INSERT INTO storage.config (key, value) VALUES ('d', '2')`);
    await waitFor(() => second.counters.transactions > 0, { what: 'the stream' });
    expect(await cluster.checkpoint()).toMatchObject({ lsn: before?.lsn });
    await writer.query('COMMIT');
    await expectNoResync(second, 0);
    expect(second.counters.resyncs).toBe(0);
  } finally {
    await writer.end();
  }
});

test('more changes than one revision takes are applied in parts meanwhile', async () => {
  const agent = await cluster.activeAgent();
  const count = cluster.store.limits.maxChanges * 2;
  await sql('ALTER TABLE storage.servermap ADD COLUMN note text');
  await sql(`BEGIN;
    INSERT INTO storage.servermap (server_map) VALUES ('{"n":3}');
    INSERT INTO storage.config (key, value)
      SELECT 'n' || n, '"x"' FROM generate_series(1, ${count}) n;
    COMMIT`);
  await expectNoResync(agent, 1);
  expect((await cluster.published()).size).toBe(count + 21);
  expect((await cluster.checkpoint())?.part).toBeUndefined();
});
