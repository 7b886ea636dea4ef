import { type ConnectionSettings, describeConnection } from '../postgres/connection-settings.js';

export interface StoreTls {
  /** Paths of PEM files, read at each connect so that renewed certificates are picked up. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface StoreAuth {
  readonly username: string;
  readonly password: string;
}

export interface EtcdSettings {
  readonly driver: 'etcd';
  /** `host:port`, at least one; IPv6 addresses in brackets. */
  readonly endpoints: readonly string[];
  /** Put before every key: empty, or `/` and a path without a slash at its end. */
  readonly prefix: string;
  /** undefined: plain text. An empty object: TLS with the system's authorities. */
  readonly tls?: StoreTls;
  readonly auth?: StoreAuth;
}

export interface PostgresSettings {
  readonly driver: 'postgres';
  readonly connection: ConnectionSettings;
  /** As in EtcdSettings. */
  readonly prefix: string;
}

/** Where a key-value store is and how to get in. Made by resolveStoreSettings or kvconnect. */
export type StoreSettings = EtcdSettings | PostgresSettings;

/** Names the store for people, without secrets: `etcd://host:2379,host2:2379?prefix=/eu`. */
export function describeStore(settings: StoreSettings): string {
  const prefix = settings.prefix === '' ? '' : `?prefix=${settings.prefix}`;
  return `${describePlace(settings)}${prefix}`;
}

function describePlace(settings: StoreSettings): string {
  switch (settings.driver) {
    case 'etcd': {
      const scheme = settings.tls === undefined ? 'etcd' : 'etcds';
      return `${scheme}://${settings.endpoints.join(',')}`;
    }
    case 'postgres':
      return `postgres://${describeConnection(settings.connection)}`;
  }
}
