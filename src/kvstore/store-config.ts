import { LenkwerkError } from '../model/errors.js';
import { JsonNumber, type JsonObject, type JsonValue } from '../model/json.js';
import { DEFAULT_ETCD_PORT, parseEndpoints, parseKeyPrefix, tlsFiles } from './endpoints.js';
import type { StoreAuth, StoreSettings, StoreTls } from './settings.js';

const ORIGIN = 'kvstore_config';

/**
 * Reads the driver settings that Bagger keeps in `kvstore_type` and `kvstore_config`: at least
 * `{host, port}` or `{endpoints}`; besides `prefix`, `tls`, `ca`, `cert`, `key`, `user` and
 * `password`. Other fields belong to other programs and are passed over. Throws `usage`.
 */
export function settingsFromConfig(type: JsonValue | undefined, config: JsonValue): StoreSettings {
  if ((type ?? 'etcd') !== 'etcd') {
    const shown = typeof type === 'string' ? JSON.stringify(type) : 'it is not a string';
    throw new LenkwerkError('usage', `kvstore_type: no such driver: ${shown}`, {
      hint: 'the drivers are: "etcd"',
    });
  }
  if (!(config instanceof Map)) throw new LenkwerkError('usage', `${ORIGIN} is not an object`);
  const { endpoints, secure } = parseEndpoints(configuredEndpoints(config), ORIGIN);
  const tls = configuredTls(config, secure);
  const auth = configuredAuth(config);
  return {
    driver: 'etcd',
    endpoints,
    prefix: parseKeyPrefix(text(config, 'prefix') ?? '', ORIGIN),
    ...(tls === undefined ? {} : { tls }),
    ...(auth === undefined ? {} : { auth }),
  };
}

function configuredEndpoints(config: JsonObject): readonly string[] {
  const endpoints = config.get('endpoints');
  if (endpoints === undefined) {
    const host = text(config, 'host');
    if (host === undefined) throw new LenkwerkError('usage', `${ORIGIN}: host is missing`);
    return [`${bracketed(host)}:${text(config, 'port') ?? DEFAULT_ETCD_PORT}`];
  }
  if (!Array.isArray(endpoints)) {
    throw new LenkwerkError('usage', `${ORIGIN}: endpoints is not a list`);
  }
  return endpoints.map((endpoint) => {
    if (typeof endpoint === 'string') return endpoint;
    throw new LenkwerkError('usage', `${ORIGIN}: endpoints holds something that is no string`);
  });
}

/** `::1` as a host needs brackets before a port can follow. */
function bracketed(host: string): string {
  const isAddress6 = /^[0-9A-Fa-f:.]+$/.test(host) && host.includes('::');
  return isAddress6 ? `[${host}]` : host;
}

function configuredTls(config: JsonObject, secure: boolean | undefined): StoreTls | undefined {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => text(config, name));
  const files = tlsFiles({ ca, cert, key }, ORIGIN);
  const wanted = secure === true || config.get('tls') === true || Object.keys(files).length > 0;
  if (wanted && (secure === false || config.get('tls') === false)) {
    throw new LenkwerkError('usage', `${ORIGIN}: asks for TLS and for plain text`);
  }
  return wanted ? files : undefined;
}

function configuredAuth(config: JsonObject): StoreAuth | undefined {
  const username = text(config, 'user');
  if (username === undefined) return undefined;
  return { username, password: text(config, 'password') ?? '' };
}

/** A string, or a number as Bagger's tools write either. */
function text(config: JsonObject, name: string): string | undefined {
  const value = config.get(name);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  if (value instanceof JsonNumber) return value.text;
  throw new LenkwerkError('usage', `${ORIGIN}: ${name} is neither a string nor a number`);
}
