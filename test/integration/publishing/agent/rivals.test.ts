/** Several agents with the same reason for a resync: one of them resyncs, once. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import type { SourceDatabase } from '../../../../src/publishing/source/source-database.js';
import { type Logger, silentLogger } from '../../../../src/runtime/logger.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import {
  expectConverged,
  recordSome,
  writeCheckpoint,
} from '../../../support/agents/config-changes.js';
import { waitFor } from '../../../support/wait.js';

const REPETITIONS = 4;
/**
 * How long reads of the checkpoint and the way to the lock take, so that one agent holds the slot
 * while another is about to drop it.
 */
const SLOW_MS = 200;
/** Of the starts of agents one after the other. */
const APART_MS = 240;

function slowStore({ store }: Cluster): KeyValueStore {
  const read: KeyValueStore['read'] = async (key) => {
    await delay(SLOW_MS);
    return store.read(key);
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'read') return read;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function slowDatabase({ settings }: Cluster): SourceDatabase {
  const { name, connect } = postgresSource(settings);
  return {
    name,
    connect: async (purpose) => {
      if (purpose === 'agent resync') await delay(SLOW_MS);
      return connect(purpose);
    },
  };
}

/** Starts so many, waits until one is active, and returns how often one began to resync. */
async function startTogether(cluster: Cluster, count: number): Promise<number> {
  let begun = 0;
  const info: Logger['info'] = (_message, fields) => {
    if (fields?.['state'] === 'resync') begun += 1;
  };
  const logger = { ...silentLogger, info };
  const start = async (_: unknown, index: number) => {
    await delay(index * APART_MS);
    const database = slowDatabase(cluster);
    return cluster.startAgent({ store: slowStore(cluster), database, logger });
  };
  const agents = await Promise.all(Array.from({ length: count }, start));
  const settled = JSON.stringify(['standby', 'standby', 'streaming'].slice(-count));
  await waitFor(
    () => JSON.stringify(agents.map(({ counters }) => counters.state).sort()) === settled,
    { what: 'one active agent' },
  );
  await expectConverged(cluster);
  expect(agents.map(({ counters }) => counters.resyncs).sort()).toEqual([0, 0, 1].slice(-count));
  for (const agent of agents) await agent.stop();
  return begun;
}

const REASONS: Readonly<Record<string, (cluster: Cluster) => Promise<unknown>>> = {
  'a missing slot': (cluster) => cluster.dropSlot(),
  'a damaged checkpoint': (cluster) => writeCheckpoint(cluster, '{}'),
  'another history': (cluster) =>
    cluster.sql.query('UPDATE lenkwerk.agent_slot SET activation = gen_random_uuid()'),
};

test.concurrent.for(Object.entries(REASONS))(
  'of agents with the same reason, %s, one resyncs',
  { timeout: 90_000 },
  async ([, cause], { onTestFinished }) => {
    const cluster = await createCluster();
    onTestFinished(() => cluster.close());
    await recordSome(cluster);
    await (await cluster.activeAgent()).stop();
    const begun = [];
    for (let n = 0; n < REPETITIONS; n += 1) {
      await cause(cluster);
      begun.push(await startTogether(cluster, 2 + (n % 2)));
    }
    expect(begun).toEqual(begun.map(() => 1));
  },
);
