/** Several agents with the same reason for a resync: one of them resyncs, once. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

let cluster: Cluster;
beforeEach(async () => {
  cluster = await createCluster();
  await recordSome(cluster);
});
afterEach(() => cluster.close());

function slowStore(): KeyValueStore {
  const { store } = cluster;
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

function slowDatabase(): SourceDatabase {
  const { name, connect } = postgresSource(cluster.settings);
  return {
    name,
    connect: async (purpose) => {
      if (purpose === 'agent resync') await delay(SLOW_MS);
      return connect(purpose);
    },
  };
}

/** Starts so many, waits until one is active, and returns how often one began to resync. */
async function startTogether(count: number): Promise<number> {
  let begun = 0;
  const info: Logger['info'] = (_message, fields) => {
    if (fields?.['state'] === 'resync') begun += 1;
  };
  const logger = { ...silentLogger, info };
  const start = async (_: unknown, index: number) => {
    await delay(index * APART_MS);
    return cluster.startAgent({ store: slowStore(), database: slowDatabase(), logger });
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

const REASONS: Readonly<Record<string, () => Promise<unknown>>> = {
  'a missing slot': () => cluster.dropSlot(),
  'a damaged checkpoint': () => writeCheckpoint(cluster, '{}'),
  'another history': () =>
    cluster.sql.query('UPDATE lenkwerk.agent_slot SET activation = gen_random_uuid()'),
};

test.each(Object.entries(REASONS))(
  'of agents with the same reason, %s, one resyncs',
  async (_, cause) => {
    await (await cluster.activeAgent()).stop();
    const begun = [];
    for (let n = 0; n < REPETITIONS; n += 1) {
      await cause();
      begun.push(await startTogether(2 + (n % 2)));
    }
    expect(begun).toEqual(begun.map(() => 1));
  },
  90_000,
);
