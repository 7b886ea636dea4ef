/** The place of an etcd: from a URL, from etcdctl's variables, or from Bagger's config. */
import { LenkwerkError } from '../../model/errors.js';
import type { JsonObject } from '../../model/json.js';
import type { KindLimits, RecordedAccess } from '../driver-kit.js';
import type { RecordedLogin } from '../recorded-login.js';
import {
  CONFIG_ORIGIN,
  configText,
  configuredEncryption,
  describePlace,
  parseEndpoints,
  parseKeyPrefix,
  refusePassword,
  refusePlainLogin,
  type StoreTls,
  type StoreUrl,
  tlsFiles,
  URL_ORIGIN,
  type Variables,
} from '../settings.js';

/** A login at the store. */
export interface StoreAuth {
  readonly username: string;
  readonly password: string;
}

/** Where an etcd is and how to get in. */
export interface EtcdSettings {
  /** `host:port`, at least one; IPv6 addresses in brackets. */
  readonly endpoints: readonly string[];
  /** As in StoreSettings. */
  readonly prefix: string;
  /** undefined: plain text. An empty object: TLS with the system's authorities. */
  readonly tls: StoreTls | undefined;
  readonly auth: StoreAuth | undefined;
}

/**
 * etcd takes requests of 1.5 MiB (https://etcd.io/docs/v3.5/dev-guide/limit/); the rest is for what
 * the protocol adds to each change.
 */
export const ETCD_LIMITS: KindLimits = {
  maxBytes: Math.floor(1.2 * 1024 * 1024),
  maxValueBytes: 1_200_000,
};

const DEFAULT_PORT = 2379;
const URL_PATTERN = /^(etcds?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/;
const PARAMETERS = ['prefix', 'ca', 'cert', 'key'];
const HINT = 'it looks like etcd://host:2379,host2:2379?prefix=/eu, or etcds:// for TLS';

/** Names the store for people, without its login. */
export function describeEtcd({ endpoints, prefix, tls }: EtcdSettings): string {
  const scheme = tls === undefined ? 'etcd' : 'etcds';
  return describePlace(`${scheme}://${endpoints.join(',')}`, prefix);
}

/**
 * Reads `etcd://[user[:password]@]host[:port][,host…][?prefix=/eu]`. The scheme `etcds` means TLS
 * and takes the PEM files `ca`, `cert` and `key`; the variables may add a login and certificates.
 * A password is refused on a command line. Throws `usage`, never showing the URL.
 */
export function etcdFromUrl({ text, source }: StoreUrl, variables: Variables): EtcdSettings {
  const [, scheme, userinfo, hosts, query = ''] = URL_PATTERN.exec(text) ?? [];
  if (hosts === undefined) {
    throw new LenkwerkError('usage', `${URL_ORIGIN} is malformed`, { hint: HINT });
  }
  if (query.includes('@')) {
    // The part before it may be a password that contains a ?, and must not be shown.
    throw new LenkwerkError('usage', `${URL_ORIGIN} has an @ behind its ?`, {
      hint: 'in a user or a password write %3F for ?, and in a parameter %40 for @',
    });
  }
  const named = parseUserinfo(userinfo);
  if (named.password !== undefined && source === 'command-line') {
    refusePassword('put it into the variable ETCDCTL_PASSWORD, and only the user into the URL');
  }
  const parameters = parseParameters(query);
  const tls = urlTls(scheme === 'etcds', parameters);
  const access = accessVariables(variables);
  const endpoints = urlHosts(hosts);
  const auth = login(named.username ?? access.username, named.password ?? access.password);
  if (source === 'repository' && auth !== undefined && tls === undefined) {
    refusePlainLogin(endpoints, URL_ORIGIN, 'write etcds:// for TLS');
  }
  return {
    endpoints,
    prefix: parseKeyPrefix(parameters.get('prefix') ?? '', URL_ORIGIN),
    tls: tls === undefined ? undefined : { ...access.tls, ...tls },
    auth,
  };
}

function urlHosts(hosts: string): readonly string[] {
  const source = { origin: URL_ORIGIN, defaultPort: DEFAULT_PORT };
  const { endpoints, secure } = parseEndpoints(hosts.split(','), source);
  if (secure === undefined) return endpoints;
  throw new LenkwerkError('usage', `${URL_ORIGIN} has a second scheme`, { hint: HINT });
}

function parseUserinfo(userinfo: string | undefined) {
  if (userinfo === undefined) return { username: undefined, password: undefined };
  const colon = userinfo.indexOf(':');
  if (colon === -1) return { username: decode(userinfo), password: undefined };
  return {
    username: decode(userinfo.slice(0, colon)),
    password: decode(userinfo.slice(colon + 1)),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LenkwerkError('usage', 'the user of the URL is not percent-encoded', { hint: HINT });
  }
}

function parseParameters(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!PARAMETERS.includes(name) || parameters.has(name)) {
      const why = parameters.has(name) ? 'repeats' : 'has the unknown parameter';
      throw new LenkwerkError('usage', `${URL_ORIGIN} ${why} ${JSON.stringify(name)}`, {
        hint: `it takes ${PARAMETERS.join(', ')}`,
      });
    }
    parameters.set(name, value);
  }
  return parameters;
}

