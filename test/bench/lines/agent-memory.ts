/** One transaction that is far too large for one commit of the store. */
import type { Bench } from '../bench.js';
import { atMost, type Result } from '../result.js';
import { alternate, median, type Sample } from '../statistics.js';

const ROWS = 1_000_000;
const REPETITIONS = 3;
const GOAL_MIB = 256;
const MS_PER_SECOND = 1000;

export async function agentMemory(bench: Bench): Promise<readonly Result[]> {
  const rows = bench.size(ROWS);
  const figures = await alternate(bench.rounds(REPETITIONS), {
    rate: () => publishOneTransaction(bench, rows),
  });
  const { samples, peaksMib } = figures('rate');
  const what = `agent: one transaction of ${rows} rows`;
  return [
    {
      what: `${what}, peak resident memory`,
      unit: 'MiB',
      value: Math.max(...peaksMib),
      samples: peaksMib,
      peaksMib,
      goal: atMost(GOAL_MIB),
    },
    { what: `${what}, rate`, unit: 'rows/s', value: median(samples), samples, peaksMib },
  ];
}

/** Rows per second, from the commit until the last of them is visible. */
async function publishOneTransaction(bench: Bench, rows: number): Promise<Sample> {
  const cluster = await bench.cluster();
  try {
    const agent = cluster.startAgent();
    await agent.state('streaming');
    const watch = await cluster.bare.watch(`${cluster.prefix}/Config/bench-${rows - 1}`);
    const visible = watch.next();
    await cluster.addConfig(0, rows, rows);
    const committedMs = performance.now();
    const seconds = ((await visible) - committedMs) / MS_PER_SECOND;
    await watch.end();
    return { value: rows / seconds, peakMib: await agent.stop() };
  } finally {
    await cluster.drop();
  }
}
