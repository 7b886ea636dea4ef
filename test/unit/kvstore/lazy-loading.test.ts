/** Alone in its file: what is loaded once stays loaded. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { DRIVERS } from '../../../src/kvstore/drivers.js';
import { storeFrom } from '../../support/store-sources.js';

function loadedClients(): readonly string[] {
  const files = Object.keys(createRequire(import.meta.url).cache);
  const names = files.map(
    (file) => /node_modules\/(etcd3|pg|@redis\/client)\//.exec(file)?.[1] ?? '',
  );
  return [...new Set(names)].filter((name) => name !== '').sort();
}

test('settings are read without any client library, and a driver loads its own one', async () => {
  const variables = { ETCDCTL_ENDPOINTS: 'a' };
  storeFrom({ variables });
  for (const { exampleUrl: text } of DRIVERS) {
    storeFrom({ url: { text, source: 'private' }, variables });
  }
  expect(loadedClients()).toEqual([]);
  await import('../../../src/kvstore/postgres/store.js');
  expect(loadedClients()).toEqual(['pg']);
  await import('../../../src/kvstore/etcd/store.js');
  expect(loadedClients()).toEqual(['etcd3', 'pg']);
  await import('../../../src/kvstore/redis/store.js');
  expect(loadedClients()).toEqual(['@redis/client', 'etcd3', 'pg']);
});
