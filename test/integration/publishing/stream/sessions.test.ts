/** What many sessions, looks and repairs leave behind in a process that lives long: nothing. */
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { runAgent } from '../../../../src/publishing/agent/agent.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { change, expectConverged } from '../../../support/agents/config-changes.js';
import { waitFor } from '../../../support/wait.js';

/** More than the ten listeners of one signal after which Node warns. */
const TIMES = 12;

let cluster: Cluster;
beforeEach(async () => {
  cluster = await createCluster();
  await cluster.initialise();
});
afterEach(() => cluster.close());

function startAgent() {
  const { store, ...setup } = cluster.context({ catalogIntervalMs: 10 });
  const controller = new AbortController();
  const done = runAgent(setup, {
    withStore: (work) => work(store),
    onFailed: () => 'give up',
    signal: controller.signal,
  });
  onTestFinished(async () => {
    controller.abort();
    await done;
  });
  return { counters: setup.counters, signal: controller.signal };
}

test('sessions, looks at the catalog and repairs leave no listeners', {
  timeout: 60_000,
}, async () => {
  const warnings: string[] = [];
  const collect = (warning: Error) => warnings.push(warning.message);
  process.on('warning', collect);
  onTestFinished(() => void process.off('warning', collect));
  const { counters, signal } = startAgent();
  const left = new Set<number>();
  for (let n = 0; n < TIMES; n += 1) {
    await waitFor(() => counters.state === 'streaming' && counters.restarts === n, {
      what: `session ${n}`,
    });
    await change(cluster, n);
    await expectConverged(cluster);
    left.add(getEventListeners(signal, 'abort').length);
    await cluster.sql.query(
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1',
      [cluster.slot],
    );
  }
  await waitFor(() => counters.state === 'streaming', { what: 'the last session' });
  const key = `${cluster.keySpace.prefix}/Config/c`;
  for (let n = 0; n < TIMES; n += 1) {
    await cluster.store.kvwrite(key, String(n));
    await cluster.sql.query('SELECT lenkwerk.request_repair($1)', [JSON.stringify([key])]);
    await waitFor(() => counters.repairs > n, { what: `repair ${n}` });
  }
  expect(left.size).toBe(1);
  expect(warnings).toEqual([]);
});
