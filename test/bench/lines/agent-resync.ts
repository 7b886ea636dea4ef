/** A resync that finds no difference. */
import type { Bench, BenchCluster } from '../bench.js';
import { drainCopy } from '../floors/copy.js';
import { type Result, ratioAtMost } from '../result.js';
import { alternate, median, timeMs } from '../statistics.js';
import type { ToolProcess } from '../tool-process.js';

const RECORDS = 100_000;
const REPETITIONS = 5;

export async function agentResync(bench: Bench): Promise<readonly Result[]> {
  const records = bench.size(RECORDS);
  const cluster = await bench.cluster();
  try {
    await cluster.addConfig(0, records, records);
    const agent = cluster.startAgent();
    await agent.state('streaming');
    const figures = await alternate(bench.rounds(REPETITIONS), {
      resync: () => resyncMs(cluster, agent),
      floor: () => timeMs(() => readBothSides(cluster)),
    });
    const { samples } = figures('resync');
    const peaksMib = [await agent.stop()];
    return [
      {
        what: `agent: resync of ${records} unchanged records`,
        unit: 'ms',
        value: median(samples),
        samples,
        peaksMib,
        floor: { what: 'etcd3, paged read + COPY out', value: median(figures('floor').samples) },
        goal: ratioAtMost(1.5),
        note: 'wrote two checkpoints and no record',
      },
    ];
  } finally {
    await cluster.drop();
  }
}

async function resyncMs(cluster: BenchCluster, agent: ToolProcess): Promise<number> {
  const before = await cluster.bare.revision();
  await cluster.sql.query(
    `SELECT pg_terminate_backend(active_pid, 5000), pg_drop_replication_slot(slot_name)
       FROM pg_replication_slots WHERE database = current_database()`,
  );
  const { atMs } = await agent.state('resync');
  const done = await agent.next('resynced', ({ message }) => message === 'resynced');
  await agent.state('streaming');
  const { puts, deletes } = done.fields;
  const writes = (await cluster.bare.revision()) - before;
  // The checkpoint of the resync, and the activation of the session that follows it.
  if (puts !== 0 || deletes !== 0 || writes !== 2n) {
    throw new Error(`a resync without differences wrote ${writes} times`);
  }
  return done.atMs - atMs;
}

/** The least that a comparison has to do. */
export async function readBothSides({ bare, prefix, sql }: BenchCluster): Promise<void> {
  await bare.readAll(`${prefix}/`);
  await drainCopy(sql, 'COPY storage.config TO STDOUT');
}
