/** Each fault is caused, and a Prometheus with the rules of examples/monitoring sees it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { listenHttp, parseListenAddress } from '../../../src/runtime/listen.js';
import { serve } from '../../support/agents/listening-agent.js';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { tamper } from '../../support/agents/tamper.js';
import { findPrometheus } from '../../support/monitoring/prometheus.js';
import { startPrometheus } from '../../support/monitoring/running-prometheus.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { waitFor } from '../../support/wait.js';

const NOTHING = 'test/support/states/nothing.yaml';
const TIMEOUT_MS = 180_000;
const TERMINATE = `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
  WHERE slot_name = $1 AND active`;
const hasPrometheus = (await findPrometheus()) !== undefined;

async function untilState({ get }: Awaited<ReturnType<typeof serve>>, state: string) {
  const isIn = async () => (await get('/readyz')).body.includes(`"state":"${state}"`);
  await waitFor(isIn, { what: state, timeoutMs: 30_000 });
}

/** Puts a proxy before the store of the installation. */
async function proxied({ sql, target, prefix }: Installation): Promise<TcpProxy> {
  const proxy = await TcpProxy.before(etcdEndpoint());
  onTestFinished(() => proxy.close());
  const config = { host: '127.0.0.1', port: proxy.port, prefix };
  const stores = JSON.stringify({ [target]: { type: 'etcd', config } });
  await sql.query("SELECT storage.save_config('kvstores', $1)", [stores]);
  return proxy;
}

/** Answers with the file, as node_exporter does, and returns its address. */
async function exporterOf(file: string): Promise<string> {
  const listener = await listenHttp(parseListenAddress('127.0.0.1:0'), {
    '/metrics': async () => {
      const body = await readFile(file, 'utf8').catch(() => '');
      return { status: 200, contentType: 'text/plain; version=0.0.4', body };
    },
  });
  onTestFinished(() => listener.close());
  return listener.address;
}

describe.skipIf(!hasPrometheus)('alerts', { timeout: TIMEOUT_MS }, () => {
  test('of a pair of agents, and of verify', async () => {
    const installation = await install();
    const { database, sql, prefix, slot, run } = installation;
    const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-monitoring-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'lenkwerk.prom');
    const first = await serve(database.url);
    await untilState(first, 'streaming');
    const second = await serve(database.url);
    await untilState(second, 'standby');
    const addresses = [first.address, second.address, await exporterOf(file)];
    const { untilFiring, untilOnly } = await startPrometheus(addresses);
    await untilOnly();
    const store = await connectTo([etcdEndpoint()]);
    onTestFinished(() => store.close());
    const keySpace = new KeySpace(prefix);
    await tamper({ keySpace, store }, { '/Config/kvstores': '"x"' });
    await untilFiring('ForeignWrite');
    const verified = await run(['verify', NOTHING, '--metrics-into', file]);
    expect(verified, verified.stderr).toMatchObject({ exitCode: 2 });
    await untilFiring('Diverged', 'VerifyStale');
    await second.stop();
    await untilFiring('NoStandby');
    for (let times = 0; times < 8; times += 1) {
      const isCut = async () => (await sql.query(TERMINATE, [slot])).rowCount === 1;
      await waitFor(isCut, { what: 'a stream to cut', timeoutMs: 60_000 });
    }
    await untilFiring('Unsteady');
    await first.stop();
    await untilFiring('AgentAbsent');
  });

  test('of a store that does not answer', async () => {
    const installation = await install();
    const proxy = await proxied(installation);
    const agent = await serve(installation.database.url);
    await untilState(agent, 'streaming');
    const { untilFiring, untilOnly } = await startPrometheus([agent.address]);
    await untilOnly('NoStandby');
    proxy.freeze();
    const text = JSON.stringify(randomBytes(200_000).toString('hex'));
    await installation.sql.query("SELECT storage.save_config('large', $1)", [text]);
    await untilFiring('StoreAway', 'Blocked', 'Lag', 'SlotKeepsWal');
    proxy.thaw();
    await untilState(agent, 'streaming');
  });

  test('of a database that is away', async () => {
    const { database } = await install();
    const proxy = await TcpProxy.before(database.url);
    const agent = await serve(proxy.inFrontOf(database.url));
    await untilState(agent, 'streaming');
    const { untilFiring } = await startPrometheus([agent.address]);
    await proxy.close();
    await untilFiring('DatabaseUnreachable');
  });

  test('of a target that needs an operator, whose slot is not read', async () => {
    const { database, sql, target, prefix } = await install();
    const { hostname: host, port } = new URL(etcdEndpoint());
    const ours = { type: 'etcd', config: { host, port: Number(port), prefix } };
    const other = uniqueName('t');
    const configure = (theirs: unknown) =>
      sql.query("SELECT storage.save_config('kvstores', $1)", [
        JSON.stringify({ [target]: ours, [other]: theirs }),
      ]);
    const config = { ...ours.config, prefix: uniquePrefix() };
    await configure({ ...ours, config });
    const before = await serve(database.url);
    const isReady = async () => (await before.get('/readyz')).status === 200;
    await waitFor(isReady, { what: 'both targets', timeoutMs: 30_000 });
    await before.stop();
    await configure({ type: 'unknown', config });
    const agent = await serve(database.url);
    await untilState(agent, 'streaming');
    const { untilFiring } = await startPrometheus([agent.address]);
    await untilFiring('TargetFailed', 'SlotUnread', 'NobodyPublishes');
  });

  test('of a resync that takes long', async () => {
    const installation = await install();
    const proxy = await proxied(installation);
    await installation.sql.query(`
      SELECT storage.save_config('k' || n, '1') FROM generate_series(1, 3000) AS n`);
    proxy.delay(300);
    const agent = await serve(installation.database.url);
    const { untilFiring } = await startPrometheus([agent.address]);
    await untilFiring('Resyncing');
    proxy.delay(0);
    await untilState(agent, 'streaming');
  });
});
