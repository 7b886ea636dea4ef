/** Row level security hides rows from a role: what it cannot read whole it does not read. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import { type Cluster, createCluster } from '../../support/agents/agent-cluster.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { etcdEndpoint, uniqueName } from '../../support/servers/servers.js';

let cluster: Cluster;
let role: string;
let url: string;
beforeEach(async () => {
  cluster = await createCluster();
  await cluster.initialise();
  role = uniqueName('reader');
  await cluster.sql.query(`
    INSERT INTO storage.config (key, value) VALUES ('a', '1'), ('b', '2');
    CREATE ROLE ${role} LOGIN REPLICATION;
    GRANT USAGE ON SCHEMA storage, lenkwerk TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA storage, lenkwerk TO ${role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA lenkwerk TO ${role}`);
  const named = new URL(cluster.database.url);
  named.username = role;
  url = named.href;
});
afterEach(async () => {
  await cluster.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await cluster.close();
});

test('export, plan and verify fail rather than show a part', async () => {
  const kv = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${cluster.keySpace.prefix}`;
  const verbs = [
    ['export'],
    ['verify', 'test/support/states/nothing.yaml', '--timeout', '2', '--kv', kv],
  ];
  expect((await lenkwerk(['export', '--db', url])).exitCode).toBe(0);
  await cluster.sql.query('ALTER TABLE storage.config ENABLE ROW LEVEL SECURITY');
  for (const args of verbs) {
    const { exitCode, stdout, stderr } = await lenkwerk([...args, '--db', url]);
    expect(stdout).toBe('');
    expect(stderr).toContain('row-level security policy for table "config"');
    expect(stderr).toContain('BYPASSRLS');
    expect(exitCode).toBe(1);
  }
});

test('a resync deletes nothing', async () => {
  const agent = await cluster.activeAgent();
  await cluster.barrier();
  const published = await cluster.published();
  await agent.stop();
  await cluster.dropSlot();
  await cluster.sql.query('ALTER TABLE storage.config ENABLE ROW LEVEL SECURITY');
  const database = postgresSource(connectionSettings({ url }, {}));
  const blind = cluster.startAgent({ database, allowMassDelete: true });
  await expect(blind.done).rejects.toMatchObject({ code: 'database-error' });
  expect(await cluster.published()).toEqual(published);
});
