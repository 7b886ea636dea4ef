import type { EtcdSettings } from '../../../src/kvstore/etcd/settings.js';
import { connectEtcd } from '../../../src/kvstore/etcd/store.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';

/** Connects to etcd at URLs such as `http://127.0.0.1:2379`, by default in plain text. */
export function connectTo(
  endpoints: readonly string[],
  settings: Partial<EtcdSettings> = {},
): Promise<KeyValueStore> {
  return connectEtcd(etcdSettings(endpoints, settings));
}

export function etcdSettings(
  endpoints: readonly string[],
  settings: Partial<EtcdSettings> = {},
): EtcdSettings {
  const hosts = endpoints.map((endpoint) => new URL(endpoint).host);
  return { endpoints: hosts, prefix: '', tls: undefined, auth: undefined, ...settings };
}
