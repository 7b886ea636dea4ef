/** A store without space, and one that forgot its history, under a running agent. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EtcdServer, startEtcd } from '../../../../src/dev/etcd.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { expectConverged } from '../../../support/agents/config-changes.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

const QUOTA_BYTES = 2_000_000;
const VALUE_BYTES = 100_000;
const MAX_CHANGES = 100;

let etcd: EtcdServer;
let cluster: Cluster;
beforeEach(async () => {
  etcd = await startEtcd({
    env: process.env,
    args: [`--quota-backend-bytes=${QUOTA_BYTES}`],
  });
  cluster = await createCluster(() => connectTo([etcd.endpoint]));
});
afterEach(async () => {
  await cluster.close();
  await etcd.stop();
});

const change = (value: string) =>
  cluster.sql.query(
    `INSERT INTO storage.config (key, value) VALUES ('c', to_json($1::text))
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [value],
  );

/** Calls etcd's JSON gateway. */
async function request(path: string, body: Readonly<Record<string, unknown>>): Promise<string> {
  const url = `${etcd.endpoint}/v3/${path}`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function compact(): Promise<void> {
  const status = await request('kv/range', { key: 'AA==' });
  const revision = /"revision":"(\d+)"/.exec(status)?.[1];
  await request('kv/compaction', { revision, physical: true });
}

test('a store without space is waited for: nothing is skipped, nothing begun again', async () => {
  const agent = await cluster.activeAgent();
  const isFull = async () => (await request('maintenance/alarm', {})).includes('NOSPACE');
  for (let n = 0; n < MAX_CHANGES && !(await isFull()); n += 1) {
    await change(randomBytes(VALUE_BYTES / 2).toString('hex'));
  }
  expect(await isFull()).toBe(true);
  const before = await cluster.checkpoint();
  await change('the last one');
  await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('d', '1')`);
  await compact();
  await request('maintenance/defragment', {});
  // Space alone is not enough: as long as the alarm stands, etcd refuses.
  expect((await cluster.checkpoint())?.lsn).toBe(before?.lsn);
  const [, memberID] = /"memberID":"(\d+)"/.exec(await request('maintenance/alarm', {})) ?? [];
  await request('maintenance/alarm', { action: 'DEACTIVATE', memberID, alarm: 'NOSPACE' });
  await expectConverged(cluster);
  expect(agent.counters).toMatchObject({ state: 'streaming', resyncs: 1, restarts: 0, fenced: 0 });
});

test('what was compacted away unseen is compared: a foreign write is healed all the same', async () => {
  await cluster.initialise();
  await change('x');
  const proxy = await TcpProxy.before(etcd.endpoint);
  const store = await connectTo([`http://127.0.0.1:${proxy.port}`]);
  try {
    const agent = await cluster.activeAgent({ store, heal: true });
    // The look around at the begin of a session is over: what follows is the watch's doing.
    const lookedAround = async () => (await cluster.checkpoint())?.barrier !== undefined;
    await waitFor(lookedAround, { what: 'the first comparison' });
    await expectConverged(cluster);
    proxy.lose('everything');
    await cluster.store.kvwrite(`${cluster.keySpace.prefix}/Config/c`, 'foreign');
    await compact();
    proxy.cut();
    const wanted = (await cluster.recorded()).get('/Config/c');
    const healed = async () => (await cluster.published()).get('/Config/c') === wanted;
    await waitFor(healed, { what: 'the repair', timeoutMs: 25_000 });
    await expectConverged(cluster);
    expect(agent.counters).toMatchObject({ resyncs: 1, restarts: 0, fenced: 0 });
    await agent.stop();
  } finally {
    await store.close();
    await proxy.close();
  }
});
