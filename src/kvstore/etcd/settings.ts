/** The place of an etcd: from a URL, from etcdctl's variables, or from Bagger's config. */
import { LenkwerkError } from '../../model/errors.js';
import type { JsonObject } from '../../model/json.js';
import type { KindLimits, RecordedAccess } from '../driver-kit.js';
import {
  describeHosts,
  type HostAccess,
  type HostForm,
  type HostSettings,
  hostLogin,
  readHostConfig,
  readHostUrl,
} from '../host-settings.js';
import {
  parseEndpoints,
  type StoreUrl,
  tlsFiles,
  URL_ORIGIN,
  type Variables,
} from '../settings.js';

/** Where an etcd is and how to get in. */
export type EtcdSettings = HostSettings;

/**
 * etcd takes requests of 1.5 MiB (https://etcd.io/docs/v3.5/dev-guide/limit/); the rest is for what
 * the protocol adds to each change.
 */
export const ETCD_LIMITS: KindLimits = {
  maxBytes: Math.floor(1.2 * 1024 * 1024),
  maxValueBytes: 1_200_000,
};

const FORM: HostForm = {
  scheme: 'etcd',
  defaultPort: 2379,
  passwordVariable: 'ETCDCTL_PASSWORD',
  parameters: [],
  hint: 'it looks like etcd://host:2379,host2:2379?prefix=/eu, or etcds:// for TLS',
};

/** Names the store for people, without its login. */
export function describeEtcd(settings: EtcdSettings): string {
  return describeHosts(settings, FORM.scheme);
}

/**
 * Reads `etcd://[user[:password]@]host[:port][,host…][?prefix=/eu]`; see readHostUrl. Throws
 * `usage`, never showing the URL.
 */
export function etcdFromUrl(url: StoreUrl, variables: Variables): EtcdSettings {
  const { settings, path } = readHostUrl(url, FORM, accessVariables(variables));
  if (path === '' || path === '/') return settings;
  throw new LenkwerkError('usage', `${URL_ORIGIN} has a path`, { hint: FORM.hint });
}

/**
 * The store that ETCDCTL_ENDPOINTS names, with etcdctl's login and certificates. Throws `usage`.
 * https://github.com/etcd-io/etcd/blob/main/etcdctl/README.md
 */
export function etcdFromVariables(variables: Variables, prefix: string): EtcdSettings {
  const list = variables['ETCDCTL_ENDPOINTS'] ?? '';
  const source = { origin: 'ETCDCTL_ENDPOINTS', defaultPort: FORM.defaultPort };
  const { endpoints, secure } = parseEndpoints(list.split(','), source);
  const access = accessVariables(variables);
  const { tls } = access;
  if (secure === false && tls !== undefined) {
    throw new LenkwerkError('usage', 'ETCDCTL_ENDPOINTS are http://, but certificates are named');
  }
  const secured = secure === true ? (tls ?? {}) : tls;
  return { endpoints, prefix, tls: secured, auth: hostLogin(access, FORM) };
}

/** The variables of etcdctl, with its rule that ETCDCTL_USER may hold `user:password`. */
function accessVariables(variables: Variables): HostAccess {
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

/** Reads what readHostConfig does. Throws `usage`. */
export function etcdFromConfig(config: JsonObject, { login }: RecordedAccess): EtcdSettings {
  return readHostConfig(config, login, FORM);
}
