/** The life of a storage node, from its first start on, beside a cluster that changes at random. */
import { afterEach, describe, expect, test } from 'vitest';
import { EXISTING_NODE } from '../../support/nodes/existing-node.js';
import { createNodeScene, type NodeScene } from '../../support/nodes/node-scene.js';
import { changeAtRandom } from '../../support/nodes/random-changes.js';
import { waitFor } from '../../support/wait.js';

let scene: NodeScene;
afterEach(() => scene.close());

describe.each([
  ['of init --node', ''],
  ["of Bagger's extension", EXISTING_NODE],
])('a node %s', (_, existing) => {
  test('catches up, follows, and misses nothing while it is down', async () => {
    scene = await createNodeScene({ existing });
    await scene.cluster.activeAgent();
    await changeAtRandom(scene.cluster.sql, 1, 40);
    const first = scene.follow();
    await scene.inStep();
    await changeAtRandom(scene.cluster.sql, 2, 40);
    await scene.inStep();
    first.kill('SIGKILL');
    await first.ended;
    await changeAtRandom(scene.cluster.sql, 3, 40);
    await scene.cluster.sql.query('DELETE FROM storage.config');
    const second = scene.follow();
    await scene.inStep();
    await changeAtRandom(scene.cluster.sql, 4, 40);
    await scene.cluster.sql.query('TRUNCATE storage.index, storage.index_field, storage.servermap');
    await scene.inStep();
    second.kill();
    expect((await second.ended).exitCode).toBe(0);
  });
});

describe('a node', () => {
  test('shows at every commit the tables as of the checkpoint that it names', async () => {
    scene = await createNodeScene();
    const { cluster, sql } = scene;
    await cluster.activeAgent();
    await sql.query(`
      CREATE TABLE public.observed (hosts int, statuses int);
      CREATE FUNCTION public.observe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.observed
        SELECT count(*), coalesce(sum(status), 0) FROM storage.postgres_instance;
        RETURN NULL; END $$;
      CREATE TRIGGER observe AFTER UPDATE ON lenkwerk.follower
        FOR EACH ROW EXECUTE FUNCTION public.observe()`);
    await scene.follow().waitForOutput('compared with everything');
    // Both are too large for one revision of the store.
    await cluster.sql.query(`INSERT INTO storage.postgres_instance (host, port, username)
      SELECT 'host' || n, 5432, 'u' FROM generate_series(1, 9000) AS n`);
    await scene.inStep();
    await cluster.sql.query(`UPDATE storage.postgres_instance SET status = 3`);
    await scene.inStep();
    const { rows } = await sql.query('SELECT DISTINCT * FROM public.observed ORDER BY 1, 2');
    expect(rows).toEqual([
      { hosts: 0, statuses: 0 },
      { hosts: 9000, statuses: 0 },
      { hosts: 9000, statuses: 27_000 },
    ]);
  });

  test('keeps older generations of the servermap, and no newer one', async () => {
    scene = await createNodeScene();
    const { cluster, sql } = scene;
    await cluster.activeAgent();
    scene.follow();
    for (const n of [1, 2, 3]) {
      await cluster.sql.query('INSERT INTO storage.servermap (server_map) VALUES ($1)', [
        `{"n": ${n}}`,
      ]);
      await scene.inStep();
    }
    await cluster.sql.query('DELETE FROM storage.servermap WHERE id = 3');
    await scene.inStep();
    const { rows } = await sql.query('SELECT id FROM storage.servermap ORDER BY id');
    expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('continues after its sessions were ended', async () => {
    scene = await createNodeScene();
    const { cluster, sql } = scene;
    await cluster.activeAgent();
    const follower = scene.startFollower();
    await scene.inStep();
    await waitFor(() => follower.status.state === 'following', { what: 'the follower' });
    await sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'lenkwerk follow' AND datname = current_database()`);
    await changeAtRandom(cluster.sql, 5, 20);
    await scene.inStep();
    expect(follower.status.failures).toBe(1);
  });

  test('saves many records at once without comparing each with each', async () => {
    scene = await createNodeScene();
    const { cluster } = scene;
    await cluster.activeAgent();
    const { status } = scene.startFollower();
    await scene.inStep();
    await cluster.sql.query(`INSERT INTO storage.postgres_instance (host, port, username)
      SELECT 'host' || n, 5432, 'u' FROM generate_series(1, 20000) AS n`);
    await cluster.sql.query(`UPDATE storage.postgres_instance SET host = host || 'x'`);
    await cluster.sql.query('DELETE FROM storage.postgres_instance WHERE id % 2 = 0');
    await scene.inStep(60_000);
    // A request of half a minute ends the session.
    expect(status.failures).toBe(0);
  }, 90_000);
});
