/** What can happen to a follower, its database and its store, and what it does about it. */
import { afterEach, expect, test } from 'vitest';
import { createNodeScene, type NodeScene } from '../../support/nodes/node-scene.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../support/servers/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { waitFor } from '../../support/wait.js';

let scene: NodeScene;
afterEach(() => scene.close());

function saveConfig(key: string, value: string): Promise<unknown> {
  return scene.cluster.sql.query(
    `INSERT INTO storage.config (key, value) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, value],
  );
}

/** Enough that their deletion is a large one. */
function saveMany(): Promise<unknown> {
  return scene.cluster.sql.query(
    `INSERT INTO storage.config (key, value) SELECT 'k' || n, '1' FROM generate_series(1, 30) AS n`,
  );
}

async function put(key: string, value: string): Promise<void> {
  const { store, keySpace } = scene.cluster;
  const whole = keySpace.prefix + key;
  const expected = await store.read(whole);
  await store.commit({
    puts: new Map(),
    deletes: new Set(),
    guard: { key: whole, expected, value },
  });
}

test('of two followers of one database one is active, and the other takes over', async () => {
  scene = await createNodeScene();
  await scene.cluster.activeAgent();
  const first = scene.startFollower();
  await waitFor(() => first.status.state === 'following', { what: 'the first' });
  const second = scene.startFollower();
  await waitFor(() => second.status.state === 'standby', { what: 'the second' });
  const [exitCode, stderr] = await scene.followOnce();
  expect([exitCode, stderr]).toEqual([6, expect.stringContaining('another follower')]);
  await first.stop();
  await saveConfig('a', '1');
  await scene.inStep();
  expect(second.status.state).toBe('following');
});

test('a store that is away is waited for', async () => {
  scene = await createNodeScene();
  await scene.cluster.activeAgent();
  const proxy = await TcpProxy.before(etcdEndpoint());
  const store = await connectTo([proxy.endpoint]);
  const { status, lines, stop } = scene.startFollower({ store });
  await waitFor(() => status.state === 'following', { what: 'the follower' });
  proxy.freeze();
  await waitFor(() => status.storeUp === false, { what: 'the notice', timeoutMs: 25_000 });
  await saveConfig('a', '1');
  proxy.heal();
  await scene.inStep();
  await waitFor(() => status.storeUp === true, { what: 'the store' });
  expect(lines).toContain('warn the store does not answer');
  await stop();
  await store.close();
  await proxy.close();
});

test('a foreign write is reported, not applied, and right again when an agent repairs it', async () => {
  scene = await createNodeScene();
  const { cluster } = scene;
  const agent = await cluster.activeAgent();
  await saveConfig('a', '1');
  await saveConfig('b', '1');
  const { status, lines } = scene.startFollower();
  await scene.inStep();
  const before = await scene.shown();
  await put('/Config/a', '{"id":1,"key":"a","value":666}');
  await waitFor(() => status.foreignWrites === 1, { what: 'the foreign write' });
  expect(await scene.shown()).toEqual(before);
  await saveConfig('b', '2');
  await scene.inStep();
  expect(lines).toContain('warn foreign write, which is not applied');
  await agent.stop();
  const healing = await cluster.activeAgent({ heal: true });
  await waitFor(() => healing.counters.repairs > 0, { what: 'the repair' });
  await scene.inStep();
});

test('a record that the tables do not take is named, and taken once they do', async () => {
  scene = await createNodeScene();
  const { cluster, sql } = scene;
  await cluster.activeAgent();
  await sql.query('ALTER TABLE storage.postgres_instance ADD CHECK (port < 6000)');
  const { status, lines } = scene.startFollower();
  await waitFor(() => status.state === 'following', { what: 'the follower' });
  const { writeId } = status.applied ?? {};
  await cluster.sql.query(`INSERT INTO storage.postgres_instance (host, port, username)
    SELECT 'h', 5990 + n, 'u' FROM generate_series(1, 20) AS n`);
  await waitFor(() => status.state === 'refused', { what: 'the refusal' });
  expect(status.refusal?.key).toBe(`${cluster.keySpace.prefix}/PostgresInstance/h/6000`);
  expect(status.refusal?.reason).toContain('violates check constraint');
  expect(status.applied?.writeId).toBe(writeId);
  expect(await scene.shown()).toEqual(new Map());
  await saveConfig('a', '1');
  await waitFor(() => status.refusals > 2, { what: 'another attempt' });
  expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
  await sql.query(
    'ALTER TABLE storage.postgres_instance DROP CONSTRAINT postgres_instance_port_check',
  );
  await scene.inStep();
  expect([status.state, status.refusal]).toEqual(['following', undefined]);
});

test('columns that only the records have are passed over, with one warning', async () => {
  scene = await createNodeScene();
  const { cluster } = scene;
  await cluster.sql.query('ALTER TABLE storage.config ADD note text');
  await cluster.activeAgent();
  const { lines } = scene.startFollower();
  await saveConfig('a', '1');
  await saveConfig('b', '1.10');
  const shown = () => scene.shown().then((records) => [...records.values()]);
  const wanted = ['{"id":1,"key":"a","value":1}', '{"id":2,"key":"b","value":1.10}'];
  await waitFor(async () => (await shown()).length === 2, { what: 'both' });
  expect(await shown()).toEqual(wanted);
  expect(lines.filter((line) => line.includes('a column that the table lacks'))).toHaveLength(1);
});

test('columns that only the tables have keep their values; a required one is a refusal', async () => {
  scene = await createNodeScene();
  const { cluster, sql } = scene;
  await cluster.activeAgent();
  await sql.query(`ALTER TABLE storage.config ADD note text DEFAULT 'n'`);
  const { status } = scene.startFollower();
  await saveConfig('a', '1');
  const notes = async () => (await sql.query('SELECT key, note FROM storage.config')).rows;
  await waitFor(async () => (await notes()).length === 1, { what: 'the row' });
  await sql.query(`UPDATE storage.config SET note = 'mine'`);
  await saveConfig('a', '2');
  const isSaved = async () => (await scene.shown()).get('/Config/a')?.includes('"value":2');
  await waitFor(isSaved, { what: 'the new value' });
  expect(await notes()).toEqual([{ key: 'a', note: 'mine' }]);
  await sql.query(`ALTER TABLE storage.config ADD needed int NOT NULL DEFAULT 0`);
  await sql.query(`ALTER TABLE storage.config ALTER needed DROP DEFAULT`);
  await saveConfig('b', '1');
  await waitFor(() => status.state === 'refused', { what: 'the refusal' });
  expect(status.refusal?.key).toBe(`${cluster.keySpace.prefix}/Config/b`);
});

test('rows that another program altered here are right again after a comparison', async () => {
  scene = await createNodeScene();
  const { cluster, sql } = scene;
  await cluster.activeAgent();
  await saveConfig('a', '1');
  await saveConfig('b', '1');
  const { status } = scene.startFollower();
  await scene.inStep();
  // The next change meets a row that should not be there.
  await sql.query(`INSERT INTO storage.dimension (id, ordinality, fieldname) VALUES (9, 9, '/x')`);
  await sql.query(`UPDATE storage.config SET value = '5' WHERE key = 'b'`);
  await cluster.sql.query(`INSERT INTO storage.dimension (ordinality, fieldname) VALUES (0, '/x')`);
  await scene.inStep();
  expect(status.refusals).toBe(0);
});

test('a large deletion at a comparison wants to be allowed', async () => {
  scene = await createNodeScene();
  const { cluster, sql } = scene;
  await cluster.activeAgent();
  await saveMany();
  await scene.followOnce();
  await cluster.sql.query('DELETE FROM storage.config');
  // The row does not show that the tables are an earlier state of this cluster.
  await sql.query(`UPDATE lenkwerk.follower SET cluster = gen_random_uuid()`);
  await cluster.barrier();
  const [exitCode, stderr] = await scene.followOnce();
  expect([exitCode, stderr]).toEqual([4, expect.stringContaining('delete 30 of 30 rows')]);
  expect((await scene.shown()).size).toBe(30);
  expect(await scene.followOnce('--allow-mass-delete')).toEqual([0, expect.stringContaining('')]);
  expect((await scene.shown()).size).toBe(0);
});

test('a large deletion of the same cluster needs no allowance', async () => {
  scene = await createNodeScene();
  const { cluster } = scene;
  await cluster.activeAgent();
  await saveMany();
  expect((await scene.followOnce())[0]).toBe(0);
  await cluster.sql.query('DELETE FROM storage.config');
  await cluster.barrier();
  expect((await scene.followOnce())[0]).toBe(0);
  expect((await scene.shown()).size).toBe(0);
});

test('where no agent has published, nothing is changed', async () => {
  scene = await createNodeScene();
  const [exitCode, stderr] = await scene.followOnce();
  expect([exitCode, stderr]).toEqual([7, expect.stringContaining('no agent has published')]);
  const { status } = scene.startFollower();
  await waitFor(() => status.state === 'incomplete', { what: 'the state' });
  await scene.cluster.activeAgent();
  await saveConfig('a', '1');
  await scene.inStep();
});
