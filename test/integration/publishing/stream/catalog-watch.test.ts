/** What the agent asks the catalog must never keep it from anything else. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import { watchCatalog } from '../../../../src/publishing/stream/catalog-watch.js';
import { CutProxy } from '../../../support/proxies/cut-proxy.js';
import { type Cluster, createCluster } from '../../../support/servers/agent-cluster.js';
import { waitFor } from '../../../support/wait.js';

const MAX_END_MS = 3_000;

let cluster: Cluster;
let proxy: CutProxy;
beforeEach(async () => {
  cluster = await createCluster();
  proxy = await CutProxy.to(cluster.database.url);
});
afterEach(async () => {
  await proxy.close();
  await cluster.close();
});

test('it ends at once though the server does not answer', async () => {
  const url = new URL(cluster.database.url);
  url.port = String(proxy.port);
  const settings = connectionSettings({ url: url.href }, {});
  const stop = new AbortController();
  let looks = 0;
  const agent = await cluster.activeAgent();
  const identity = (await cluster.checkpoint())?.publication ?? '';
  await agent.stop();
  const context = cluster.context({ database: postgresSource(settings), catalogIntervalMs: 10 });
  const watching = watchCatalog(context, {
    identity,
    onShapes: () => {
      looks += 1;
    },
    signal: stop.signal,
  });
  await waitFor(() => looks > 0, { what: 'a look' });
  proxy.freeze();
  await waitFor(() => proxy.swallowedBytes > 0, { what: 'a question without an answer' });
  const startMs = performance.now();
  stop.abort();
  await watching;
  expect(performance.now() - startMs).toBeLessThan(MAX_END_MS);
});
