/** Every kind of store beside its bare client, in one run. */
import { kvconnect } from '../../../src/kvstore/connect.js';
import { DRIVERS } from '../../../src/kvstore/drivers.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import type { Bench } from '../bench.js';
import { type Result, ratioAtLeast } from '../result.js';
import { alternate, median, quantile, type Sample, type Samples, timeMs } from '../statistics.js';
import { BenchStore, keyOf } from '../stores.js';

const GOAL = ratioAtLeast(0.8);
const MS_PER_SECOND = 1000;
const REPETITIONS = 5;
/** Turns, and commits in each, by the puts of a commit: short turns have the same neighbours. */
const COMMITS = new Map([
  [1, { turns: 60, full: 10 }],
  [127, { turns: 60, full: 3 }],
]);
const PUTS = 127;
const LISTED = 100_000;
const WATCHED = 200;
const DRAINED = 20_000;
const ROWS_PER_TRANSACTION = 100;

/** Driver and bare client of each store, in turns; the figures of a store by its type. */
type Figures = (type: string) => { readonly driver: Samples; readonly bare: Samples };

interface Pair {
  readonly driver: () => Promise<number | Sample>;
  readonly bare: () => Promise<number>;
}

type Measure = (bench: Bench, started: readonly BenchStore[]) => Promise<readonly Result[]>;

/** The line of one measurement, with every store that can be had. */
function withStores(measure: Measure) {
  return async (bench: Bench): Promise<readonly Result[]> => {
    const started: BenchStore[] = [];
    try {
      for (const { type } of DRIVERS) {
        const store = await BenchStore.start(bench, type);
        if (store !== undefined) started.push(store);
      }
      return await measure(bench, started);
    } finally {
      for (const store of started) await store.stop();
    }
  };
}

async function inTurns(
  bench: Bench,
  started: readonly BenchStore[],
  { times, pair }: { readonly times: number; readonly pair: (store: BenchStore) => Pair },
): Promise<Figures> {
  const measurements = started.flatMap((store) => {
    const { driver, bare } = pair(store);
    return [[`${store.type} driver`, driver] as const, [`${store.type} bare`, bare] as const];
  });
  const figures = await alternate(bench.rounds(times), Object.fromEntries(measurements));
  return (type) => ({ driver: figures(`${type} driver`), bare: figures(`${type} bare`) });
}

export const storeCommits = withStores(async (bench, started) => {
  const results: Result[] = [];
  for (const [puts, { turns, full }] of COMMITS) {
    const count = Math.max(2, bench.size(full));
    const rate = async (commit: () => Promise<void>) => {
      const repeat = async () => {
        for (let i = 0; i < count; i += 1) await commit();
      };
      return count / ((await timeMs(repeat)) / MS_PER_SECOND);
    };
    const pair = (store: BenchStore): Pair => ({
      driver: () => rate(() => store.commit(0, puts)),
      bare: () => rate(() => store.bareCommit(puts)),
    });
    const figures = await inTurns(bench, started, { times: turns, pair });
    for (const { type } of started) {
      const { driver, bare } = figures(type);
      results.push({
        ...{ what: `${type}: commits of ${puts} puts`, unit: 'commits/s' },
        ...{ value: median(driver.samples), ...driver, goal: GOAL },
        floor: { what: 'its client, same writes', value: median(bare.samples) },
      });
    }
  }
  return results;
});

