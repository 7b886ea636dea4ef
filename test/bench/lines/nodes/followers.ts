/** One change, from the acknowledged commit until the last of twenty followers has committed it. */
import type { Bench, BenchCluster } from '../../bench.js';
import { BenchNode } from '../../nodes/bench-node.js';
import { atMost, type Result } from '../../result.js';
import { alternate, quantile, type Samples, timeMs } from '../../statistics.js';

const NODES = 20;
const LEAST_NODES = 2;
const CHANGES = 200;
/** Records that a follower compares at its start. */
const RECORDS = 10_000;
const RECORDS_PER_TRANSACTION = 1000;
/** 100 MB. */
const GOAL_MIB = 95.3;

export async function nodesFollowers(bench: Bench): Promise<readonly Result[]> {
  const cluster = await bench.cluster();
  const nodes: BenchNode[] = [];
  const peaksMib: number[] = [];
  try {
    await cluster.addConfig(0, bench.size(RECORDS), RECORDS_PER_TRANSACTION);
    const agent = cluster.startAgent();
    await agent.state('streaming');
    const count = Math.max(LEAST_NODES, bench.size(NODES));
    for (let i = 1; i <= count; i += 1) {
      nodes.push(await BenchNode.start(bench, cluster, `node-${i}_5432`));
    }
    const figures = await measure(bench, cluster, nodes);
    for (const node of nodes.splice(0)) peaksMib.push(await node.stop());
    const latencies = [0.5, 0.99].map((share) => latency(figures, share, count));
    return [...latencies.map((each) => ({ ...each, peaksMib })), memory(peaksMib)];
  } finally {
    for (const node of nodes) await node.stop();
    await cluster.drop();
  }
}

type Figures = (name: 'followers' | 'bare') => Samples;

function measure(
  bench: Bench,
  cluster: BenchCluster,
  nodes: readonly BenchNode[],
): Promise<Figures> {
  return alternate(bench.rounds(bench.size(CHANGES)), {
    followers: async () => {
      const committed = Promise.all(nodes.map((node) => node.next()));
      await cluster.changeConfig();
      const startMs = performance.now();
      return Math.max(0, Math.max(...(await committed)) - startMs);
    },
    bare: () =>
      timeMs(async () => {
        await cluster.bare.put(`${cluster.prefix}-bare`, 'v'.repeat(200));
        await Promise.all(nodes.map((node) => node.commitBare()));
      }),
  });
}

function latency(figures: Figures, share: number, count: number): Result {
  const { samples, peaksMib } = figures('followers');
  const name = `p${share * 100}`;
  return {
    what: `nodes: commit acknowledged -> last of ${count} followers has committed, ${name}`,
    unit: 'ms',
    value: quantile(samples, share),
    samples,
    peaksMib,
    floor: {
      what: `one put, then ${count} sessions that commit one UPDATE each, ${name}`,
      value: quantile(figures('bare').samples, share),
    },
  };
}

function memory(peaksMib: readonly number[]): Result {
  return {
    what: 'nodes: one follower, peak resident memory',
    unit: 'MiB',
    value: Math.max(...peaksMib),
    samples: peaksMib,
    peaksMib,
    goal: atMost(GOAL_MIB),
  };
}
