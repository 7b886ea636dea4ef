import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createDatabase, etcdEndpoint } from '../../support/servers/servers.js';

test('a test gets an empty database with logical decoding, and it vanishes on drop', async () => {
  const database = await createDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query('SHOW wal_level');
  expect(rows).toEqual([{ wal_level: 'logical' }]);
  await client.query("SELECT pg_create_logical_replication_slot('s_' || $1, 'pgoutput')", [
    database.name,
  ]);
  await client.end();
  await database.drop();
  await expect(new Client({ connectionString: database.url }).connect()).rejects.toMatchObject({
    code: '3D000',
  });
});

test('a test gets an etcd that has a leader', async () => {
  const response = await fetch(`${etcdEndpoint()}/health`);
  expect(await response.json()).toEqual({ health: 'true' });
});
