/** Agents whose store does not answer, or takes no writes; at once, since most of it is waiting. */
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { startPostgres } from '../../../../src/dev/postgres.js';
import { startEtcd } from '../../../../src/dev/stores/etcd.js';
import { LenkwerkError } from '../../../../src/model/errors.js';
import type { RunningAgent } from '../../../support/agents/agent-cluster.js';
import { change, expectConverged } from '../../../support/agents/config-changes.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import {
  connectEtcd,
  type Finish,
  onEtcd,
  onPostgres,
  sceneAt,
  sceneOf,
} from '../../../support/agents/store-scene.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

/** Two seconds until the agent asks, a look, five looks, and what a busy machine adds. */
const BLOCKED_WITHIN_MS = 12_000;
/** Half a minute after that the session ends; a request under way takes up to ten seconds. */
const GIVEN_UP_WITHIN_MS = 60_000;

async function isIn(
  { counters }: RunningAgent,
  state: RunningAgent['counters']['state'],
  timeoutMs = BLOCKED_WITHIN_MS,
) {
  await waitFor(() => counters.state === state, { what: state, timeoutMs });
}

const BLOCKED_AND_BACK = ['warn the store blocks the agent', 'info the store answers again'];

// First, as they take longest.
describe.concurrent('an agent that is blocked for half a minute', () => {
  test('lets another go on whose store answers, and stands by once its own does', async ({
    onTestFinished,
  }) => {
    const scene = await onEtcd(onTestFinished);
    const { cluster, logger, proxy, store } = scene;
    const first = await cluster.activeAgent({ store, logger });
    await expectConverged(cluster);
    scene.lines = [];
    const second = cluster.startAgent();
    await isIn(second, 'standby');
    proxy.freeze();
    await change(cluster, 1);
    await isIn(first, 'blocked');
    await isIn(second, 'streaming', GIVEN_UP_WITHIN_MS);
    await change(cluster, 2);
    await expectConverged(cluster);
    expect(first.counters.state).toBe('blocked');
    expect(scene.messages).toEqual(BLOCKED_AND_BACK.slice(0, 1));
    proxy.thaw();
    await isIn(first, 'standby');
    await change(cluster, 3);
    await expectConverged(cluster);
    expect(scene.messages).toEqual([...BLOCKED_AND_BACK, 'info agent state']);
    expect([first.counters.restarts, first.counters.resyncs]).toEqual([1, 1]);
    expect([second.counters.restarts, second.counters.resyncs]).toEqual([0, 0]);
  }, 120_000);

  test('starts no session before its store has answered, and loses nothing', async ({
    onTestFinished,
  }) => {
    const scene = await onEtcd(onTestFinished);
    const { cluster, logger, proxy, store } = scene;
    const agent = await cluster.activeAgent({ store, logger });
    await expectConverged(cluster);
    scene.lines = [];
    proxy.freeze();
    await waitFor(async () => !(await scene.isSlotRead()), {
      what: 'the end of the session',
      timeoutMs: GIVEN_UP_WITHIN_MS,
    });
    await change(cluster, 1);
    const { storeFailures } = agent.counters;
    await waitFor(() => agent.counters.storeFailures > storeFailures + 2, {
      what: 'questions to the store',
      timeoutMs: GIVEN_UP_WITHIN_MS,
    });
    expect(await scene.isSlotRead()).toBe(false);
    expect(agent.counters).toMatchObject({ state: 'blocked', restarts: 1 });
    expect(agent.counters.waitingSinceMs).toBeLessThan(Date.now());
    proxy.thaw();
    await isIn(agent, 'streaming');
    await expectConverged(cluster);
    expect(scene.messages).toEqual([...BLOCKED_AND_BACK, 'info agent state']);
    expect(agent.counters).toMatchObject({ restarts: 1, resyncs: 1, fenced: 0 });
  }, 150_000);
});

