/** A backlog of small transactions, published by an agent that starts behind it. */

import type { Bench, BenchCluster } from '../bench.js';
import { receiveMs } from '../floors/replication.js';
import { atLeast, type Result, ratioAtLeast } from '../result.js';
import { alternate, median, type Rounds, timeMs } from '../statistics.js';

const ROWS = 100_000;
const ROWS_PER_TRANSACTION = 100;
const REPETITIONS = 3;
const MS_PER_SECOND = 1000;

export async function agentBacklog(bench: Bench): Promise<readonly Result[]> {
  const rows = bench.size(ROWS);
  const cluster = await bench.cluster();
  try {
    await cluster.publishOnce();
    const inserts = await measure(cluster, rows, bench.rounds(REPETITIONS));
    const what = `agent: backlog of ${rows} inserted rows, ${ROWS_PER_TRANSACTION} a transaction`;
    const agent = inserts('agent');
    const common = { unit: 'rows/s', value: median(agent.samples), ...agent } as const;
    const writer = {
      what: 'etcd3, 127 puts a transaction',
      value: median(inserts('writer').samples),
    };
    const reader = { what: 'replication library alone', value: median(inserts('reader').samples) };
    return [
      { ...common, what: `${what} -> etcd`, floor: writer, goal: ratioAtLeast(0.7) },
      { ...common, what: `${what}, rate`, goal: atLeast(20_000), note: 'the machine matters' },
      { ...common, what: `${what}, against the stream`, floor: reader },
    ];
  } finally {
    await cluster.drop();
  }
}

function measure(cluster: BenchCluster, rows: number, rounds: Rounds) {
  let next = 0;
  const rate = (ms: number) => rows / (ms / MS_PER_SECOND);
  return alternate(rounds, {
    agent: async () => {
      const from = next;
      next += rows;
      await createBareSlot(cluster);
      await cluster.addConfig(from, next, ROWS_PER_TRANSACTION);
      const { ms, peakMib } = await publish(cluster, next - 1);
      return { value: rate(ms), peakMib };
    },
    // The same rows once more, from the slot that was created before them.
    reader: async () => rate(await receiveMs(cluster.databaseUrl, bareSlot(cluster), rows)),
    writer: async () => {
      const records = cluster.bareRecords(next - rows, next);
      return rate(await timeMs(() => cluster.bare.putAll(records)));
    },
  });
}

/** `ms`: from the agent's start of the stream until the last key is visible. */
async function publish(cluster: BenchCluster, last: number) {
  const watch = await cluster.bare.watch(`${cluster.prefix}/Config/bench-${last}`);
  const agent = cluster.startAgent();
  const visible = watch.next();
  const { atMs } = await agent.state('streaming');
  const ms = (await visible) - atMs;
  await watch.end();
  return { ms, peakMib: await agent.stop() };
}

function bareSlot(cluster: BenchCluster): string {
  return `${cluster.prefix.slice(1)}_bare`;
}

async function createBareSlot(cluster: BenchCluster): Promise<void> {
  const slot = bareSlot(cluster);
  await cluster.sql.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
  await cluster.sql.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
}
