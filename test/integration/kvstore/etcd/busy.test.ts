/** A process that is busy for longer than a deadline, with requests under way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EtcdServer, startEtcd } from '../../../../src/dev/stores/etcd.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { blockThread, waitFor } from '../../../support/wait.js';

const KEYS = 4_000;
/** Longer than a request may take. */
const BUSY_MS = 6_000;

let etcd: EtcdServer;
let store: KeyValueStore;

beforeAll(async () => {
  etcd = await startEtcd({ env: process.env });
  store = await connectTo([etcd.endpoint]);
  for (let start = 0; start < 10; start += 1) {
    const puts = entries(`/t/${start}`, KEYS / 10, 'x'.repeat(2_000));
    await commitOrThrow(store, freeCommit('/g', puts.slice(0, 200)));
    await commitOrThrow(store, freeCommit('/g', puts.slice(200)));
  }
});
afterAll(async () => {
  await store.close();
  await etcd.stop();
});

test('a page of a listing is read after the process was busy', { timeout: 60_000 }, async () => {
  let ended = false;
  const listing = store.readRange(['/t/']).finally(() => {
    ended = true;
  });
  listing.catch(() => {});
  let pages = 0;
  // Between two of the answers the requests of the next page are sent.
  while (!ended && pages < 3) {
    await waitFor(async () => true, { what: 'some answers' });
    blockThread(BUSY_MS);
    pages += 1;
  }
  expect((await listing).records).toHaveLength(KEYS);
  expect(pages).toBeGreaterThan(0);
});

test('a commit and a read under way are no failures', { timeout: 30_000 }, async () => {
  const under = [store.read('/t/0/k0'), store.commit(freeCommit('/g', [['/u', '1']]))] as const;
  await waitFor(async () => true, { what: 'some answers' });
  blockThread(BUSY_MS);
  expect((await under[0])?.value).toMatch(/^x+0$/);
  expect(await under[1]).toMatchObject({ kind: 'committed' });
});

test('a page whose answer was lost is asked for again', async () => {
  const proxy = await TcpProxy.before(etcd.endpoint);
  const through = await connectTo([proxy.endpoint]);
  try {
    await through.read('/a');
    proxy.lose('replies');
    const listing = through.readRange(['/t/']);
    await waitFor(() => proxy.lostBytes > 0, { what: 'an answer' });
    proxy.cut();
    expect((await listing).records).toHaveLength(KEYS);
  } finally {
    await through.close();
    await proxy.close();
  }
});
