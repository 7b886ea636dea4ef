import { LenkwerkError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import { resolveRecorded, resolveStore } from './resolve-settings.js';
import type { KeyValueStore } from './store.js';

/**
 * Where the store is: a `url`, or the fields that Bagger keeps in `kvstore_config`, which are at
 * least `host` and `port`; a table in README.md has the others. Fields of other programs are passed
 * over.
 */
export interface StoreConfig {
  /** Of a scheme in that table, such as `etcd://host:2379,host2:2379?prefix=/eu`. */
  readonly url?: string;
  /** The driver; undefined: `etcd`. */
  readonly type?: string;
  readonly host?: string;
  readonly port?: number | string;
  readonly prefix?: string;
  readonly user?: string;
  /** At another machine only with `tls`. */
  readonly password?: string;
  readonly [field: string]: string | number | boolean | readonly string[] | undefined;
}

const NO_SECRETS = { variables: {}, secretsDir: undefined };

/**
 * Connects to a key-value store; `close()` it in the end. Throws LenkwerkError: `usage` for
 * settings that cannot be understood, `store-unavailable`, `store-rejected` (login), or
 * `environment` (certificate files). No variable of the environment is read.
 */
export async function kvconnect(config: StoreConfig): Promise<KeyValueStore> {
  if (config.url !== undefined) {
    const url = { text: config.url, source: 'private' } as const;
    return resolveStore({
      ...NO_SECRETS,
      url,
      project: undefined,
      recorded: undefined,
    }).settings.connect();
  }
  const fields = parseJson(JSON.stringify(config));
  if (!(fields instanceof Map)) {
    throw new LenkwerkError('usage', 'the settings of a key-value store are an object');
  }
  return resolveRecorded(fields.get('type'), fields, NO_SECRETS).settings.connect();
}
