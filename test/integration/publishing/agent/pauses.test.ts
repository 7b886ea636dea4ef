/** How long an agent waits after failures in a row. */
import { expect, test } from 'vitest';
import { silentLogger } from '../../../../src/runtime/logger.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { change, expectConverged } from '../../../support/agents/config-changes.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { waitFor } from '../../../support/wait.js';

const TRIAL_MS = 8_000;
/** After 0.2, 0.4, 0.8, 1.6 and 3.2 s, less a fifth at most, and one more at the end. */
const MAX_STARTS = 7;

/** How long the agent means to wait after each failure. */
const waits: number[] = [];
const logger = {
  ...silentLogger,
  warn: (_: string, fields?: Readonly<Record<string, unknown>>) => {
    if (typeof fields?.['waitMs'] === 'number') waits.push(fields['waitMs']);
  },
};

const endStream = async (cluster: Cluster) => {
  const { rowCount } = await cluster.sql.query(
    `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
      WHERE slot_name = $1 AND active`,
    [cluster.slot],
  );
  return rowCount ?? 0;
};

test.concurrent('the pauses grow while nothing is published, and are short again after that', async ({
  onTestFinished,
}) => {
  const cluster = await createCluster();
  onTestFinished(() => cluster.close());
  await change(cluster, 1);
  const agent = await cluster.activeAgent({ logger });
  await expectConverged(cluster);
  const startMs = performance.now();
  await waitFor(
    async () => {
      await endStream(cluster);
      return performance.now() - startMs > TRIAL_MS;
    },
    { what: 'the end of the trial' },
  );
  expect(agent.counters.restarts).toBeGreaterThan(2);
  expect(agent.counters.restarts).toBeLessThanOrEqual(MAX_STARTS);
  expect(agent.counters.reason).toMatch(/terminating connection|connection to the database broke/);
  await change(cluster, 2);
  await expectConverged(cluster);
  const { restarts } = agent.counters;
  await waitFor(async () => (await endStream(cluster)) > 0, { what: 'a stream to end' });
  await waitFor(() => agent.counters.restarts > restarts, { what: 'the failure' });
  expect(waits.at(-1)).toBe(200);
  await expectConverged(cluster);
});

test.concurrent('a long wait is cut short when the server that was away answers', async () => {
  const { cluster: own, postgres } = await createClusterOnOwnServer();
  try {
    const agent = await own.activeAgent();
    own.sql.on('error', () => {});
    await postgres.shutDown('immediate');
    // The sixth pause is of more than five seconds.
    await waitFor(() => agent.counters.restarts >= 6, { what: 'failures', timeoutMs: 30_000 });
    const downMs = performance.now();
    await postgres.start();
    await waitFor(() => agent.counters.state === 'streaming', { what: 'the stream' });
    expect(performance.now() - downMs).toBeLessThan(4_500);
  } finally {
    await own.close();
  }
});
