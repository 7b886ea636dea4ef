import { LenkwerkError } from '../model/errors.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import { type ParsedStoreUrl, parseStoreUrl } from './etcd/settings.js';
import { isPostgresUrl, postgresFromConfig, postgresFromUrl } from './postgres/settings.js';
import type { EtcdSettings, StoreAuth, StoreSettings, StoreTls } from './settings.js';
import {
  CONFIG_ORIGIN,
  configText,
  DEFAULT_ETCD_PORT,
  parseEndpoints,
  parseKeyPrefix,
  tlsFiles,
} from './settings-parts.js';

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

interface EtcdVariables {
  readonly endpoints: readonly string[] | undefined;
  readonly secure: boolean | undefined;
  readonly tls: StoreTls | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The variables of etcdctl, with its rule that ETCDCTL_USER may hold `user:password`. */
function readVariables(variables: SettingsSources['variables']): EtcdVariables {
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

function fromUrl(url: ParsedStoreUrl, variables: EtcdVariables): StoreSettings {
  const { endpoints, prefix } = url;
  const tls = url.tls === undefined ? undefined : { ...variables.tls, ...url.tls };
  const username = url.username ?? variables.username;
  return settings({ endpoints, prefix }, tls, login(username, url.password ?? variables.password));
}

function fromVariables(
  variables: EtcdVariables,
  endpoints: readonly string[],
  prefix: string,
): StoreSettings {
  if (variables.secure === false && variables.tls !== undefined) {
    throw new LenkwerkError('usage', 'ETCDCTL_ENDPOINTS are http://, but certificates are named');
  }
  const tls = variables.secure === true ? (variables.tls ?? {}) : variables.tls;
  return settings({ endpoints, prefix }, tls, login(variables.username, variables.password));
}

function withVariables(recorded: EtcdSettings, variables: EtcdVariables): EtcdSettings {
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

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the driver settings that Bagger keeps in `kvstore_type` and `kvstore_config`: at least
 * `{host, port}`, and for etcd `{endpoints}` instead; besides `prefix`. etcd takes `tls`, `ca`,
 * `cert`, `key`, `user` and `password`, PostgreSQL what postgresFromConfig names. Other fields
 * belong to other programs and are passed over. Throws `usage`.
 */
export function settingsFromConfig(
  type: JsonValue | undefined,
  config: JsonValue,
  variables: Variables = {},
): StoreSettings {
  const driver = type ?? 'etcd';
  if (driver !== 'etcd' && driver !== 'postgres') {
    const shown = typeof type === 'string' ? JSON.stringify(type) : 'it is not a string';
    throw new LenkwerkError('usage', `kvstore_type: no such driver: ${shown}`, {
      hint: 'the drivers are: "etcd", "postgres"',
    });
  }
  if (!(config instanceof Map)) {
    throw new LenkwerkError('usage', `${CONFIG_ORIGIN} is not an object`);
  }
  return driver === 'etcd' ? etcdFromConfig(config) : postgresFromConfig(config, variables);
}

function etcdFromConfig(config: JsonObject): EtcdSettings {
  const { endpoints, secure } = parseEndpoints(configuredEndpoints(config), CONFIG_ORIGIN);
  const tls = configuredTls(config, secure);
  const auth = configuredAuth(config);
  return {
    driver: 'etcd',
    endpoints,
    prefix: parseKeyPrefix(configText(config, 'prefix') ?? '', CONFIG_ORIGIN),
    ...(tls === undefined ? {} : { tls }),
    ...(auth === undefined ? {} : { auth }),
  };
}

function configuredEndpoints(config: JsonObject): readonly string[] {
  const endpoints = config.get('endpoints');
  if (endpoints === undefined) {
    const host = configText(config, 'host');
    if (host === undefined) throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: host is missing`);
    return [`${bracketed(host)}:${configText(config, 'port') ?? DEFAULT_ETCD_PORT}`];
  }
  if (!Array.isArray(endpoints)) {
    throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: endpoints is not a list`);
  }
  return endpoints.map((endpoint) => {
    if (typeof endpoint === 'string') return endpoint;
    throw new LenkwerkError(
      'usage',
      `${CONFIG_ORIGIN}: endpoints holds something that is no string`,
    );
  });
}

/** `::1` as a host needs brackets before a port can follow. */
function bracketed(host: string): string {
  const isAddress6 = /^[0-9A-Fa-f:.]+$/.test(host) && host.includes('::');
  return isAddress6 ? `[${host}]` : host;
}

function configuredTls(config: JsonObject, secure: boolean | undefined): StoreTls | undefined {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => configText(config, name));
  const files = tlsFiles({ ca, cert, key }, CONFIG_ORIGIN);
  const wanted = secure === true || config.get('tls') === true || Object.keys(files).length > 0;
  if (wanted && (secure === false || config.get('tls') === false)) {
    throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: asks for TLS and for plain text`);
  }
  return wanted ? files : undefined;
}

function configuredAuth(config: JsonObject): StoreAuth | undefined {
  const username = configText(config, 'user');
  if (username === undefined) return undefined;
  return { username, password: configText(config, 'password') ?? '' };
}
