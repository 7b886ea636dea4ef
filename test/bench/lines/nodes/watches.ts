/** One change, from the acknowledged commit until the last of a thousand nodes sees it in etcd. */
import type { Bench, BenchCluster } from '../../bench.js';
import { Watchers } from '../../nodes/watchers.js';
import type { Result } from '../../result.js';
import { alternate, quantile, type Samples } from '../../statistics.js';

const NODES = 1000;
const CHANGES = 100;

export async function nodesWatches(bench: Bench): Promise<readonly Result[]> {
  const cluster = await bench.cluster();
  const nodes = bench.size(NODES);
  const bare = `${cluster.prefix}-bare`;
  const started: Watchers[] = [];
  const watch = async (kind: 'driver' | 'bare', prefix: string) => {
    const key = `${prefix}/Config/bench-0`;
    const watchers = await Watchers.start({ kind, url: bench.etcdUrl, prefix, key, count: nodes });
    started.push(watchers);
    return watchers;
  };
  try {
    await cluster.addConfig(0, 1, 1);
    const agent = cluster.startAgent();
    await agent.state('streaming');
    const watches = await watch('driver', cluster.prefix);
    const bareWatches = await watch('bare', bare);
    const rounds = bench.rounds(bench.size(CHANGES));
    const figures = await alternate(rounds, {
      agent: () => fromCommit(cluster, watches),
      bare: async () => {
        const seen = bareWatches.next();
        const startMs = performance.now();
        await cluster.bare.put(`${bare}/Config/bench-0`, 'v'.repeat(200));
        return (await seen) - startMs;
      },
    });
    return [0.5, 0.99].map((share) => result(figures, share, nodes));
  } finally {
    for (const watchers of started) await watchers.stop();
    await cluster.drop();
  }
}

/** Milliseconds. */
async function fromCommit(cluster: BenchCluster, watches: Watchers): Promise<number> {
  const seen = watches.next();
  await cluster.changeConfig();
  const committedMs = performance.now();
  return Math.max(0, (await seen) - committedMs);
}

function result(
  figures: (name: 'agent' | 'bare') => Samples,
  share: number,
  nodes: number,
): Result {
  const { samples, peaksMib } = figures('agent');
  const name = `p${share * 100}`;
  return {
    what: `nodes: commit acknowledged -> last of ${nodes} watches, ${name} of ${samples.length}`,
    unit: 'ms',
    value: quantile(samples, share),
    samples,
    peaksMib,
    floor: {
      what: `etcd3, put sent -> last of ${nodes} watches, ${name}`,
      value: quantile(figures('bare').samples, share),
    },
  };
}
