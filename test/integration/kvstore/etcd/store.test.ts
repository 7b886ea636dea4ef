import { Etcd3 } from 'etcd3';
import { expect, test } from 'vitest';
import { kvconnect } from '../../../../src/kvstore/connect.js';
import { JsonNumber } from '../../../../src/model/json.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { etcdEndpoint, uniquePrefix } from '../../../support/servers/servers.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { waitFor } from '../../../support/wait.js';

test('a listing over many pages is what the library reads at once', async () => {
  const prefix = uniquePrefix();
  const store = await connectTo([etcdEndpoint()]);
  const client = new Etcd3({ hosts: etcdEndpoint() });
  // Without a value, with characters of three and four bytes, and some that are much larger.
  const values = (n: number) => '\ufeff𝄞'.repeat(n % 7 === 0 ? n % 300 : n % 3);
  for (let start = 0; start < 4_500; start += 1_500) {
    const numbers = Array.from({ length: 1_500 }, (_, i) => start + i);
    const puts = numbers.map((n) => [`${prefix}/ü${n}`, values(n)] as const);
    await commitOrThrow(store, freeCommit(`${prefix}/`, puts));
  }
  const key = Buffer.from(`${prefix}/`);
  const { kvs } = await client.kv.range({ key, range_end: Buffer.from(`${prefix}0`) });
  const { records } = await store.readRange([`${prefix}/`]);
  expect(records).toEqual(
    kvs.map((kv) => ({
      key: kv.key.toString(),
      value: kv.value.toString(),
      modRevision: BigInt(kv.mod_revision),
    })),
  );
  client.close();
  await store.close();
});

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