describe.concurrent.each([
  ['etcd', (finish: Finish) => onEtcd(finish)],
  ['PostgreSQL', onPostgres],
])('a store in %s that is frozen', (_, sceneOn) => {
  test('is noticed by an agent that has nothing to write', async ({ onTestFinished }) => {
    const scene = await sceneOn(onTestFinished);
    const { cluster, logger, proxy, store } = scene;
    const agent = await cluster.activeAgent({ store, logger });
    await expectConverged(cluster);
    scene.lines = [];
    proxy.freeze();
    const { storeFailures } = agent.counters;
    await isIn(agent, 'blocked');
    expect(agent.counters.storeUp).toBe(false);
    expect(agent.counters.hint).toBe('is the store running, and can this host reach it?');
    await waitFor(() => agent.counters.storeFailures > storeFailures, { what: 'a failure' });
    proxy.thaw();
    await isIn(agent, 'streaming');
    expect(agent.counters.storeUp).toBe(true);
    await change(cluster, 1);
    await expectConverged(cluster);
    expect(scene.messages).toEqual(BLOCKED_AND_BACK);
    expect(scene.lines[0]?.fields['reason']).toBeInstanceOf(LenkwerkError);
    expect(Number(scene.lines[1]?.fields['afterMs'])).toBeGreaterThan(4_000);
    expect(agent.counters).toMatchObject({ restarts: 0, resyncs: 1, fenced: 0 });
  });

  test('is noticed while changes wait, whose age counts on', async ({ onTestFinished }) => {
    const scene = await sceneOn(onTestFinished);
    const { cluster, logger, proxy, store } = scene;
    const agent = await cluster.activeAgent({ store, logger });
    await expectConverged(cluster);
    scene.lines = [];
    proxy.freeze();
    await change(cluster, 1);
    await isIn(agent, 'blocked');
    const { waitingSinceMs = Number.POSITIVE_INFINITY } = agent.counters;
    expect(Date.now() - waitingSinceMs).toBeGreaterThan(4_000);
    await waitFor(() => agent.counters.reason.startsWith('commit: '), { what: 'the reason' });
    proxy.thaw();
    await isIn(agent, 'streaming');
    await expectConverged(cluster);
    expect(scene.messages).toEqual(BLOCKED_AND_BACK);
    expect(agent.counters).toMatchObject({ restarts: 0, resyncs: 1, fenced: 0 });
    expect(agent.counters.waitingSinceMs).toBeUndefined();
  });
});

test.concurrent('a store that takes no writes blocks, although it answers reads', async ({
  onTestFinished,
}) => {
  // On a server of its own: its open transaction keeps every agent of a server from a new slot.
  const server = await startPostgres({ env: process.env, fsync: false });
  onTestFinished(() => server.stop());
  const scene = await sceneAt(server.url('postgres'), connectToPostgres, onTestFinished);
  const { cluster, logger, store, storeUrl } = scene;
  const agent = await cluster.activeAgent({ store, logger });
  await expectConverged(cluster);
  scene.lines = [];
  const blocker = new Client({ connectionString: storeUrl });
  await blocker.connect();
  await blocker.query('BEGIN; SELECT FROM lenkwerk_kv.position FOR UPDATE');
  await change(cluster, 1);
  await isIn(agent, 'blocked');
  await waitFor(() => agent.counters.reason.includes('statement timeout'), { what: 'the reason' });
  expect((await store.read('/a'))?.value).toBeUndefined();
  await blocker.query('COMMIT');
  await isIn(agent, 'streaming');
  await blocker.end();
  await expectConverged(cluster);
  expect(scene.messages).toEqual(BLOCKED_AND_BACK);
});

test.concurrent('a store that is gone blocks, and is found again at the same place', async ({
  onTestFinished,
}) => {
  const etcd = await startEtcd({ env: process.env });
  onTestFinished(() => etcd.stop());
  const scene = await onEtcd(onTestFinished, etcd.endpoint);
  const { cluster, logger } = scene;
  const agent = await cluster.activeAgent({ store: cluster.store, logger });
  await expectConverged(cluster);
  scene.lines = [];
  await etcd.crash();
  await isIn(agent, 'blocked');
  expect(agent.counters.reason).toContain('ECONNREFUSED');
  await etcd.start();
  await isIn(agent, 'streaming');
  await change(cluster, 1);
  await expectConverged(cluster);
  expect(scene.messages).toEqual(BLOCKED_AND_BACK);
  expect(agent.counters).toMatchObject({ restarts: 0, resyncs: 1, fenced: 0 });
});

test.concurrent('a resync that its store breaks off leaves neither slot nor lock, and begins again once it answers', async ({
  onTestFinished,
}) => {
  const own = await createClusterOnOwnServer();
  const options = { connect: connectEtcd, finish: onTestFinished };
  const scene = await sceneOf(own.cluster, etcdEndpoint(), options);
  const { cluster, logger, proxy, store } = scene;
  await cluster.sql.query('BEGIN; CREATE TABLE public.open (n int)');
  const agent = cluster.startAgent({ store, logger });
  await isIn(agent, 'resync');
  proxy.freeze();
  await isIn(agent, 'blocked');
  await cluster.sql.query('COMMIT');
  await waitFor(() => agent.counters.restarts === 1, {
    what: 'the end of the session',
    timeoutMs: GIVEN_UP_WITHIN_MS,
  });
  const { rows } = await cluster.sql.query(
    `SELECT (SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1)::int AS slots,
            (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND application_name LIKE 'lenkwerk agent%')::int AS sessions`,
    [cluster.slot],
  );
  expect(rows).toEqual([{ slots: 0, sessions: 0 }]);
  proxy.thaw();
  await isIn(agent, 'streaming');
  await expectConverged(cluster);
  expect(agent.counters).toMatchObject({ restarts: 1, resyncs: 1, fenced: 0 });
  expect(scene.messages.filter((line) => line.startsWith('warn'))).toEqual([BLOCKED_AND_BACK[0]]);
}, 120_000);
