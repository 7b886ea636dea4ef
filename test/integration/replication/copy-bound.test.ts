/** Every role may emit logical messages, of up to a gigabyte: an agent passes them over. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Cluster } from '../../support/agents/agent-cluster.js';
import { change, recordSome } from '../../support/agents/config-changes.js';
import { createClusterOnOwnServer } from '../../support/agents/own-server.js';
import { CLI } from '../../support/cli/built.js';
import { startMeasured } from '../../support/cli/peak-memory.js';
import { etcdEndpoint } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const MESSAGE_BYTES = 300 * 1024 * 1024;
/** What an agent takes by itself, and a margin: far less than one message. */
const MAX_PEAK_MIB = 200;

/** The command line, whose memory is measured. */
function startAgent({ database, keySpace, slot }: Cluster) {
  const store = `etcd://${new URL(etcdEndpoint()).host}?prefix=${keySpace.prefix}`;
  const flags = ['--target', 'default', '--slot', slot, '--kv', store, '--db', database.url];
  const agent = startMeasured([CLI, 'agent', ...flags]);
  agent.child.stdout?.resume();
  agent.child.stderr?.resume();
  return agent;
}

test('a message of 300 MB is neither held nor in the way', { timeout: 120_000 }, async () => {
  // A new slot on the same server would wait for these transactions.
  const { cluster } = await createClusterOnOwnServer();
  const agent = startAgent(cluster);
  const ended = once(agent.child, 'exit');
  const isPublished = async (value: number) => {
    const isThere = async () =>
      (await cluster.published()).get('/Config/c')?.includes(`"value":${value}`);
    await waitFor(isThere, { what: `value ${value}`, timeoutMs: 60_000 });
  };
  try {
    await recordSome(cluster);
    await change(cluster, 1);
    await isPublished(1);
    for (const [transactional, value] of [
      [true, 2],
      [false, 3],
    ] as const) {
      await cluster.sql.query('BEGIN');
      await cluster.sql.query("SELECT pg_logical_emit_message($1, 'noise', repeat('x', $2))", [
        transactional,
        MESSAGE_BYTES,
      ]);
      await change(cluster, value);
      await cluster.sql.query('COMMIT');
      await isPublished(value);
    }
  } finally {
    agent.child.kill('SIGTERM');
    await ended;
    await cluster.close();
  }
  expect(await agent.peakMib).toBeLessThan(MAX_PEAK_MIB);
});
