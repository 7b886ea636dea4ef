import type { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnection } from '../../../../../src/postgres/connection.js';
import { readSnapshotTables } from '../../../../../src/publishing/source/read-tables.js';
import { type Cluster, createCluster } from '../../../../support/agents/agent-cluster.js';

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
  });
});

test.each([
  'DROP COLUMN note, ADD COLUMN note text',
  'DROP COLUMN note',
  'ALTER COLUMN note TYPE varchar(9)',
  'ALTER COLUMN note DROP DEFAULT, ALTER COLUMN note TYPE json USING to_json(note)',
])('nor is one of which a column was lost: %s', async (change) => {
  await snapshot.query('ROLLBACK');
  await cluster.sql.query(`ALTER TABLE storage.config ADD COLUMN note text DEFAULT 'x'`);
  await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await snapshot.query('SELECT 1');
  await cluster.sql.query(`ALTER TABLE storage.config ${change}`);
  await expect(readSnapshotTables(snapshot, cluster.keySpace)).rejects.toMatchObject({
    code: 'resync-required',
  });
});

test('a column that was added after the snapshot is not of it', async () => {
  await cluster.sql.query(`ALTER TABLE storage.config ADD COLUMN note text DEFAULT 'x'`);
  const { records } = await readSnapshotTables(snapshot, cluster.keySpace);
  expect([...records.values()]).toEqual([expect.not.stringContaining('note')]);
});

test('other changes after the snapshot do not matter', async () => {
  await cluster.sql.query(`UPDATE storage.config SET value = '2'`);
  const { records } = await readSnapshotTables(snapshot, cluster.keySpace);
  expect([...records.values()]).toEqual([expect.stringMatching(/"value":1}$/)]);
});
