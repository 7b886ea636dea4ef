/** What an etcd reports of itself, while it fills up and is freed again. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EtcdServer } from '../../../../src/dev/stores/etcd.js';
import { EtcdEndpoints } from '../../../../src/kvstore/etcd/connection/failover.js';
import { type EtcdFacts, readEtcdFacts } from '../../../../src/kvstore/etcd/troubles.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { connectTo, etcdSettings } from '../../../support/servers/etcd-store.js';
import {
  compact,
  defragment,
  disarm,
  isFull,
  QUOTA_BYTES,
  raiseCorrupt,
  startSmallEtcd,
} from '../../../support/settings/small-etcd.js';

/** Small: etcd writes what came within 100 ms at once, and its size grows by that. */
const VALUE_BYTES = 10_000;

let etcd: EtcdServer;
let store: KeyValueStore;
beforeEach(async () => {
  etcd = await startSmallEtcd();
  store = await connectTo([etcd.endpoint]);
});
afterEach(async () => {
  await store.close();
  await etcd.stop();
});

async function facts(): Promise<EtcdFacts> {
  const endpoints = new EtcdEndpoints(etcdSettings([etcd.endpoint]));
  try {
    return await readEtcdFacts(endpoints, '/a');
  } finally {
    endpoints.close();
  }
}

const kinds = async () => (await store.troubles?.())?.map(({ level, kind }) => `${level} ${kind}`);
const write = () => store.kvwrite('/a', randomBytes(VALUE_BYTES / 2).toString('hex'));

test('its quota and its alarm are reported until it is freed', async () => {
  expect(await facts()).toMatchObject({ alarms: [], quotaBytes: QUOTA_BYTES, isCompacted: false });
  expect(await kinds()).toEqual([]);
  while ((await facts()).sizeBytes < QUOTA_BYTES * 0.8) expect(await write()).toBe(true);
  expect(await kinds()).toEqual(['warn space']);
  while (!(await isFull(etcd))) await write();
  expect(await kinds()).toEqual(['fail alarm']);
  const { revisions } = await facts();
  expect(revisions).toBeGreaterThan(10);
  await compact(etcd);
  await defragment(etcd);
  expect(await kinds()).toEqual(['fail alarm']);
  await disarm(etcd);
  expect(await kinds()).toEqual([]);
  expect(await facts()).toMatchObject({ alarms: [], isCompacted: true });
});

test('an etcd whose members differ is named by the error of its requests', async () => {
  await raiseCorrupt(etcd);
  expect((await facts()).alarms).toEqual(['CORRUPT']);
  const hint =
    'etcd has raised the alarm CORRUPT: replace the members whose data differ, then disarm it';
  const guard = { key: '/g', expected: undefined, value: 'x' };
  const commit = store.commit({ puts: new Map(), deletes: new Set(), guard });
  await expect(commit).rejects.toMatchObject({ code: 'store-rejected', hint });
});
