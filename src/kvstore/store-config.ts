import { LenkwerkError } from '../model/errors.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import { CONFIG_ORIGIN, configText } from './config-text.js';
import { postgresFromConfig } from './postgres/settings.js';
import type { EtcdSettings, StoreAuth, StoreSettings, StoreTls } from './settings.js';
import { DEFAULT_ETCD_PORT, parseEndpoints, parseKeyPrefix, tlsFiles } from './settings-parts.js';

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
