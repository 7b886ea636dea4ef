import { LenkwerkError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import { resolveStoreSettings, settingsFromConfig } from './resolve-settings.js';
import type { StoreSettings } from './settings.js';
import type { KeyValueStore } from './store.js';

/**
 * Where the store is: a `url`, or the fields that Bagger keeps in `kvstore_config`, which are at
 * least `host` and `port`. Fields of other programs are passed over.
 */
export interface StoreConfig {
  /** `etcd://host:2379,host2:2379?prefix=/eu`, `etcds://` for TLS, `postgres://host/database`. */
  readonly url?: string;
  /** `etcd` (the default) or `postgres`. */
  readonly type?: string;
  readonly host?: string;
  readonly port?: number | string;
  readonly endpoints?: readonly string[];
  readonly prefix?: string;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly user?: string;
  readonly password?: string;
  /** Of a PostgreSQL store; as the other settings of libpq's names. */
  readonly dbname?: string;
  readonly sslmode?: string;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
}

/**
 * Connects to a key-value store; `close()` it in the end. Throws LenkwerkError: `usage` for
 * settings that cannot be understood, `store-unavailable`, `store-rejected` (login), or
 * `environment` (certificate files). No variable of the environment is read.
 */
export async function kvconnect(config: StoreConfig): Promise<KeyValueStore> {
  if (config.url !== undefined) {
    const url = { text: config.url, source: 'private' } as const;
    return connectStore(resolveStoreSettings({ url, variables: {} }));
  }
  const fields = parseJson(JSON.stringify(config));
  if (!(fields instanceof Map)) {
    throw new LenkwerkError('usage', 'the settings of a key-value store are an object');
  }
  return connectStore(settingsFromConfig(fields.get('type'), fields));
}

/**
 * Connects to the store that the settings name. Throws `store-unavailable`, `store-rejected`
 * (login), or `environment` (unreadable certificate files).
 */
export async function connectStore(settings: StoreSettings): Promise<KeyValueStore> {
  // Only the driver that is used is loaded: each brings a client library along.
  switch (settings.driver) {
    case 'etcd':
      return (await import('./etcd/store.js')).connectEtcd(settings);
    case 'postgres':
      return (await import('./postgres/store.js')).connectPostgres(settings);
  }
}
