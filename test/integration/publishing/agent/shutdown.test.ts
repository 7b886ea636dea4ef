/** PostgreSQL shuts down when the readers of its log have read it all, or are gone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PostgresServer } from '../../../../src/dev/postgres.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import type { Cluster } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

const MAX_SHUTDOWN_MS = 15_000;
const ROWS = 40_000;

let cluster: Cluster;
let postgres: PostgresServer;
let proxy: TcpProxy;
let store: KeyValueStore;
beforeEach(async () => {
  ({ cluster, postgres } = await createClusterOnOwnServer());
  proxy = await TcpProxy.before(etcdEndpoint());
  store = await connectTo([`http://127.0.0.1:${proxy.port}`]);
});
afterEach(async () => {
  await cluster.close();
  await store.close();
  await proxy.close();
});

test('an agent whose store is away, and which can read no more, does not keep it', async () => {
  const agent = await cluster.activeAgent({ store });
  proxy.lose('everything');
  cluster.sql.on('error', () => {});
  await cluster.sql.query(
    `INSERT INTO storage.config (key, value) SELECT n::text, '1' FROM generate_series(1, ${ROWS}) n`,
  );
  const startMs = performance.now();
  await postgres.shutDown('fast');
  expect(performance.now() - startMs).toBeLessThan(MAX_SHUTDOWN_MS);
  await postgres.start();
  proxy.cut();
  const published = async () => (await cluster.published()).size === ROWS;
  await waitFor(published, { what: 'the rows', timeoutMs: 30_000 });
  expect(agent.counters).toMatchObject({ state: 'streaming', resyncs: 1 });
}, 90_000);
