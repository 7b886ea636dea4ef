import type { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnection } from '../../../src/lenkwerk/connection.js';
import { readSnapshotTables } from '../../../src/publishing/published-tables.js';
import { type Cluster, createCluster } from './cluster.js';

let cluster: Cluster;
let snapshot: Client;
beforeEach(async () => {
  cluster = await createCluster();
  await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('k', '1')`);
  snapshot = await openConnection(cluster.settings, 'test');
  await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await snapshot.query('SELECT 1');
});
afterEach(async () => {
  await snapshot.end();
  await cluster.close();
});

test('a table that was truncated after the snapshot is no state to publish', async () => {
  await cluster.sql.query('TRUNCATE storage.config');
  await expect(readSnapshotTables(snapshot, cluster.keySpace)).rejects.toMatchObject({
    code: 'resync-required',
    retryable: true,
  });
});

test('other changes after the snapshot do not matter', async () => {
  await cluster.sql.query(`UPDATE storage.config SET value = '2'`);
  const { records } = await readSnapshotTables(snapshot, cluster.keySpace);
  expect([...records.values()]).toEqual([expect.stringMatching(/"value":1}$/)]);
});
