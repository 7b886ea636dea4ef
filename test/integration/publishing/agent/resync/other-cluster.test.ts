/** A database that is led to the store of another cluster. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cluster, createCluster } from '../../../../support/agents/agent-cluster.js';
import { expectConverged, recordSome } from '../../../../support/agents/config-changes.js';

let cluster: Cluster;
let other: Cluster;

beforeEach(async () => {
  cluster = await createCluster();
  other = await createCluster();
  await recordSome(cluster);
  await recordSome(other);
  await other.sql.query("UPDATE storage.config SET value = '2'");
  const agent = await cluster.activeAgent();
  await expectConverged(cluster);
  await agent.stop();
});
afterEach(async () => {
  await cluster.close();
  await other.close();
});

test('overwrites nothing there, whatever the number of deletes is, until a person allows it', async () => {
  const published = await cluster.published();
  Object.assign(other, { keySpace: cluster.keySpace });
  const refused = other.startAgent();
  await expect(refused.done).rejects.toMatchObject({
    code: 'mass-delete',
    message: expect.stringMatching(/^the store belongs to another cluster, [0-9a-f-]{36}; /),
  });
  expect(await cluster.published()).toEqual(published);
  const slots = await other.sql.query(
    'SELECT FROM pg_replication_slots WHERE database = current_database()',
  );
  expect(slots.rowCount).toBe(0);
  await other.activeAgent({ allowMassDelete: true });
  expect(await cluster.published()).toEqual(await other.recorded());
});
