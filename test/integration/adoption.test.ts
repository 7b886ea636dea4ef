/** Databases that other tools filled: exported without a difference, published without a loss. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../src/database/setup/init.js';
import { openConnection } from '../../src/postgres/connection.js';
import { Cluster } from '../support/agents/agent-cluster.js';
import { runCli } from '../support/cli/cli.js';
import { connectTo } from '../support/servers/etcd-store.js';
import { EXISTING_BAGGER } from '../support/servers/existing-bagger.js';
import { createDatabase, etcdEndpoint, type TestDatabase } from '../support/servers/servers.js';
import { waitFor } from '../support/wait.js';

describe('a database filled by the functions of the interface', () => {
  let folder: string;
  let database: TestDatabase;
  let sql: Client;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'adoption-'));
    database = await createDatabase();
    sql = new Client({ connectionString: database.url });
    await sql.connect();
  });

  afterEach(async () => {
    await sql.end();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  function lenkwerk(...args: readonly string[]) {
    return runCli(args, { env: { DATABASE_URL: database.url, HOME: folder }, cwd: folder });
  }

  test.each([false, true])('exports and plans empty (production: %s)', async (production) => {
    expect((await lenkwerk('init')).exitCode).toBe(0);
    await sql.query(`
      SELECT storage.register_pg_instance('host' || n, 5432, 'schaufel') FROM generate_series(1, 4) n;
      SELECT storage.register_pg_instance('host1', 5433, 'schaufel');
      SELECT storage.set_pg_instance_status(2, 3), storage.set_pg_instance_status(3, 1);
      SELECT storage.append_dimension('service', NULL, NULL, NULL);
      SELECT storage.append_dimension('/a/b', 'none', '2020-01-01', '2999-01-01');
      SELECT storage.insert_dimension(1, 'inside', 'x', NULL, NULL);
      SELECT storage.append_dimension('gone', NULL, NULL, NULL);
      SELECT storage.expire_dimension(4, '2021-01-01 05:00');
      SELECT storage.save_index('first', 'btree', NULL, NULL, NULL);
      SELECT storage.save_index('second', 'gin', 'fast', 'infinity', '2020-01-01');
      SELECT storage.save_index('former', 'hash', NULL, '2020-02-01', '2020-01-01');
      SELECT storage.append_index_field(1, $$(data->'user')->'id'$$, NULL, NULL);
      SELECT storage.append_index_field(1, $$((data->'user')->'age')::bigint$$, NULL, NULL);
      SELECT storage.insert_index_field(1, 0, $$lower(data->>'mail')$$, NULL, NULL);
      SELECT storage.append_index_field(2, $$data->'tags'$$, NULL, NULL);
      SELECT storage.append_index_field(3, $$data->'x'$$, NULL, NULL);
      SELECT storage.save_config('retain_hrs', '"48"'), storage.save_config('schaufel_threads', '"4"'),
             storage.save_config('production', '"${production ? 1 : 0}"'),
             storage.save_config('kafka_topic', '"events"'),
             storage.save_config('free', '{"exact": 1.10, "big": 12345678901234567890}'),
             storage.save_config('kvstore_config', '{"host": "127.0.0.1", "port": 2379}');
      SELECT storage.save_servermap('{"version": 1}');
      SELECT storage.save_servermap(('{"version":1,"host1_5432":{"schaufel":{"id":1,"host":"host1","port":5432},' ||
        '"copies":[{"id":1,"host":"host1","port":5432},{"id":2,"host":"host2","port":5432}]}}')::json)`);
    expect((await lenkwerk('export', '--out', 'exported.yaml')).exitCode).toBe(0);
    const plan = await lenkwerk('plan', 'exported.yaml', '--detailed-exitcode');
    expect(plan.stdout).toContain('No changes');
    expect(plan.exitCode).toBe(0);
    expect((await lenkwerk('apply', 'exported.yaml', '--auto-approve')).exitCode).toBe(0);
    const { rows } = await sql.query('SELECT count(*)::int AS applies FROM lenkwerk.apply_log');
    expect(rows).toEqual([{ applies: 0 }]);
  });
});

describe('a database of an existing Bagger', () => {
  test('after init deletes of dimensions, indexes and fields reach the store', async () => {
    const database = await createDatabase();
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    await sql.query(EXISTING_BAGGER);
    const store = await connectTo([etcdEndpoint()]);
    const cluster = new Cluster({ database, sql, store });
    try {
      const refused = sql.query('DELETE FROM storage.index_field');
      await expect(refused).rejects.toMatchObject({ code: '55000' });
      const client = await openConnection(cluster.settings, 'init');
      await initialise(client).finally(() => client.end());
      await cluster.activeAgent();
      const wanted = ['/Dimension/1', '/Index/1', '/Index/1/1'];
      const present = async () => {
        const published = await cluster.published();
        return wanted.filter((key) => published.has(key));
      };
      expect(await present()).toEqual(wanted);
      await sql.query('DELETE FROM storage.index_field; DELETE FROM storage.index');
      await sql.query('DELETE FROM storage.dimension');
      await waitFor(async () => (await present()).length === 0, { what: 'the deletes' });
      expect(await cluster.published()).toEqual(await cluster.recorded());
    } finally {
      await cluster.close();
    }
  });
});
