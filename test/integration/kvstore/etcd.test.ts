import { expect, test } from 'vitest';
import { kvconnect } from '../../../src/kvstore/connect.js';
import { JsonNumber } from '../../../src/model/json.js';
import { etcdEndpoint, uniquePrefix } from '../../support/servers.js';
import { waitFor } from '../../support/wait.js';
import { describeStoreContract } from './contract.js';
import { connectTo } from './etcd-support.js';

describeStoreContract('etcd', () => connectTo([etcdEndpoint()]));

test('kvconnect takes what kvstore_config holds, and watches under its prefix', async () => {
  const { hostname: host, port } = new URL(etcdEndpoint());
  const prefix = uniquePrefix();
  const store = await kvconnect({ type: 'etcd', host, port, prefix });
  expect(store).toMatchObject({ prefix, description: `etcd://${host}:${port}?prefix=${prefix}` });
  const keys: string[] = [];
  const abort = new AbortController();
  const watching = store.kvwatch((key) => void keys.push(key), { signal: abort.signal });
  await store.kvwrite(`${prefix}x/outside`, null);
  await store.kvwrite(`${prefix}/Config/production`, new JsonNumber('1'));
  await waitFor(() => keys.length > 0, { what: 'the key' });
  abort.abort();
  await watching;
  expect(keys).toEqual([`${prefix}/Config/production`]);
  await store.close();
});

test('kvconnect refuses what is no place', async () => {
  await expect(kvconnect({})).rejects.toMatchObject({ code: 'usage' });
  await expect(kvconnect({ type: 'redis', host: 'a' })).rejects.toThrow('redis');
});
