import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startEtcd } from '../../../../src/dev/stores/etcd.js';
import { encodeCheckpoint } from '../../../../src/publishing/records/checkpoint.js';
import { type LogFields, silentLogger } from '../../../../src/runtime/logger.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { tamper } from '../../../support/agents/tamper.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { compact } from '../../../support/settings/small-etcd.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

const CHECKPOINT = '/Lenkwerk/default/Checkpoint';

let cluster: Cluster;
let lines: { readonly message: string; readonly fields: LogFields | undefined }[];

beforeEach(async () => {
  lines = [];
  cluster = await createCluster();
  await cluster.initialise();
  await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('a', '1'), ('b', '2')`);
});
afterEach(() => cluster.close());

const logger = {
  ...silentLogger,
  warn: (message: string, fields?: LogFields) => void lines.push({ message, fields }),
  error: (message: string, fields?: LogFields) => void lines.push({ message, fields }),
};

function reportedKeys(): readonly unknown[] {
  const { length } = cluster.keySpace.prefix;
  const reports = lines.filter(({ message }) => message === 'foreign write');
  const keys = reports.map(({ fields }) => fields?.['keys']);
  return keys.flatMap((of) =>
    Array.isArray(of) ? of.map((key) => String(key).slice(length)) : [],
  );
}

async function isRepaired(): Promise<boolean> {
  const wanted = [...(await cluster.recorded())].sort();
  return JSON.stringify([...(await cluster.published())].sort()) === JSON.stringify(wanted);
}

describe('foreign writes', () => {
  test('are reported with their keys, the writes of agents never', async () => {
    const agent = await cluster.activeAgent({ logger });
    const standby = cluster.startAgent({ logger });
    for (let n = 0; n < 30; n += 1) {
      await cluster.sql.query(`UPDATE storage.config SET value = to_json(${n}) WHERE key = 'a'`);
    }
    await cluster.barrier();
    await tamper(cluster, { '/Config/a': '{}', '/Config/stray': '1', '/Elsewhere/y': '' });
    await waitFor(() => agent.counters.foreignWrites === 1, { what: 'the report' });
    expect([...reportedKeys()].sort()).toEqual(['/Config/a', '/Config/stray']);
    expect((await cluster.published()).get('/Config/a')).toBe('{}');
    await agent.stop();
    await waitFor(() => standby.counters.state === 'streaming', { what: 'the take-over' });
    await cluster.barrier();
    await tamper(cluster, { '/Dimension/5': '1' });
    await waitFor(() => reportedKeys().includes('/Dimension/5'), { what: 'the report' });
    expect(reportedKeys()).not.toContain(CHECKPOINT);
    expect(agent.counters.repairs + standby.counters.repairs).toBe(0);
  });

  test('of the checkpoint end the session: an old one, a damaged one, none', async () => {
    const agent = await cluster.activeAgent({ logger });
    await cluster.barrier();
    const old = await cluster.checkpoint();
    if (old === undefined) throw new Error('there is no checkpoint');
    await cluster.barrier();
    for (const value of [encodeCheckpoint(old), '{"version":1', undefined]) {
      const { fenced, foreignWrites } = agent.counters;
      await tamper(cluster, { [CHECKPOINT]: value });
      await waitFor(() => agent.counters.fenced > fenced, { what: 'the end of the session' });
      // By its text the first may be the checkpoint of an agent.
      const isForeign = value === undefined || value.length < 20;
      expect(agent.counters.foreignWrites).toBe(foreignWrites + (isForeign ? 1 : 0));
      await waitFor(() => agent.counters.state === 'streaming', { what: 'the stream' });
    }
    await waitFor(() => reportedKeys().includes(CHECKPOINT), { what: 'the key' });
    await cluster.barrier();
    expect(await cluster.published()).toEqual(await cluster.recorded());
  });

  test('are healed at once, through a checkpointed write, and once only', async () => {
    const agent = await cluster.activeAgent({ logger, heal: true });
    await cluster.barrier();
    await tamper(cluster, { '/Config/a': '{}', '/Config/b': undefined, '/Index/1': '{}' });
    await waitFor(isRepaired, { what: 'the repair', timeoutMs: 5_000 });
    await tamper(cluster, { '/Config/c': '{}' });
    await waitFor(isRepaired, { what: 'the second repair', timeoutMs: 5_000 });
    await cluster.barrier();
    expect(agent.counters).toMatchObject({ foreignWrites: 2, repairs: 2, resyncs: 1, fenced: 0 });
  });

  test('before the agent became the active one are healed as well', async () => {
    const first = await cluster.activeAgent();
    await cluster.barrier();
    await tamper(cluster, { '/Config/a': '{}' });
    await cluster.barrier();
    await first.stop();
    const second = await cluster.activeAgent({ heal: true });
    await waitFor(isRepaired, { what: 'the repair' });
    expect(second.counters.resyncs).toBe(0);
  });

  test('of the checkpoint are healed by publishing everything again', async () => {
    await cluster.activeAgent({ heal: true });
    await cluster.barrier();
    await tamper(cluster, { [CHECKPOINT]: 'damaged', '/Config/a': '{}' });
    const isBack = async () => (await cluster.checkpoint())?.phase === 'stream' && isRepaired();
    await waitFor(isBack, { what: 'the resync' });
  });

  test('that do not stop are answered with pauses, and loudly', async () => {
    const agent = await cluster.activeAgent({ logger, heal: true });
    await cluster.barrier();
    const before = agent.counters.writes;
    const startMs = performance.now();
    let rounds = 0;
    while (performance.now() - startMs < 4_000) {
      await tamper(cluster, { '/Config/a': `${rounds}` });
      rounds += 1;
    }
    expect(rounds).toBeGreaterThan(50);
    expect(agent.counters.writes - before).toBeLessThanOrEqual(6);
    const reports = lines.filter(({ message }) => message === 'foreign write');
    expect(reports.length).toBeLessThanOrEqual(7);
  });
});

test('what was compacted away unseen is compared: a foreign write is healed all the same', async () => {
  const etcd = await startEtcd({ env: process.env });
  onTestFinished(() => etcd.stop());
  await cluster.close();
  cluster = await createCluster(() => connectTo([etcd.endpoint]));
  await cluster.initialise();
  await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('c', '1')`);
  const proxy = await TcpProxy.before(etcd.endpoint);
  const store = await connectTo([proxy.endpoint]);
  onTestFinished(async () => {
    await store.close();
    await proxy.close();
  });
  const agent = await cluster.activeAgent({ store, heal: true });
  // The look around at the begin of a session is over: what follows is the watch's doing.
  const lookedAround = async () => (await cluster.checkpoint())?.barrier !== undefined;
  await waitFor(lookedAround, { what: 'the first comparison' });
  await cluster.barrier();
  proxy.lose('everything');
  await cluster.store.kvwrite(`${cluster.keySpace.prefix}/Config/c`, 'foreign');
  await compact(etcd);
  proxy.cut();
  await waitFor(isRepaired, { what: 'the repair', timeoutMs: 25_000 });
  await cluster.barrier();
  expect(await isRepaired()).toBe(true);
  expect(agent.counters).toMatchObject({ resyncs: 1, restarts: 0, fenced: 0 });
  await agent.stop();
});