function urlTls(secure: boolean, parameters: ReadonlyMap<string, string>): StoreTls | undefined {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => parameters.get(name));
  if (secure) return tlsFiles({ ca, cert, key }, URL_ORIGIN);
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  const message = `${URL_ORIGIN} names certificates, but etcd:// is plain text`;
  throw new LenkwerkError('usage', message, { hint: 'write etcds:// for TLS' });
}

/**
 * The store that ETCDCTL_ENDPOINTS names, with etcdctl's login and certificates. Throws `usage`.
 * https://github.com/etcd-io/etcd/blob/main/etcdctl/README.md
 */
export function etcdFromVariables(variables: Variables, prefix: string): EtcdSettings {
  const list = variables['ETCDCTL_ENDPOINTS'] ?? '';
  const source = { origin: 'ETCDCTL_ENDPOINTS', defaultPort: DEFAULT_PORT };
  const { endpoints, secure } = parseEndpoints(list.split(','), source);
  const { tls, username, password } = accessVariables(variables);
  if (secure === false && tls !== undefined) {
    throw new LenkwerkError('usage', 'ETCDCTL_ENDPOINTS are http://, but certificates are named');
  }
  const secured = secure === true ? (tls ?? {}) : tls;
  return { endpoints, prefix, tls: secured, auth: login(username, password) };
}

interface AccessVariables {
  readonly tls: StoreTls | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The variables of etcdctl, with its rule that ETCDCTL_USER may hold `user:password`. */
function accessVariables(variables: Variables): AccessVariables {
  const read = (name: string) => (variables[name] === '' ? undefined : variables[name]);
  const [ca, cert, key] = ['ETCDCTL_CACERT', 'ETCDCTL_CERT', 'ETCDCTL_KEY'].map(read);
  const files = tlsFiles({ ca, cert, key }, 'ETCDCTL_CERT, ETCDCTL_KEY');
  const user = read('ETCDCTL_USER');
  const colon = read('ETCDCTL_PASSWORD') === undefined ? (user?.indexOf(':') ?? -1) : -1;
  return {
    tls: Object.keys(files).length > 0 ? files : undefined,
    username: colon === -1 ? user : user?.slice(0, colon),
    password: colon === -1 ? read('ETCDCTL_PASSWORD') : user?.slice(colon + 1),
  };
}

function login(username: string | undefined, password: string | undefined): StoreAuth | undefined {
  if (username === undefined) return undefined;
  if (password !== undefined) return { username, password };
  throw new LenkwerkError('usage', `the key-value store's user ${username} has no password`, {
    hint: 'set ETCDCTL_PASSWORD; beside a URL of the project file, passwordEnv names it',
  });
}

/**
 * Reads `{host, port}` or `{endpoints}`, `prefix`, `ssl` or `tls`, `ca`, `cert` and `key`. Throws
 * `usage`, also for a login in plain text at another machine: a manifest chose that machine.
 */
export function etcdFromConfig(config: JsonObject, { login }: RecordedAccess): EtcdSettings {
  const source = { origin: CONFIG_ORIGIN, defaultPort: DEFAULT_PORT };
  const { endpoints, secure } = parseEndpoints(configuredEndpoints(config), source);
  const tls = configuredTls(config, secure);
  const auth = recordedAuth(login);
  if (auth !== undefined && tls === undefined) {
    refusePlainLogin(endpoints, CONFIG_ORIGIN, 'record tls: true');
  }
  return {
    endpoints,
    prefix: parseKeyPrefix(configText(config, 'prefix') ?? '', CONFIG_ORIGIN),
    tls,
    auth,
  };
}

function recordedAuth({ username, password, from }: RecordedLogin): StoreAuth | undefined {
  if (username !== undefined) return { username, password: password ?? '' };
  if (from.length === 0) return undefined;
  throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: has a password and no user`);
}

/** The settings with the password of their user. */
export function etcdWithPassword(settings: EtcdSettings, password: string): EtcdSettings {
  const { auth } = settings;
  return { ...settings, auth: auth && { ...auth, password } };
}

function configuredEndpoints(config: JsonObject): readonly string[] {
  const endpoints = config.get('endpoints');
  if (endpoints === undefined) {
    const host = configText(config, 'host');
    if (host === undefined) throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: host is missing`);
    return [`${bracketed(host)}:${configText(config, 'port') ?? DEFAULT_PORT}`];
  }
  if (!Array.isArray(endpoints)) {
    throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: endpoints is not a list`);
  }
  return endpoints.map((endpoint) => {
    if (typeof endpoint === 'string') return endpoint;
    const message = `${CONFIG_ORIGIN}: endpoints holds something that is no string`;
    throw new LenkwerkError('usage', message);
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
  const encryption = configuredEncryption(config);
  const wanted = secure === true || encryption === true || Object.keys(files).length > 0;
  if (wanted && (secure === false || encryption === false)) {
    throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: asks for TLS and for plain text`);
  }
  return wanted ? files : undefined;
}
