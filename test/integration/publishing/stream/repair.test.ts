/** A repair writes what the tables hold at a position of the stream, and nothing else. */
import { Client } from 'pg';
import { describe, expect, type TestContext, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import { Repairs } from '../../../../src/publishing/stream/repair.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { tamper } from '../../../support/agents/tamper.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

async function clusterFor({ onTestFinished }: TestContext): Promise<Cluster> {
  const cluster = await createCluster();
  onTestFinished(() => cluster.close());
  await cluster.initialise();
  await cluster.sql.query(`
    INSERT INTO storage.config (key, value) VALUES ('a', '1.10'), ('b', '"x"'), ('c', '{}');
    INSERT INTO storage.servermap (server_map) VALUES ('{"n":1}'), ('{"n":2}')`);
  return cluster;
}

async function requestRepair(cluster: Cluster, ...keys: readonly string[]): Promise<void> {
  const whole = keys.map((key) => cluster.keySpace.prefix + key);
  await cluster.sql.query('SELECT lenkwerk.request_repair($1)', [JSON.stringify(whole)]);
}

async function repaired(cluster: Cluster): Promise<void> {
  const wanted = [...(await cluster.recorded())].sort();
  const isRepaired = async () =>
    JSON.stringify([...(await cluster.published())].sort()) === JSON.stringify(wanted);
  await waitFor(isRepaired, { what: 'the repair' });
}

// Half a minute; the others run meanwhile.
test.concurrent('a repair that cannot be prepared is reported, and tried again until it can', async (context) => {
  const cluster = await clusterFor(context);
  const proxy = await TcpProxy.before(cluster.database.url);
  context.onTestFinished(() => proxy.close());
  proxy.decide(() => 'cut');
  const url = proxy.inFrontOf(cluster.database.url);
  const database = postgresSource(connectionSettings({ url }, {}));
  const failures: string[] = [];
  const repairs = new Repairs(cluster.context({ database }), {
    onDelayed: ({ code }) => failures.push(code),
    signal: new AbortController().signal,
  });
  repairs.request(new Set(['a']));
  repairs.request('everything');
  await expect.poll(() => failures, { timeout: 15_000 }).toEqual(['database-unavailable']);
  const sessions = proxy.accepted;
  proxy.decide(undefined);
  await repairs.ended();
  expect(proxy.accepted).toBeGreaterThan(sessions);
}, 60_000);

describe.concurrent('a repair', () => {
  test('sets every key right in one revision, without a new slot', async (context) => {
    const cluster = await clusterFor(context);
    const agent = await cluster.activeAgent();
    await cluster.barrier();
    const { activation } = (await cluster.checkpoint()) ?? {};
    const after = await tamper(cluster, {
      '/Config/a': '{}',
      '/Config/b': undefined,
      '/Config/stray': '1',
      '/Index/7/8': '{}',
      '/Servermap': '{"id":9,"server_map":{}}',
    });
    await requestRepair(cluster);
    await repaired(cluster);
    const revisions = (await cluster.revisionsAfter(after)).filter(({ size }) => size > 0);
    expect(revisions.map((changes) => [...changes.keys()].sort())).toEqual([
      ['/Config/a', '/Config/b', '/Config/stray', '/Index/7/8', '/Servermap'],
    ]);
    expect(await cluster.checkpoint()).toMatchObject({ activation, phase: 'stream' });
    expect(agent.counters).toMatchObject({ resyncs: 1, restarts: 0, fenced: 0 });
  });

  test('touches the keys that are named, and never keys that are no records', async (context) => {
    const cluster = await clusterFor(context);
    await cluster.activeAgent();
    await cluster.barrier();
    const checkpoint = `/Lenkwerk/default/Checkpoint`;
    await tamper(cluster, { '/Config/a': '{}', '/Config/b': '{}', '/Elsewhere/x': 'kept' });
    await requestRepair(cluster, '/Config/a', '/Config/never', '/Elsewhere/x', checkpoint);
    const whole = `${cluster.keySpace.prefix}/Config/a`;
    const isRight = async () => (await cluster.store.read(whole))?.value.includes('1.10');
    await waitFor(isRight, { what: 'the repair' });
    expect((await cluster.published()).get('/Config/b')).toBe('{}');
    expect((await cluster.store.read(`${cluster.keySpace.prefix}/Elsewhere/x`))?.value).toBe(
      'kept',
    );
    expect(await cluster.checkpoint()).toMatchObject({ phase: 'stream' });
  });

  test('forgets a servermap that was never recorded', async (context) => {
    const cluster = await clusterFor(context);
    const first = await cluster.activeAgent();
    await cluster.barrier();
    await first.stop();
    await tamper(cluster, { '/Servermap': '{"id":99,"server_map":{"n":0}}' });
    await cluster.activeAgent();
    await requestRepair(cluster);
    await repaired(cluster);
    await cluster.sql.query(`INSERT INTO storage.servermap (server_map) VALUES ('{"n":3}')`);
    await cluster.barrier();
    expect((await cluster.published()).get('/Servermap')).toBe('{"id":3,"server_map":{"n":3}}');
  });

  test('while others write, no revision shows anything but the tables', async (context) => {
    const cluster = await clusterFor(context);
    await cluster.activeAgent();
    await cluster.barrier();
    let ended = false;
    const writers = [0, 1].map((n) => writeInOrder(cluster, n, () => ended));
    const start = await cluster.revision();
    for (let round = 0; round < 15; round += 1) {
      await tamper(cluster, { '/Config/a': `${round}`, '/Config/stray': '1' });
      await requestRepair(cluster, ...(round % 3 === 0 ? [] : ['/Config/a', '/Config/stray']));
      const isRight = async () => !(await cluster.published()).has('/Config/stray');
      await waitFor(isRight, { what: 'the repair' });
    }
    ended = true;
    await Promise.all(writers);
    await cluster.barrier();
    await repaired(cluster);
    expectNoStepBack(await cluster.revisionsAfter(start));
  });
});

/** Counts up in two keys of one transaction. */
async function writeInOrder(
  { database }: Cluster,
  writer: number,
  ended: () => boolean,
): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  for (let n = 1; !ended(); n += 1) {
    await client.query(
      `INSERT INTO storage.config (key, value)
       VALUES ($1, to_json($2::int)), ($1 || 'twin', to_json($2::int))
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [`w${writer}`, n],
    );
  }
  await client.end();
}

/** A repair that was read at another point than it is written at would turn a counter back. */
function expectNoStepBack(revisions: readonly ReadonlyMap<string, string | undefined>[]): void {
  const last = new Map<string, number>();
  const shown = new Map<string, number>();
  for (const changes of revisions) {
    for (const [key, value] of changes) {
      const n = Number(/"value":(\d+)/.exec(value ?? '')?.[1]);
      if (!key.startsWith('/Config/w')) continue;
      expect(n, key).toBeGreaterThanOrEqual(last.get(key) ?? 0);
      last.set(key, n);
      shown.set(key, n);
    }
    for (const writer of ['/Config/w0', '/Config/w1']) {
      expect(shown.get(`${writer}twin`)).toBe(shown.get(writer));
    }
  }
  expect(last.get('/Config/w0')).toBeGreaterThan(15);
}
