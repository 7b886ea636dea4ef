import { LenkwerkError } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import { type ParsedStoreUrl, parseStoreUrl } from './etcd/settings.js';
import { isPostgresUrl, postgresFromUrl } from './postgres/settings.js';
import type { EtcdSettings, StoreAuth, StoreSettings, StoreTls } from './settings.js';
import { parseEndpoints, tlsFiles } from './settings-parts.js';
import { settingsFromConfig } from './store-config.js';

export interface SettingsSources {
  /** As given to `--kv`, or read from a private place. */
  readonly url?: { readonly text: string; readonly source: 'command-line' | 'private' };
  /** The environment: ETCDCTL_* for etcd, PGPASSFILE for PostgreSQL. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** What the database records, where it has been read. */
  readonly database?: {
    readonly type: JsonValue | undefined;
    readonly config: JsonValue | undefined;
  };
}

/**
 * Decides where the store is: by the URL, else by ETCDCTL_ENDPOINTS, else by the database. A URL
 * says everything but the login and certificates, which the variables may add; the variables leave
 * the prefix to the database. A login that the database records is never sent to another store.
 * Throws `usage`.
 */
export function resolveStoreSettings(sources: SettingsSources): StoreSettings {
  const { url } = sources;
  if (url !== undefined && isPostgresUrl(url.text)) return postgresFromUrl(url, sources.variables);
  const variables = readVariables(sources.variables);
  if (url !== undefined) return fromUrl(parseStoreUrl(url.text, url.source), variables);
  const config = sources.database?.config;
  const recorded =
    config === undefined
      ? undefined
      : settingsFromConfig(sources.database?.type, config, sources.variables);
  if (variables.endpoints !== undefined) {
    return fromVariables(variables, variables.endpoints, recorded?.prefix ?? '');
  }
  if (recorded?.driver === 'postgres') return recorded;
  if (recorded !== undefined) return withVariables(recorded, variables);
  throw new LenkwerkError('usage', 'where the key-value store is has not been said', {
    hint: 'give --kv etcd://host:2379 or postgres://host/database, set ETCDCTL_ENDPOINTS, or record kvstore_config',
  });
}

interface Variables {
  readonly endpoints: readonly string[] | undefined;
  readonly secure: boolean | undefined;
  readonly tls: StoreTls | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The variables of etcdctl, with its rule that ETCDCTL_USER may hold `user:password`. */
function readVariables(variables: SettingsSources['variables']): Variables {
  const read = (name: string) => (variables[name] === '' ? undefined : variables[name]);
  const list = read('ETCDCTL_ENDPOINTS');
  const parsed =
    list === undefined ? undefined : parseEndpoints(list.split(','), 'ETCDCTL_ENDPOINTS');
  const [ca, cert, key] = ['ETCDCTL_CACERT', 'ETCDCTL_CERT', 'ETCDCTL_KEY'].map(read);
  const files = tlsFiles({ ca, cert, key }, 'ETCDCTL_CERT, ETCDCTL_KEY');
  const user = read('ETCDCTL_USER');
  const colon = read('ETCDCTL_PASSWORD') === undefined ? (user?.indexOf(':') ?? -1) : -1;
  return {
    endpoints: parsed?.endpoints,
    secure: parsed?.secure,
    tls: Object.keys(files).length > 0 ? files : undefined,
    username: colon === -1 ? user : user?.slice(0, colon),
    password: colon === -1 ? read('ETCDCTL_PASSWORD') : user?.slice(colon + 1),
  };
}

function fromUrl(url: ParsedStoreUrl, variables: Variables): StoreSettings {
  const { endpoints, prefix } = url;
  const tls = url.tls === undefined ? undefined : { ...variables.tls, ...url.tls };
  const username = url.username ?? variables.username;
  return settings({ endpoints, prefix }, tls, login(username, url.password ?? variables.password));
}

function fromVariables(
  variables: Variables,
  endpoints: readonly string[],
  prefix: string,
): StoreSettings {
  if (variables.secure === false && variables.tls !== undefined) {
    throw new LenkwerkError('usage', 'ETCDCTL_ENDPOINTS are http://, but certificates are named');
  }
  const tls = variables.secure === true ? (variables.tls ?? {}) : variables.tls;
  return settings({ endpoints, prefix }, tls, login(variables.username, variables.password));
}

function withVariables(recorded: EtcdSettings, variables: Variables): EtcdSettings {
  const tls = variables.tls === undefined ? recorded.tls : { ...recorded.tls, ...variables.tls };
  const auth = login(variables.username, variables.password) ?? recorded.auth;
  return settings(recorded, tls, auth);
}

function login(username: string | undefined, password: string | undefined): StoreAuth | undefined {
  if (username === undefined) return undefined;
  if (password !== undefined) return { username, password };
  throw new LenkwerkError('usage', `the key-value store's user ${username} has no password`, {
    hint: 'set ETCDCTL_PASSWORD',
  });
}

function settings(
  { endpoints, prefix }: Pick<EtcdSettings, 'endpoints' | 'prefix'>,
  tls: StoreTls | undefined,
  auth: StoreAuth | undefined,
): EtcdSettings {
  return {
    driver: 'etcd',
    endpoints,
    prefix,
    ...(tls === undefined ? {} : { tls }),
    ...(auth === undefined ? {} : { auth }),
  };
}
