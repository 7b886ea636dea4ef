import { LenkwerkError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import type { StoreSettings } from './settings.js';
import type { KeyValueStore } from './store.js';
import { settingsFromConfig } from './store-config.js';

/** Driver settings as a program has them at hand; see settingsFromConfig for the fields. */
export interface StoreConfig {
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

/** Connects by driver settings. Throws `usage`, or what connectStore throws. */
export async function kvconnect(config: StoreConfig): Promise<KeyValueStore> {
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
      return (await import('./etcd.js')).connectEtcd(settings);
    case 'postgres':
      return (await import('./postgres.js')).connectPostgres(settings);
  }
}
