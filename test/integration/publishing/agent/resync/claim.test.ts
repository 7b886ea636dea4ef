/** The first write of an agent where the store has no checkpoint. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../../src/kvstore/store.js';
import { type Cluster, createCluster } from '../../../../support/agents/agent-cluster.js';
import { expectConverged, recordSome } from '../../../../support/agents/config-changes.js';
import { tamper } from '../../../../support/agents/tamper.js';
import { connectTo } from '../../../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../../../support/servers/servers.js';

const CHECKPOINT = '/Lenkwerk/default/Checkpoint';

let cluster: Cluster;
let store: KeyValueStore;

beforeEach(async () => {
  cluster = await createCluster();
  store = await connectTo([etcdEndpoint()]);
  await recordSome(cluster);
  const first = await cluster.activeAgent();
  await expectConverged(cluster);
  await first.stop();
});
afterEach(async () => {
  await cluster.close();
  await store.close();
});

/** Calls `before` when the next commit is sent, once. */
function beforeNextCommit(before: () => Promise<unknown>): void {
  const commit = store.commit.bind(store);
  store.commit = async (asked) => {
    store.commit = commit;
    await before();
    return await commit(asked);
  };
}

async function withoutCheckpoint(): Promise<void> {
  await tamper(cluster, { [CHECKPOINT]: undefined });
}

test('keeps nothing that was read before the store went back to a time without records', async () => {
  await withoutCheckpoint();
  const records = [...(await cluster.published()).keys()];
  expect(records.length).toBeGreaterThan(1);
  const none = Object.fromEntries(records.map((key) => [key, undefined]));
  beforeNextCommit(() => tamper(cluster, none));
  await cluster.activeAgent({ store });
  await expectConverged(cluster);
});

test('removes what came back with a store that had been empty', async () => {
  const records = [...(await cluster.published()).keys()];
  await tamper(cluster, Object.fromEntries(records.map((key) => [key, undefined])));
  await withoutCheckpoint();
  beforeNextCommit(() => tamper(cluster, { '/Config/former': '{}', '/Dimension/77': '{}' }));
  await cluster.activeAgent({ store });
  await expectConverged(cluster);
});
