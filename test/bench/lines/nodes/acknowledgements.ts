/** What a thousand nodes that acknowledge ask of one etcd, counted there, against their budget. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Acknowledger } from '../../../../src/following/reporting/acknowledger.js';
import { newStatus } from '../../../../src/following/status.js';
import { kvconnect } from '../../../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { parseLsn } from '../../../../src/model/lsn.js';
import { encodeAcknowledgement } from '../../../../src/publishing/records/acknowledgement.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import type { Bench } from '../../bench.js';
import { atMost, type Goal, type Result } from '../../result.js';

const NODES = 1000;
const CONNECTIONS = 10;
const PREFIX = '/bench-acknowledgements';
const TARGET = 'default';
/** The budget, in requests per second. */
const AT_REST = 20;
const AFTER_CHANGE = 200;
/** By chance the busiest window has more, as nodes do not take turns. */
const AT_REST_BUSIEST = 1.5 * AT_REST;
/** After a change a thousand nodes acknowledge over so long. */
const WINDOW_MS = 5000;
/** At rest each acknowledges once in ten windows, and the first time in up to twenty. */
const WINDOWS_AT_REST = 21;
const WINDOWS_UNDER_LOAD = 3;
const CHANGE_EVERY_MS = 200;
const MS_PER_SECOND = 1000;

export async function nodesAcknowledgements(bench: Bench): Promise<readonly Result[]> {
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const url = `${bench.etcdUrl}?prefix=${PREFIX}`;
  const stores = await Promise.all(Array.from({ length: CONNECTIONS }, () => kvconnect({ url })));
  try {
    await stores[0]?.prepareAcknowledgements(TARGET);
    const nodes = Array.from({ length: bench.size(NODES) }, (_, i) => nodeOf(stores, i));
    const running = nodes.map((node) => node.run(ended.signal));
    const change = () => {
      for (const node of nodes) node.changed(nodes.length);
    };
    change();
    const afterChange = await rates(bench, 1);
    const atRest = await rates(bench, WINDOWS_AT_REST);
    const changing = setInterval(change, CHANGE_EVERY_MS);
    const underLoad = await rates(bench, WINDOWS_UNDER_LOAD);
    clearInterval(changing);
    ended.abort();
    await Promise.all(running);
    return [
      result(`${nodes.length} after a change`, afterChange, atMost(AFTER_CHANGE)),
      result(`${nodes.length} under steady changes`, underLoad, atMost(AFTER_CHANGE)),
      {
        ...result(`${nodes.length} at rest, busiest of ${atRest.length} windows`, atRest),
        value: Math.max(...atRest),
        goal: atMost(AT_REST_BUSIEST),
      },
    ];
  } finally {
    ended.abort();
    for (const store of stores) await store.close();
  }
}

function nodeOf(stores: readonly KeyValueStore[], number: number): Acknowledger {
  const name = `node-${number}_5432`;
  const applied = {
    writeId: randomUUID(),
    revision: 1n,
    lsn: parseLsn('0/1'),
    appliedAt: new Date().toISOString(),
  };
  const identity = { name, followerId: randomUUID(), toolVersion: '0.0.0' };
  const text = encodeAcknowledgement({ ...identity, applied, refusal: undefined });
  return new Acknowledger({
    status: newStatus(Date.now()),
    logger: silentLogger,
    write: async () => stores[number % stores.length]?.acknowledge(TARGET, name, text),
  });
}

/** Writes per second that the store counts, in one window after the other. */
async function rates(bench: Bench, windows: number): Promise<readonly number[]> {
  const figures: number[] = [];
  let [revision, atMs] = [await bench.bare.revision(), performance.now()];
  for (let i = 0; i < windows; i += 1) {
    await setTimeout(bench.size(WINDOW_MS));
    const [later, laterMs] = [await bench.bare.revision(), performance.now()];
    figures.push((Number(later - revision) * MS_PER_SECOND) / (laterMs - atMs));
    [revision, atMs] = [later, laterMs];
  }
  return figures;
}

/** The mean. */
function result(which: string, samples: readonly number[], goal?: Goal): Result {
  const value = samples.reduce((sum, one) => sum + one, 0) / samples.length;
  const what = `nodes: acknowledgements of ${which}`;
  return { what, unit: 'requests/s', value, samples, peaksMib: [], ...(goal && { goal }) };
}
