import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';

describe('the agent', () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await createCluster();
  });
  afterEach(() => cluster.close());

  test('publishes what was there, then every change', async () => {
    await cluster.sql.query(`
      INSERT INTO storage.config (key, value) VALUES ('bagger_db', '"logs"'), ('old', '1.10');
      INSERT INTO storage.postgres_instance (host, port, username) VALUES ('h1', 5432, 'schaufel');
    `);
    await cluster.activeAgent();
    expect(await cluster.published()).toEqual(
      new Map([
        ['/Config/bagger_db', '{"id":1,"key":"bagger_db","value":"logs"}'],
        ['/Config/old', '{"id":2,"key":"old","value":1.10}'],
        [
          '/PostgresInstance/h1/5432',
          '{"id":1,"host":"h1","port":5432,"username":"schaufel","status":0}',
        ],
      ]),
    );
    await cluster.sql.query(`
      UPDATE storage.config SET value = '12345678901234567890' WHERE key = 'bagger_db';
      DELETE FROM storage.config WHERE key = 'old';
      INSERT INTO storage.dimension (ordinality, fieldname) VALUES (0, '/a"ü');
    `);
    await cluster.barrier();
    const published = await cluster.published();
    expect(published.get('/Config/bagger_db')).toBe(
      '{"id":1,"key":"bagger_db","value":12345678901234567890}',
    );
    expect(published).toEqual(await cluster.recorded());
    expect(published.size).toBe(3);
  });

  /** Runs statements, each a transaction of its own, then compares store and tables. */
  async function follow(...statements: string[]): Promise<Map<string, string>> {
    for (const statement of statements) await cluster.sql.query(statement);
    await cluster.barrier();
    const published = await cluster.published();
    expect(published).toEqual(await cluster.recorded());
    return published;
  }

  test('moves a record whose primary key changes, in one revision', async () => {
    await cluster.sql.query(`
      INSERT INTO storage.config (key, value) VALUES ('from', '1');
      INSERT INTO storage.index (indexname, access_method) VALUES ('a', 'gin'), ('b', 'gin');
      INSERT INTO storage.index_field (index_id, ordinality, expression) VALUES (1, 0, 'x');`);
    await cluster.activeAgent();
    const start = await cluster.revision();
    await cluster.sql.query(`UPDATE storage.config SET key = 'to' WHERE key = 'from'`);
    await cluster.sql.query(`UPDATE storage.index_field SET index_id = 2`);
    const published = await follow();
    expect([...published.keys()].sort()).toEqual(
      ['/Config/to', '/Index/1', '/Index/2', '/Index/2/1'].sort(),
    );
    expect(await cluster.revisionsAfter(start)).toContainEqual(
      new Map([
        ['/Config/from', undefined],
        ['/Config/to', '{"id":1,"key":"to","value":1}'],
      ]),
    );
  });

  test('shows a transaction over several tables in one revision', async () => {
    await cluster.activeAgent();
    const start = await cluster.revision();
    await follow(`BEGIN;
      INSERT INTO storage.config (key, value) VALUES ('a', '1');
      INSERT INTO storage.postgres_instance (host, port, username) VALUES ('h', 1, 'u');
      INSERT INTO storage.dimension (ordinality, fieldname) VALUES (0, 'f');
      INSERT INTO storage.servermap (server_map) VALUES ('{"version": 1}');
      COMMIT`);
    const [first] = await cluster.revisionsAfter(start);
    expect([...(first?.keys() ?? [])].sort()).toEqual([
      '/Config/a',
      '/Dimension/1',
      '/PostgresInstance/h/1',
      '/Servermap',
    ]);
  });

  test('empties a truncated table, and keeps what the transaction puts back', async () => {
    await cluster.sql.query(`
      INSERT INTO storage.config (key, value) SELECT 'k' || n, '1' FROM generate_series(1, 50) n;
      INSERT INTO storage.index (indexname, access_method) VALUES ('a', 'gin');
      INSERT INTO storage.index_field (index_id, ordinality, expression) VALUES (1, 0, 'x');
      INSERT INTO storage.servermap (server_map) VALUES ('{"version": 1}');`);
    await cluster.activeAgent();
    const start = await cluster.revision();
    await cluster.sql.query(`BEGIN;
      INSERT INTO storage.config (key, value) VALUES ('before', '1');
      TRUNCATE storage.config;
      INSERT INTO storage.config (key, value) VALUES ('k7', '"again"'), ('after', '1');
      COMMIT`);
    const published = await follow();
    expect([...published.keys()].filter((key) => key.startsWith('/Config')).sort()).toEqual([
      '/Config/after',
      '/Config/k7',
    ]);
    expect((await cluster.revisionsAfter(start))[0]?.size).toBe(51);
    const empty = await follow('TRUNCATE storage.index CASCADE', 'TRUNCATE storage.servermap');
    expect([...empty.keys()].sort()).toEqual(['/Config/after', '/Config/k7']);
  });

  test('swaps two primary keys', async () => {
    await cluster.sql.query(
      `INSERT INTO storage.config (key, value) VALUES ('a', '1'), ('b', '2')`,
    );
    await cluster.activeAgent();
    const published = await follow(`BEGIN;
      UPDATE storage.config SET key = 'c' WHERE key = 'a';
      UPDATE storage.config SET key = 'a' WHERE key = 'b';
      UPDATE storage.config SET key = 'b' WHERE key = 'c';
      COMMIT`);
    expect(published.get('/Config/a')).toContain('"value":2');
  });

  test('swaps two primary keys that are checked at the end of the transaction', async () => {
    await cluster.sql.query(`
      ALTER TABLE storage.config DROP CONSTRAINT config_pkey,
        ADD PRIMARY KEY (key) DEFERRABLE INITIALLY DEFERRED;
      INSERT INTO storage.config (key, value) VALUES ('a', '1'), ('b', '2'), ('c', '3')`);
    await cluster.activeAgent();
    const published = await follow(`UPDATE storage.config
      SET key = CASE key WHEN 'a' THEN 'b' WHEN 'b' THEN 'c' ELSE 'a' END`);
    expect(published.size).toBe(3);
    await follow(`BEGIN;
      UPDATE storage.config SET key = 'a' WHERE key = 'b';
      UPDATE storage.config SET value = '9' WHERE value::text = '3';
      DELETE FROM storage.config WHERE value::text = '9';
      COMMIT`);
  });

  test('passes every value through as it is', async () => {
    const long = 'x'.repeat(100_000);
    await cluster.activeAgent();
    await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ($1, $2)`, [
      'toast',
      JSON.stringify({ random: Array.from({ length: 9000 }, (_, n) => `${Math.sin(n)}`) }),
    ]);
    const published = await follow(
      `INSERT INTO storage.config (key, value) VALUES
        ('number', '12345678901234567890'), ('exact', '1.10'), ('', '""'), ('a/b c', '[]'),
        ('nested', ' {"a" : [1, {"b": null}],\n "a": 2} '), ('ünï→𝄞', '"ünï→𝄞 \\u0001"'),
        ('quote"''\\', '"\\""'), ('long', '"${long}"')`,
      `INSERT INTO storage.dimension (ordinality, fieldname, default_val, valid_from)
        VALUES (0, 'f', NULL, '2026-11-23 10:00:00.123456')`,
      `UPDATE storage.config SET id = 77 WHERE key = 'toast'`,
    );
    expect(published.get('/Config/exact')).toBe('{"id":3,"key":"exact","value":1.10}');
    expect(published.get('/Config/nested')).toContain(
      '"value": {"a" : [1, {"b": null}],\n "a": 2} }',
    );
    expect(published.get('/Config/toast')).toMatch(/^\{"id":77,"key":"toast","value":\{"random"/);
    expect(published.get('/Dimension/1')).toBe(
      '{"valid_from":"2026-11-23 10:00:00.123456","valid_until":"infinity","id":1,' +
        '"ordinality":0,"default_val":null,"fieldname":"f"}',
    );
  });

  test('publishes values that json_populate_record takes', async () => {
    await cluster.activeAgent();
    const published = await follow(
      `INSERT INTO storage.config (key, value) VALUES ('k', '{"n": 1.10}')`,
      `INSERT INTO storage.postgres_instance (host, port, username) VALUES ('ü"', 1, 'u')`,
      `INSERT INTO storage.servermap (server_map) VALUES ('{"version": 1}')`,
      `INSERT INTO storage.index (indexname, access_method, valid_until)
         VALUES ('i', 'gin', '2026-11-23 10:00:00')`,
      `INSERT INTO storage.index_field (index_id, ordinality, expression) VALUES (1, 0, 'x')`,
      `INSERT INTO storage.dimension (ordinality, fieldname) VALUES (0, 'f')`,
    );
    const tables = new Map([
      ['/Config/k', 'config'],
      ['/PostgresInstance/ü"/1', 'postgres_instance'],
      ['/Servermap', 'servermap'],
      ['/Index/1', 'index'],
      ['/Index/1/1', 'index_field'],
      ['/Dimension/1', 'dimension'],
    ]);
    for (const [key, table] of tables) {
      const { rows } = await cluster.sql.query(
        `SELECT r::text = t::text AS same FROM storage.${table} t,
           json_populate_record(NULL::storage.${table}, $1) r`,
        [published.get(key)],
      );
      expect([table, rows]).toEqual([table, [{ same: true }]]);
    }
  });

  test('publishes the highest generation of the servermap, whatever happens to others', async () => {
    const add = (n: number) =>
      `INSERT INTO storage.servermap (id, server_map) VALUES (${n}, '{"version": 1, "n": ${n}}')`;
    await cluster.sql.query([1, 2, 3].map(add).join(';'));
    const agent = await cluster.activeAgent();
    await follow(`UPDATE storage.servermap SET server_map = '{"old": 1}' WHERE id = 2`);
    await follow('DELETE FROM storage.servermap WHERE id = 1');
    const back = await follow('DELETE FROM storage.servermap WHERE id = 3');
    expect(back.get('/Servermap')).toBe('{"id":2,"server_map":{"old": 1}}');
    await follow(add(5), 'UPDATE storage.servermap SET id = 1 WHERE id = 5');
    await follow('DELETE FROM storage.servermap');
    expect(agent.counters.resyncs).toBe(1);
    for (let n = 10; n < 40; n += 1) await cluster.sql.query(add(n));
    await follow('DELETE FROM storage.servermap WHERE id > 20');
    expect(agent.counters.resyncs).toBe(2);
  });

  test('knows the earlier generations of the servermap after a restart', async () => {
    await cluster.sql.query(
      `INSERT INTO storage.servermap (server_map) VALUES ('1'), ('2'), ('3')`,
    );
    await (await cluster.activeAgent()).stop();
    await cluster.sql.query(`INSERT INTO storage.servermap (server_map) VALUES ('4')`);
    const agent = await cluster.activeAgent();
    const published = await follow('DELETE FROM storage.servermap WHERE id > 2');
    expect(published.get('/Servermap')).toBe('{"id":2,"server_map":2}');
    await agent.stop();
    await cluster.sql.query('DELETE FROM storage.servermap WHERE id = 2');
    const next = await cluster.activeAgent();
    await follow();
    expect(next.counters.resyncs).toBe(1);
  });

  test('carries the nonce of a barrier at exactly its revision', async () => {
    await cluster.activeAgent();
    const start = await cluster.revision();
    await cluster.sql.query(`BEGIN;
      INSERT INTO storage.config (key, value) VALUES ('in', '1');
      SELECT pg_logical_emit_message(true, 'lenkwerk/barrier', 'one');
      COMMIT;`);
    await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('after', '1')`);
    await cluster.barrier();
    const revisions = await cluster.revisionsAfter(start);
    expect([...(revisions[0]?.keys() ?? [])]).toEqual(['/Config/in']);
    expect([...(revisions[1]?.keys() ?? [])]).toEqual(['/Config/after']);
  });
});
