/** What the command reports of its targets, at its address and beside it. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../support/agents/listening-agent.js';
import { install } from '../../support/agents/operations-fixture.js';
import {
  compact,
  defragment,
  disarm,
  isFull,
  startSmallEtcd,
} from '../../support/settings/small-etcd.js';
import { waitFor } from '../../support/wait.js';

const VALUE_BYTES = 100_000;
const BLOCKED_WITHIN_MS = 15_000;

test('an etcd without space is named everywhere, with what helps, until it is freed', async () => {
  const { database, sql, run, target } = await install();
  const etcd = await startSmallEtcd();
  onTestFinished(() => etcd.stop());
  const { hostname: host, port } = new URL(etcd.endpoint);
  const save = (key: string, value: unknown) =>
    sql.query('SELECT storage.save_config($1, $2)', [key, JSON.stringify(value)]);
  await save('kvstores', { [target]: { type: 'etcd', config: { host, port: Number(port) } } });
  const { get, lines } = await serve(database.url);
  const readiness = async () => {
    const { status, body } = await get('/readyz');
    return { status, ...JSON.parse(body).targets[0] };
  };
  const metric = async (name: string) => {
    const { body } = await get('/metrics');
    const labels = `target="${target}"${name === 'state' ? ',state="blocked"' : ''}`;
    return Number(new RegExp(`^lenkwerk_agent_${name}{${labels}} (.*)$`, 'm').exec(body)?.[1]);
  };
  await waitFor(async () => (await readiness()).state === 'streaming', { what: 'a stream' });
  expect(await metric('store_up')).toBe(1);
  while (!(await isFull(etcd))) {
    await save('large', randomBytes(VALUE_BYTES / 2).toString('hex'));
  }
  await save('last', 1);
  const blocked = await waitFor(
    async () => {
      const seen = await readiness();
      return seen.state === 'blocked' ? seen : undefined;
    },
    { what: 'the state', timeoutMs: BLOCKED_WITHIN_MS },
  );
  expect(blocked.status).toBe(503);
  expect(blocked.reason).toContain('database space exceeded');
  expect(blocked.hint).toContain('`etcdctl alarm disarm`');
  expect((await get('/healthz')).status).toBe(200);
  expect([await metric('state'), await metric('store_up')]).toEqual([1, 0]);
  expect(await metric('store_failures_total')).toBeGreaterThan(1);
  expect(await metric('lag_seconds')).toBeGreaterThan(4);
  const status = await run(['status']);
  expect(status.stdout).toContain(`  - ${target}: etcd has raised the alarm NOSPACE; compact`);
  const doctor = await run(['doctor']);
  expect(doctor.exitCode).toBe(1);
  expect(doctor.stdout).toContain(`fail  target.${target}.store.alarm: etcd has raised`);
  await compact(etcd);
  await defragment(etcd);
  // Space alone is not enough: as long as the alarm stands, etcd refuses.
  const failures = await metric('store_failures_total');
  await waitFor(async () => (await metric('store_failures_total')) > failures, {
    what: 'another refusal',
  });
  expect(await readiness()).toMatchObject({ status: 503, state: 'blocked' });
  await disarm(etcd);
  await waitFor(async () => (await readiness()).status === 200, { what: 'readiness' });
  const isThere = async () =>
    (await run(['get', '/Config/last', '--target', target])).exitCode === 0;
  await waitFor(isThere, { what: 'the last change' });
  expect(
    (await run(['verify', 'test/support/states/nothing.yaml', '--target', target])).stdout,
  ).toContain('converged');
  expect([await metric('store_up'), await metric('resyncs_total')]).toEqual([1, 1]);
  expect([lines('warn', ''), lines('info', 'the store answers again')]).toEqual([1, 1]);
}, 90_000);
