/** Requests to a ZooKeeper that fails. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startZookeeper, type ZookeeperServer } from '../../../../src/dev/stores/zookeeper.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { CommitTooLarge } from '../../../../src/model/errors.js';
import { uniquePrefix } from '../../../support/servers/servers.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';
import { connectToZookeeper, describeWithZookeeper } from '../../../support/zookeeper/store.js';

const UNAVAILABLE = { code: 'store-unavailable', retryable: true };
const AT_ONCE_MS = 2_500;

describeWithZookeeper('a ZooKeeper that fails', () => {
  let server: ZookeeperServer;
  /** Each test has a store of its own. */
  let chroot: string;
  let proxy: TcpProxy;
  let store: KeyValueStore;

  beforeAll(async () => {
    // A session ends after 20 ticks at most.
    server = await startZookeeper({ env: process.env, config: ['tickTime=200'] });
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    chroot = uniquePrefix();
    proxy = await TcpProxy.before(`http://${server.endpoint}`);
    store = await connectToZookeeper([`127.0.0.1:${proxy.port}`], { chroot });
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  test('one that is down fails at once, and serves at once when it is back', async () => {
    await server.crash();
    const started = performance.now();
    for (let i = 0; i < 10; i += 1) {
      await expect(store.read('/a')).rejects.toMatchObject(UNAVAILABLE);
      await expect(store.commit(freeCommit('/g', []))).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    await server.start();
    const back = performance.now();
    expect(await store.read('/a')).toBeUndefined();
    await commitOrThrow(store, freeCommit('/g', []));
    expect(performance.now() - back).toBeLessThan(AT_ONCE_MS);
  });

  test('one that is frozen fails within the deadline', async () => {
    await server.freeze();
    const started = performance.now();
    await expect(store.read('/a')).rejects.toMatchObject(UNAVAILABLE);
    const other = connectToZookeeper([server.endpoint], { chroot });
    await expect(other).rejects.toMatchObject(UNAVAILABLE);
    await expect(other).rejects.toThrow('no session within 3 s');
    expect(performance.now() - started).toBeLessThan(12_000);
    await server.thaw();
    expect(await store.read('/a')).toBeUndefined();
  });

  test('a watch of one that is frozen ends at once by its signal', async () => {
    await server.freeze();
    const before = proxy.accepted;
    const watching = new Watching(store, { prefix: '/t/' });
    await waitFor(() => proxy.accepted > before, { what: 'the connection of the watch' });
    const started = performance.now();
    await watching.stop();
    expect(performance.now() - started).toBeLessThan(1_000);
    await server.thaw();
  });

  test('a lost reply makes the commit fail once, and its repetition returns the outcome', async () => {
    const direct = await connectToZookeeper([server.endpoint], { chroot });
    const commit = freeCommit('/g', entries('/t', 3));
    await store.read('/a');
    const before = proxy.accepted;
    // Of a commit the last request writes; the replies before it pass.
    let isCommitted = false;
    proxy.alter((reply) => (isCommitted ? Buffer.alloc(0) : reply));
    proxy.decide((chunk) => {
      isCommitted ||= chunk.includes('Journal/0000000001');
      return 'pass';
    });
    const failing = expect(store.commit(commit)).rejects.toMatchObject(UNAVAILABLE);
    await waitFor(() => direct.read(commit.guard.key), { what: 'the commit to take place' });
    proxy.cut();
    await failing;
    proxy.heal();
    // Had the client repeated it in secret, it would have reported a conflict with itself.
    expect(proxy.accepted).toBe(before);
    const repeated = await store.commit(commit);
    expect(repeated).toMatchObject({ kind: 'conflict', current: { value: '{}' } });
    await direct.close();
  });

  test('a reply that is cut in its middle fails its request, and the next one works', async () => {
    await commitOrThrow(store, freeCommit('/g', [['/large', 'x'.repeat(100_000)]]));
    proxy.cutAfter(50_000);
    await expect(store.read('/large')).rejects.toMatchObject(UNAVAILABLE);
    expect((await store.read('/large'))?.value).toHaveLength(100_000);
  });

  test('callers that lost their connection open one, between them', async () => {
    await store.read('/a');
    const before = proxy.accepted;
    proxy.cut();
    const gone = () => store.read('/a').catch(() => undefined);
    await Promise.all(Array.from({ length: 10 }, gone));
    await Promise.all(Array.from({ length: 10 }, () => store.read('/a')));
    expect(proxy.accepted).toBe(before + 1);
  });

  test('a watch outlives its session, and misses nothing', { timeout: 60_000 }, async () => {
    const direct = await connectToZookeeper([server.endpoint], { chroot });
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    const before = proxy.accepted;
    proxy.freeze();
    const written = [];
    for (let i = 0; i < 20; i += 1) {
      written.push(await commitOrThrow(direct, freeCommit('/g', [['/t/k', String(i)]])));
    }
    // The client gives up the session that is silent, which the server ends as well.
    await waitFor(() => proxy.accepted > before, { what: 'another connection' });
    proxy.thaw();
    const [, ...changes] = await watching.receive(21);
    expect(changes.map((event) => event.kind === 'changes' && event.revision)).toEqual(written);
    await watching.stop();
    await direct.close();
  });

  test('a watch goes on when the server was killed', async () => {
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    await commitOrThrow(store, freeCommit('/g', [['/t/k', 'before']]));
    await watching.receive(2);
    await server.crash();
    await server.start();
    await commitOrThrow(store, freeCommit('/g', [['/t/k', 'after']]));
    const [, , third] = await watching.receive(3);
    expect(third).toMatchObject({ kind: 'changes', changes: [{ key: '/t/k', value: 'after' }] });
    await watching.stop();
  });

  test('the next server is used when one is down', async () => {
    const other = await connectToZookeeper(['127.0.0.1:1', server.endpoint], { chroot });
    for (let i = 0; i < 5; i += 1) await commitOrThrow(other, freeCommit('/g', entries('/t', 1)));
    await other.close();
  });

  test('connecting writes nothing, and neither does a probe', async () => {
    const other = await connectToZookeeper([server.endpoint], { chroot });
    await other.probeRecord('/a/b', 'x');
    expect((await other.readRange([''])).revision).toBe(1n);
    expect((await other.readRange([''])).records).toEqual([]);
    const first = await commitOrThrow(other, freeCommit('/g', []));
    await other.probeRecord('/a/b', 'x');
    expect((await other.readRange([''])).revision).toBe(first);
    await other.close();
  });
});

describeWithZookeeper('a smaller jute.maxbuffer', () => {
  test('is probed at connect, and again when a request was lost', async () => {
    const javaOptions = ['-Djute.maxbuffer=200000'];
    const small = await startZookeeper({ env: process.env, javaOptions });
    const usual = await startZookeeper({ env: process.env });
    const limited = await connectToZookeeper([small.endpoint]);
    expect(limited.limits.maxBytes).toBeGreaterThan(80_000);
    expect(limited.limits.maxBytes).toBeLessThan(90_000);
    const value = 'x'.repeat(250_000);
    const large = freeCommit('/g', [['/t/large', value]]);
    await expect(limited.commit(large)).rejects.toBeInstanceOf(CommitTooLarge);
    await expect(limited.probeRecord('/t/large', value)).rejects.toBeInstanceOf(CommitTooLarge);
    await commitOrThrow(limited, freeCommit('/g', [['/t/large', 'x'.repeat(150_000)]]));
    await limited.close();

    const moving = await connectToZookeeper([usual.endpoint, small.endpoint]);
    await usual.stop();
    expect(moving.limits.maxBytes).toBe(471_858);
    expect(await moving.read('/nothing')).toBeUndefined();
    await expect(moving.commit(large)).rejects.toMatchObject(UNAVAILABLE);
    await expect(moving.commit(large)).rejects.toBeInstanceOf(CommitTooLarge);
    expect(await moving.read('/t/large')).toMatchObject({ value: 'x'.repeat(150_000) });
    await moving.close();
    await small.stop();
  });
});

test('connecting to nothing fails at once, without a secret in its message', async () => {
  const auth = { username: 'root', password: 'hunter2' };
  const started = performance.now();
  const failed = connectToZookeeper(['127.0.0.1:1'], { auth });
  await expect(failed).rejects.toMatchObject(UNAVAILABLE);
  await expect(failed).rejects.not.toThrow(/hunter2/);
  expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
});