export const storeRanges = withStores(async (bench, started) => {
  const keys = bench.size(LISTED);
  for (const store of started) {
    for (let from = 0; from < keys; from += PUTS) {
      await store.commit(from, Math.min(keys, from + PUTS));
    }
  }
  const folder = keyOf(0).replace(/\/[^/]*$/, '');
  const complete = (found: number) => {
    if (found !== keys) throw new Error(`${found} of ${keys} keys`);
  };
  const rate = async (read: () => Promise<void>) => keys / ((await timeMs(read)) / MS_PER_SECOND);
  const pair = ({ store, bare }: BenchStore): Pair => ({
    driver: () =>
      rate(async () => complete((await store.readRange([`${folder}/`])).records.length)),
    bare: () => rate(async () => complete(await bare.readAll(folder))),
  });
  const figures = await inTurns(bench, started, { times: REPETITIONS, pair });
  return started.map(({ type }): Result => {
    const { driver, bare } = figures(type);
    return {
      ...{ what: `${type}: range of ${keys} keys`, unit: 'rows/s', goal: GOAL },
      ...{ value: median(driver.samples), ...driver },
      floor: { what: 'its client', value: median(bare.samples) },
    };
  });
});

export const storeWatches = withStores(async (bench, started) => {
  const ended = new AbortController();
  const watching = new Map(
    started.map(({ type, store }) => [type, new Changes(store, keyOf(0), ended.signal)]),
  );
  const pair = (store: BenchStore): Pair => ({
    driver: async () => {
      const startMs = performance.now();
      const seen = watching.get(store.type)?.next();
      await store.commit(0, 1);
      await seen;
      return performance.now() - startMs;
    },
    bare: () => timeMs(() => store.bareCommit(1)),
  });
  for (const changes of watching.values()) await changes.next();
  const figures = await inTurns(bench, started, { times: bench.size(WATCHED), pair });
  ended.abort();
  return started.flatMap(({ type }) =>
    [0.5, 0.99].map((share): Result => {
      const { driver, bare } = figures(type);
      const name = `p${share * 100}`;
      return {
        ...{ what: `${type}: commit sent -> watch, ${name}`, unit: 'ms', ...driver },
        value: quantile(driver.samples, share),
        floor: { what: `its client, one commit, ${name}`, value: quantile(bare.samples, share) },
      };
    }),
  );
});

/** The events of a watch of one key, as they come. */
class Changes {
  readonly #events: AsyncIterator<unknown>;

  constructor(store: KeyValueStore, key: string, signal: AbortSignal) {
    this.#events = store.watch({ prefix: key, signal })[Symbol.asyncIterator]();
  }

  async next(): Promise<void> {
    await this.#events.next();
  }
}

export const storeDrains = withStores(async (bench, started) => {
  const rows = bench.size(DRAINED);
  const pair = (store: BenchStore): Pair => ({
    driver: () => drain(bench, store, rows),
    async bare() {
      const commit = async () => {
        for (let done = 0; done < rows; done += PUTS) await store.bareCommit(PUTS);
      };
      return rows / ((await timeMs(commit)) / MS_PER_SECOND);
    },
  });
  const figures = await inTurns(bench, started, { times: 3, pair });
  return started.map(({ type }): Result => {
    const { driver, bare } = figures(type);
    return {
      ...{ what: `${type}: agent, backlog of ${rows} rows`, unit: 'rows/s' },
      ...{ value: median(driver.samples), ...driver },
      floor: { what: `its client, ${PUTS} puts a commit`, value: median(bare.samples) },
    };
  });
});

/** From the agent's start of the stream until the last row is visible. */
async function drain(bench: Bench, { url }: BenchStore, rows: number): Promise<Sample> {
  const cluster = await bench.cluster(url);
  const store = await kvconnect({ url: cluster.storeUrl });
  const ended = new AbortController();
  try {
    await cluster.publishOnce();
    await cluster.addConfig(0, rows, ROWS_PER_TRANSACTION);
    const last = `${cluster.prefix}/Config/bench-${rows - 1}`;
    const changes = new Changes(store, last, ended.signal);
    await changes.next();
    const agent = cluster.startAgent();
    const visible = changes.next().then(() => performance.now());
    const { atMs } = await agent.state('streaming');
    const ms = (await visible) - atMs;
    return { value: rows / (ms / MS_PER_SECOND), peakMib: await agent.stop() };
  } finally {
    ended.abort();
    await store.close();
    await cluster.drop();
  }
}
