import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, createCluster } from './cluster.js';

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
});
