import { connectStore } from '../../../src/kvstore/connect.js';
import type { EtcdSettings } from '../../../src/kvstore/settings.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';

/** Connects to etcd at URLs such as `http://127.0.0.1:2379`, by default in plain text. */
export function connectTo(
  endpoints: readonly string[],
  settings: Partial<EtcdSettings> = {},
): Promise<KeyValueStore> {
  const hosts = endpoints.map((endpoint) => new URL(endpoint).host);
  return connectStore({ driver: 'etcd', endpoints: hosts, prefix: '', ...settings });
}
