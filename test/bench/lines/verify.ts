/** Recorded against published, when they agree. */
import { kvconnect } from '../../../src/kvstore/connect.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { verifyStore } from '../../support/agents/verify.js';
import type { Bench, BenchCluster } from '../bench.js';
import { type Result, ratioAtMost } from '../result.js';
import { alternate, median, type Rounds, timeMs } from '../statistics.js';
import { readBothSides } from './agent-resync.js';

const KEYS = 100_000;
const REPETITIONS = 5;
const TIMEOUT_MS = 60_000;

export async function verifyKeys(bench: Bench): Promise<readonly Result[]> {
  const keys = bench.size(KEYS);
  const cluster = await bench.cluster();
  try {
    await cluster.addConfig(0, keys, keys);
    await cluster.publishOnce();
    const figures = await measure(cluster, keys, bench.rounds(REPETITIONS));
    const verifications = figures('verify');
    return [
      {
        what: `verify: ${keys} keys that agree`,
        unit: 'ms',
        value: median(verifications.samples),
        ...verifications,
        floor: { what: 'etcd3, paged read + COPY out', value: median(figures('floor').samples) },
        goal: ratioAtMost(1.5),
      },
    ];
  } finally {
    await cluster.drop();
  }
}

async function measure(cluster: BenchCluster, keys: number, rounds: Rounds) {
  const store = await kvconnect({ url: cluster.storeUrl });
  try {
    return await alternate(rounds, {
      verify: () =>
        timeMs(async () => {
          const {
            verdict,
            keys: found,
            detail,
          } = await verifyStore({
            database: cluster.sql,
            store,
            keySpace: new KeySpace(cluster.prefix),
            target: 'default',
            timeoutMs: TIMEOUT_MS,
          });
          if (verdict === 'converged' && found === keys) return;
          throw new Error(`${verdict}: ${detail}`);
        }),
      floor: () => timeMs(() => readBothSides(cluster)),
    });
  } finally {
    await store.close();
  }
}
