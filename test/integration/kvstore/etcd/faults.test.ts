/** Requests to an etcd that fails; each test has an etcd of its own. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EtcdServer, startEtcd } from '../../../../src/dev/stores/etcd.js';
import { ETCD_LIMITS } from '../../../../src/kvstore/etcd/settings.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { CommitTooLarge } from '../../../../src/model/errors.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

let etcd: EtcdServer;
let proxy: TcpProxy;
let store: KeyValueStore;

beforeEach(async () => {
  etcd = await startEtcd({ env: process.env });
  proxy = await TcpProxy.before(etcd.endpoint);
  store = await connectTo([proxy.endpoint]);
});

afterEach(async () => {
  await store.close();
  await proxy.close();
  await etcd.stop();
});

const GUARD = { key: '/g', expected: undefined, value: '{}' };
const UNAVAILABLE = { code: 'store-unavailable', retryable: true };
/** Half of the five seconds for which etcd3's circuit breaker refuses everything. */
const AT_ONCE_MS = 2_500;

test('a store that is down fails at once, and serves at once when it is back', async () => {
  await etcd.crash();
  const started = performance.now();
  for (let i = 0; i < 10; i += 1) {
    await expect(store.read('/a')).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.commit(freeCommit('/g', []))).rejects.toMatchObject(UNAVAILABLE);
  }
  expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
  await etcd.start();
  const back = performance.now();
  expect(await store.read('/a')).toBeUndefined();
  await commitOrThrow(store, freeCommit('/g', []));
  expect(performance.now() - back).toBeLessThan(AT_ONCE_MS);
});

test('a frozen store fails within the deadline', { timeout: 30_000 }, async () => {
  proxy.freeze();
  const started = performance.now();
  await expect(store.read('/a')).rejects.toMatchObject(UNAVAILABLE);
  const waitedMs = performance.now() - started;
  expect(waitedMs).toBeGreaterThan(4_000);
  expect(waitedMs).toBeLessThan(7_000);
  proxy.thaw();
  expect(await store.read('/a')).toBeUndefined();
});

test('a lost reply makes the commit fail once, and its repetition returns the outcome', async () => {
  const direct = await connectTo([etcd.endpoint]);
  const commit = freeCommit('/g', entries('/t', 3));
  await store.read('/a');
  const before = proxy.accepted;
  proxy.lose('replies');
  const failing = expect(store.commit(commit)).rejects.toMatchObject(UNAVAILABLE);
  await waitFor(() => direct.read(commit.guard.key), { what: 'the commit to take place' });
  proxy.cut();
  await failing;
  // Had the client repeated it in secret, it would have reported a conflict with itself.
  expect(proxy.accepted).toBe(before);
  const repeated = await store.commit(commit);
  expect(repeated).toMatchObject({ kind: 'conflict', current: { value: '{}' } });
  await direct.close();
});

test('the next endpoint is used when one is down', async () => {
  const other = await connectTo([], {
    endpoints: ['127.0.0.1:1', new URL(etcd.endpoint).host],
  });
  for (let i = 0; i < 10; i += 1) await commitOrThrow(other, freeCommit('/g', entries('/t', 1)));
  await other.close();
});

test('connecting to nothing fails at once, without a secret in its message', async () => {
  const auth = { username: 'root', password: 'hunter2' };
  const started = performance.now();
  const failed = connectTo(['http://127.0.0.1:1'], { auth });
  await expect(failed).rejects.toMatchObject(UNAVAILABLE);
  await expect(failed).rejects.not.toThrow(/hunter2/);
  expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
});

test('a full store is retryable and has a hint', async () => {
  const small = await startEtcd({ env: process.env, args: ['--quota-backend-bytes=2000000'] });
  const full = await connectTo([small.endpoint]);
  const value = 'x'.repeat(900_000);
  const fill = async () => {
    // etcd looks at its size only now and then, so it takes more than the quota at first.
    for (let i = 0; i < 200; i += 1) {
      await commitOrThrow(full, freeCommit('/g', [[`/t/${i}`, value]]));
    }
  };
  await expect(fill()).rejects.toMatchObject(UNAVAILABLE);
  await expect(fill()).rejects.toMatchObject({ hint: expect.stringContaining('alarm disarm') });
  expect(await full.read('/nothing')).toBeUndefined();
  await full.close();
  await small.stop();
});

test.each([
  ['--max-txn-ops=512', 4_032],
  ['--max-txn-ops=64', 992],
  ['--max-txn-ops=16', 56],
])('the limits follow %s', async (argument, maxChanges) => {
  const other = await startEtcd({ env: process.env, args: [argument] });
  const limited = await connectTo([other.endpoint]);
  expect(limited.limits.maxChanges).toBe(maxChanges);
  await commitOrThrow(limited, freeCommit('/g', entries('/t', maxChanges)));
  await limited.close();
  await other.stop();
});

test('an endpoint with smaller limits is probed when it refuses a commit', async () => {
  const args = ['--max-txn-ops=16', '--max-request-bytes=100000'];
  const other = await startEtcd({ env: process.env, args });
  const hosts = [etcd, other].map(({ endpoint }) => new URL(endpoint).host);
  const limited = await connectTo([], { endpoints: hosts });
  expect(limited.limits.maxChanges).toBe(4_032);
  await etcd.crash();
  await expect(limited.read('/a')).resolves.toBeUndefined();
  const before = await limited.readRange(['']);
  const many = limited.commit(freeCommit('/g', entries('/t', 300)));
  await expect(many).rejects.toBeInstanceOf(CommitTooLarge);
  await expect(many).rejects.toThrow('commit: etcdserver: too many operations in txn request');
  expect(limited.limits).toMatchObject({ maxChanges: 56, maxBytes: ETCD_LIMITS.maxBytes });
  // By the server itself, and before it reaches the server: in gRPC.
  for (const [valueBytes, answer] of [
    [120_000, /^commit: etcdserver: request is too large$/],
    [700_000, /^commit: a request of 7\d{5} bytes is too large$/],
  ] as const) {
    const puts = [['/t/large', 'x'.repeat(valueBytes)] as const];
    const large = limited.commit({ ...freeCommit('/g', puts), guard: GUARD });
    await expect(large).rejects.toBeInstanceOf(CommitTooLarge);
    await expect(large).rejects.toThrow(answer);
    await expect(limited.probeRecord('/t/large', 'x'.repeat(valueBytes))).rejects.toBeInstanceOf(
      CommitTooLarge,
    );
  }
  expect(limited.limits.maxBytes).toBeLessThan(80_000);
  expect(limited.limits.maxBytes).toBeGreaterThan(60_000);
  await limited.probeRecord('/t/large', 'x'.repeat(99_000));
  expect(await limited.readRange([''])).toEqual(before);
  await limited.close();
  await other.stop();
});

test('connecting writes nothing', async () => {
  const before = await store.readRange(['']);
  await (await connectTo([etcd.endpoint])).close();
  expect(await store.readRange([''])).toEqual(before);
});
