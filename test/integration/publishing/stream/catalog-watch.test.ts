/** What the agent asks the catalog must never keep it from anything else. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import { watchCatalog } from '../../../../src/publishing/stream/catalog-watch.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

const MAX_END_MS = 3_000;

let cluster: Cluster;
let proxy: TcpProxy;
beforeEach(async () => {
  cluster = await createCluster();
  proxy = await TcpProxy.before(cluster.database.url);
});
afterEach(async () => {
  await proxy.close();
  await cluster.close();
});

test('it looks again with another session when its own was ended', async () => {
  const stop = new AbortController();
  const agent = await cluster.activeAgent();
  const identity = (await cluster.checkpoint())?.publication ?? '';
  await agent.stop();
  let looks = 0;
  const watching = watchCatalog(cluster.context({ catalogIntervalMs: 10 }), {
    identity,
    onLook: () => {
      looks += 1;
    },
    signal: stop.signal,
  });
  await waitFor(() => looks > 0, { what: 'a look' });
  await cluster.sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE '%agent repair%'`);
  const before = looks;
  await waitFor(() => looks > before + 2, { what: 'further looks' });
  stop.abort();
  await watching;
});

test('it ends at once though the server does not answer', async () => {
  const settings = connectionSettings({ url: proxy.inFrontOf(cluster.database.url) }, {});
  const stop = new AbortController();
  let looks = 0;
  const agent = await cluster.activeAgent();
  const identity = (await cluster.checkpoint())?.publication ?? '';
  await agent.stop();
  const context = cluster.context({ database: postgresSource(settings), catalogIntervalMs: 10 });
  const watching = watchCatalog(context, {
    identity,
    onLook: () => {
      looks += 1;
    },
    signal: stop.signal,
  });
  await waitFor(() => looks > 0, { what: 'a look' });
  proxy.lose('everything');
  await waitFor(() => proxy.lostBytes > 0, { what: 'a question without an answer' });
  const startMs = performance.now();
  stop.abort();
  await watching;
  expect(performance.now() - startMs).toBeLessThan(MAX_END_MS);
});
