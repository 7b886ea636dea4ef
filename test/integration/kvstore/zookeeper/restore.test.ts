/** A server whose data are put back to an earlier state gives its numbers out again. */
import { cp, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startZookeeper, type ZookeeperServer } from '../../../../src/dev/stores/zookeeper.js';
import type { KeyValueStore, StoredValue } from '../../../../src/kvstore/store.js';
import { commitOrThrow } from '../../../support/store-contract/commits.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';
import { connectToZookeeper, describeWithZookeeper } from '../../../support/zookeeper/store.js';

describeWithZookeeper('a ZooKeeper that is restored', () => {
  let server: ZookeeperServer;
  let store: KeyValueStore;
  let last: StoredValue | undefined;

  beforeEach(async () => {
    server = await startZookeeper({ env: process.env });
    store = await connectToZookeeper([server.endpoint]);
    last = undefined;
    await write('w1');
    await server.crash();
    await cp(server.dataFolder, copy(), { recursive: true });
    await server.start();
  });
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  const copy = () => `${server.dataFolder}-copy`;

  async function restore(): Promise<void> {
    await server.crash();
    await rm(server.dataFolder, { recursive: true });
    await cp(copy(), server.dataFolder, { recursive: true });
    await server.start();
  }

  async function write(value: string, expected = last): Promise<void> {
    const guard = { key: '/guard', expected, value };
    const puts = new Map([['/t/k', value]]);
    const modRevision = await commitOrThrow(store, { puts, deletes: new Set(), guard });
    last = { value, modRevision };
  }

  test('does not take the commit of one that wrote before', async () => {
    for (const value of ['w2', 'w3', 'w4']) await write(value);
    const asleep = last;
    await restore();
    last = await store.read('/guard');
    expect(last?.value).toBe('w1');
    for (const value of ['n2', 'n3', 'n4', 'n5']) await write(value);
    const guard = { key: '/guard', expected: asleep, value: 'late' };
    const late = await store.commit({ puts: new Map(), deletes: new Set(), guard });
    expect(late).toEqual({ kind: 'conflict', current: last });
  });

  test('is noticed by a watch, also when it has as many commits as before', async () => {
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    for (const value of ['w2', 'w3', 'w4']) await write(value);
    await watching.receive(4);
    await restore();
    last = await store.read('/guard');
    for (const value of ['n2', 'n3', 'n4', 'n5']) await write(value);
    const seen = () => replay(watching.events).get('/t/k');
    await expect.poll(seen, { timeout: 15_000 }).toBe('n5');
    const resync = watching.events.find((event, index) => index > 0 && event.kind === 'resync');
    expect(resync).toMatchObject({ reason: 'rewound' });
    await watching.stop();
  });
});
