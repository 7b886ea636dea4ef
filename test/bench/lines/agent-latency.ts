/** One change on an idle cluster: from the acknowledged commit until a watcher of etcd sees it. */
import type { Bench, BenchCluster } from '../bench.js';
import { type Result, ratioAtMost } from '../result.js';
import { alternate, quantile, type Rounds, type Samples, timeMs } from '../statistics.js';

const CHANGES = 1000;
const WARM_UPS = 50;

export async function agentLatency(bench: Bench): Promise<readonly Result[]> {
  const cluster = await bench.cluster();
  try {
    await cluster.addConfig(0, 1, 1);
    const agent = cluster.startAgent();
    await agent.state('streaming');
    const latencies = await measure(cluster, {
      warmUps: bench.size(WARM_UPS),
      times: bench.size(CHANGES),
    });
    const peaksMib = [await agent.stop()];
    const results = [result(latencies, 0.5, 2), result(latencies, 0.99, 3), fromSending(latencies)];
    return results.map((each) => ({ ...each, peaksMib }));
  } finally {
    await cluster.drop();
  }
}

type Latencies = (name: 'agent' | 'put' | 'sent') => Samples;

async function measure(cluster: BenchCluster, rounds: Rounds): Promise<Latencies> {
  const watch = await cluster.bare.watch(`${cluster.prefix}/Config/bench-0`);
  const value = 'v'.repeat(200);
  let sinceSentMs = 0;
  const latencies = await alternate(rounds, {
    agent: async () => {
      const visible = watch.next();
      const sentMs = performance.now();
      await cluster.changeConfig();
      const committedMs = performance.now();
      const visibleMs = await visible;
      sinceSentMs = visibleMs - sentMs;
      return Math.max(0, visibleMs - committedMs);
    },
    sent: async () => sinceSentMs,
    put: () => timeMs(() => cluster.bare.put(`${cluster.prefix}-bare`, value)),
  });
  await watch.end();
  return latencies;
}

function result(latencies: Latencies, share: number, bound: number): Result {
  const { samples, peaksMib } = latencies('agent');
  const name = `p${share * 100}`;
  return {
    what: `agent: commit acknowledged -> visible, ${name} of ${samples.length}`,
    unit: 'ms',
    value: quantile(samples, share),
    samples,
    peaksMib,
    floor: { what: `etcd3, one put, ${name}`, value: quantile(latencies('put').samples, share) },
    goal: ratioAtMost(bound),
  };
}

function fromSending(latencies: Latencies): Result {
  const { samples, peaksMib } = latencies('sent');
  const value = quantile(samples, 0.5);
  return { what: 'agent: UPDATE sent -> visible, p50', unit: 'ms', value, samples, peaksMib };
}
