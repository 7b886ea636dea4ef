/** One transaction that is far too large for one commit of the store. */
import type { Bench } from '../bench.js';
import { atMost, type Result } from '../result.js';

const ROWS = 1_000_000;
const GOAL_MIB = 256;
const MS_PER_SECOND = 1000;

export async function agentMemory(bench: Bench): Promise<readonly Result[]> {
  const rows = bench.size(ROWS);
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
    const peakMib = await agent.stop();
    const what = `agent: one transaction of ${rows} rows`;
    return [
      {
        what: `${what}, peak resident memory`,
        unit: 'MiB',
        value: peakMib,
        samples: [peakMib],
        goal: atMost(GOAL_MIB),
      },
      { what: `${what}, rate`, unit: 'rows/s', value: rows / seconds, samples: [rows / seconds] },
    ];
  } finally {
    await cluster.drop();
  }
}
