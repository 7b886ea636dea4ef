/** What others send through the stream, up to a gigabyte, neither ends nor fills an agent. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Cluster } from '../../support/agents/agent-cluster.js';
import { change, recordSome } from '../../support/agents/config-changes.js';
import { createClusterOnOwnServer } from '../../support/agents/own-server.js';
import { CLI } from '../../support/cli/built.js';
import { startMeasured } from '../../support/cli/peak-memory.js';
import { etcdEndpoint } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const MESSAGE_BYTES = 270 * 1024 * 1024;
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

test('messages and rows of 270 MB are neither held nor in the way', {
  timeout: 180_000,
}, async () => {
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
    await cluster.sql.query('CREATE TABLE storage.unpublished (value text)');
    await cluster.sql.query('CREATE TABLE storage.published (value text)');
    await cluster.sql.query('ALTER PUBLICATION bagger_lw_storage ADD TABLE storage.published');
    for (const [table, value] of [
      ['unpublished', 4],
      ['published', 5],
    ] as const) {
      await cluster.sql.query('BEGIN');
      await cluster.sql.query(`INSERT INTO storage.${table} SELECT repeat('x', $1)`, [
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

test('a row of ours that is too long is passed over once it is gone', {
  timeout: 120_000,
}, async () => {
  const { cluster } = await createClusterOnOwnServer();
  try {
    const first = await cluster.activeAgent();
    await first.stop();
    const insert = "INSERT INTO storage.config (key, value) SELECT 'c', to_json(repeat('x', $1))";
    await cluster.sql.query(insert, [MESSAGE_BYTES]);
    await cluster.sql.query("DELETE FROM storage.config WHERE key = 'c'");
    // The server is silent while it reads such a row.
    const agent = await cluster.activeAgent({ statusIntervalMs: 3_000 });
    await recordSome(cluster);
    await cluster.barrier(60_000);
    expect(await cluster.published()).toEqual(await cluster.recorded());
    expect(agent.counters).toMatchObject({ resyncs: 1, resyncKind: 'refused' });
  } finally {
    await cluster.close();
  }
});
