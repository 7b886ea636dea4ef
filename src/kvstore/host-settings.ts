/** The settings of stores that are reached at hosts and ports: what their drivers share. */
import { LenkwerkError } from '../model/errors.js';
import type { JsonObject } from '../model/json.js';
import type { RecordedLogin } from './recorded-login.js';
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
} from './settings.js';

/** A login at the store. */
export interface StoreAuth {
  readonly username: string;
  readonly password: string;
}

/** Where a store is and how to get in. */
export interface HostSettings {
  /** `host:port`, at least one; IPv6 addresses in brackets. */
  readonly endpoints: readonly string[];
  /** As in StoreSettings. */
  readonly prefix: string;
  /** undefined: plain text. An empty object: TLS with the system's authorities. */
  readonly tls: StoreTls | undefined;
  readonly auth: StoreAuth | undefined;
}

/** How the places of one kind of store are written. */
export interface HostForm {
  /** The scheme for plain text; with an `s` behind it the one for TLS. */
  readonly scheme: string;
  readonly defaultPort: number;
  /** The variable for a password. */
  readonly passwordVariable: string;
  /** Parameters of its URLs besides those that all have. */
  readonly parameters: readonly string[];
  /** An example, for hints. */
  readonly hint: string;
}

/** What the environment adds to a place. */
export interface HostAccess {
  readonly tls: StoreTls | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** What a URL denotes. */
interface HostUrl {
  readonly settings: HostSettings;
  /** Behind the hosts: empty, or from its slash on. */
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const URL_PATTERN = /^([a-z]+):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(\/[^@?#]*)?(?:\?([^#]*))?$/;
const PARAMETERS = ['prefix', 'ca', 'cert', 'key'];

/** Names the store for people, without its login; `path` stands behind the hosts. */
export function describeHosts(
  { endpoints, prefix, tls }: HostSettings,
  scheme: string,
  path = '',
): string {
  return describePlace(`${scheme}${tls === undefined ? '' : 's'}://${endpoints}${path}`, prefix);
}

/**
 * Reads `scheme://[user[:password]@]host[:port][,host…][/path][?prefix=/eu]`. The scheme for TLS
 * takes the PEM files `ca`, `cert` and `key`; `access` may add a login and certificates. A password
 * is refused on a command line. Throws `usage`, never showing the URL.
 */
export function readHostUrl(url: StoreUrl, form: HostForm, access: HostAccess): HostUrl {
  const [, scheme, userinfo, hosts, path = '', query = ''] = URL_PATTERN.exec(url.text) ?? [];
  const { hint } = form;
  if (hosts === undefined) {
    throw new LenkwerkError('usage', `${URL_ORIGIN} is malformed`, { hint });
  }
  if (query.includes('@')) {
    // The part before it may be a password that contains a ?, and must not be shown.
    throw new LenkwerkError('usage', `${URL_ORIGIN} has an @ behind its ?`, {
      hint: 'in a user or a password write %3F for ?, and in a parameter %40 for @',
    });
  }
  const named = parseUserinfo(userinfo, hint);
  if (named.password !== undefined && url.source === 'command-line') {
    const variable = form.passwordVariable;
    refusePassword(`put it into the variable ${variable}, and only the user into the URL`);
  }
  const parameters = parseParameters(query, [...PARAMETERS, ...form.parameters]);
  const tls = urlTls(scheme === `${form.scheme}s`, parameters, form.scheme);
  const endpoints = urlHosts(hosts, form);
  const { username = access.username, password = access.password } = named;
  const auth = hostLogin({ username, password }, form);
  if (url.source === 'repository' && auth !== undefined && tls === undefined) {
    refusePlainLogin(endpoints, URL_ORIGIN, `write ${form.scheme}s:// for TLS`);
  }
  const settings = {
    endpoints,
    prefix: parseKeyPrefix(parameters.get('prefix') ?? '', URL_ORIGIN),
    tls: tls === undefined ? undefined : { ...access.tls, ...tls },
    auth,
  };
  return { settings, path, parameters };
}

function urlHosts(hosts: string, { defaultPort, hint }: HostForm): readonly string[] {
  const source = { origin: URL_ORIGIN, defaultPort };
  const { endpoints, secure } = parseEndpoints(hosts.split(','), source);
  if (secure === undefined) return endpoints;
  throw new LenkwerkError('usage', `${URL_ORIGIN} has a second scheme`, { hint });
}

function parseUserinfo(userinfo: string | undefined, hint: string) {
  if (userinfo === undefined) return { username: undefined, password: undefined };
  const colon = userinfo.indexOf(':');
  if (colon === -1) return { username: decode(userinfo, hint), password: undefined };
  return {
    username: decode(userinfo.slice(0, colon), hint),
    password: decode(userinfo.slice(colon + 1), hint),
  };
}

function decode(text: string, hint: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LenkwerkError('usage', 'the user of the URL is not percent-encoded', { hint });
  }
}

function parseParameters(query: string, known: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name) || parameters.has(name)) {
      const why = parameters.has(name) ? 'repeats' : 'has the unknown parameter';
      throw new LenkwerkError('usage', `${URL_ORIGIN} ${why} ${JSON.stringify(name)}`, {
        hint: `it takes ${known.join(', ')}`,
      });
    }
    parameters.set(name, value);
  }
  return parameters;
}

function urlTls(
  secure: boolean,
  parameters: ReadonlyMap<string, string>,
  scheme: string,
): StoreTls | undefined {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => parameters.get(name));
  if (secure) return tlsFiles({ ca, cert, key }, URL_ORIGIN);
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  const message = `${URL_ORIGIN} names certificates, but ${scheme}:// is plain text`;
  throw new LenkwerkError('usage', message, { hint: `write ${scheme}s:// for TLS` });
}

/** Throws `usage` for a user without a password. */
export function hostLogin(
  { username, password }: Pick<HostAccess, 'username' | 'password'>,
  { passwordVariable }: HostForm,
): StoreAuth | undefined {
  if (username === undefined) return undefined;
  if (password !== undefined) return { username, password };
  throw new LenkwerkError('usage', `the key-value store's user ${username} has no password`, {
    hint: `set ${passwordVariable}; beside a URL of the project file, passwordEnv names it`,
  });
}

/**
 * Reads `{host, port}` or `{endpoints}`, `prefix`, `ssl` or `tls`, `ca`, `cert` and `key`. Throws
 * `usage`, also for a login in plain text at another machine: a manifest chose that machine.
 */
export function readHostConfig(
  config: JsonObject,
  login: RecordedLogin,
  { defaultPort }: HostForm,
): HostSettings {
  const source = { origin: CONFIG_ORIGIN, defaultPort };
  const { endpoints, secure } = parseEndpoints(configuredEndpoints(config, defaultPort), source);
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
export function withHostPassword<Settings extends HostSettings>(
  settings: Settings,
  password: string,
): Settings {
  const { auth } = settings;
  return { ...settings, auth: auth && { ...auth, password } };
}

function configuredEndpoints(config: JsonObject, defaultPort: number): readonly string[] {
  const endpoints = config.get('endpoints');
  if (endpoints === undefined) {
    const host = configText(config, 'host');
    if (host === undefined) throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: host is missing`);
    return [`${bracketed(host)}:${configText(config, 'port') ?? defaultPort}`];
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
