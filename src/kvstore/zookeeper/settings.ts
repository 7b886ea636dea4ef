/** The place of a ZooKeeper: from a URL, or from Bagger's config. */
import { LenkwerkError } from '../../model/errors.js';
import type { JsonObject } from '../../model/json.js';
import type { KindLimits, RecordedAccess } from '../driver-kit.js';
import {
  describeHosts,
  type HostForm,
  type HostSettings,
  readHostConfig,
  readHostUrl,
} from '../host-settings.js';
import {
  CONFIG_ORIGIN,
  configText,
  parseKeyPrefix,
  type StoreUrl,
  URL_ORIGIN,
  type Variables,
} from '../settings.js';
import { type AclEntry, ALL_RIGHTS, READ_RIGHT } from './protocol/requests.js';

/** Where a ZooKeeper is, how to get in, and who may read and write what is created. */
export interface ZookeeperSettings extends HostSettings {
  /** The node below which everything is: empty, or like `/bagger`. */
  readonly chroot: string;
  readonly acl: readonly AclEntry[];
}

/**
 * The largest request of a server that keeps the default of jute.maxbuffer; one that takes more is
 * not used beyond it, since clients in Java keep that default for what they read.
 * https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#Unsafe+Options
 */
export const DEFAULT_REQUEST_BYTES = 0xfffff;
/**
 * Of a request: each value is there twice, in its node and in the journal. Where those that it
 * replaces do not fit as well, the journal has a gap.
 */
export const CONTENT_SHARE = 0.45;
/** Of a server with that default. */
export const ZOOKEEPER_LIMITS: KindLimits = {
  maxBytes: Math.floor(DEFAULT_REQUEST_BYTES * CONTENT_SHARE),
  maxValueBytes: 450_000,
};

const FORM: HostForm = {
  scheme: 'zookeeper',
  defaultPort: 2181,
  passwordVariable: 'ZOOKEEPER_PASSWORD',
  parameters: ['acl'],
  hint: 'it looks like zookeeper://host:2181,host2:2181/chroot?prefix=/eu, or zookeepers:// for TLS',
};

const EVERY_CLIENT = { scheme: 'world', id: 'anyone' };
const OPEN: AclEntry = { rights: ALL_RIGHTS, ...EVERY_CLIENT };
/** The server puts the login of the session in its place. */
const CREATOR: AclEntry = { rights: ALL_RIGHTS, scheme: 'auth', id: '' };
const READERS: AclEntry = { rights: READ_RIGHT, ...EVERY_CLIENT };

/** Names the store for people, without its login. */
export function describeZookeeper(settings: ZookeeperSettings): string {
  return describeHosts(settings, FORM.scheme, settings.chroot);
}

/**
 * Reads `zookeeper://[user@]host[:port][,host…][/chroot][?prefix=/eu]`, see readHostUrl, with the
 * parameter `acl`. Throws `usage`, never showing the URL.
 */
export function zookeeperFromUrl(url: StoreUrl, variables: Variables): ZookeeperSettings {
  const password = variables[FORM.passwordVariable] || undefined;
  const access = { tls: undefined, username: undefined, password };
  const { settings, path, parameters } = readHostUrl(url, FORM, access);
  const chroot = parseKeyPrefix(path, `the path of ${URL_ORIGIN}`);
  return { ...settings, chroot, acl: parseAcl(parameters.get('acl'), settings, URL_ORIGIN) };
}

/** Reads what readHostConfig does, `chroot` and `acl`. Throws `usage`. */
export function zookeeperFromConfig(
  config: JsonObject,
  { login }: RecordedAccess,
): ZookeeperSettings {
  const settings = readHostConfig(config, login, FORM);
  const chroot = parseKeyPrefix(configText(config, 'chroot') ?? '', CONFIG_ORIGIN);
  return { ...settings, chroot, acl: parseAcl(configText(config, 'acl'), settings, CONFIG_ORIGIN) };
}

/**
 * A list of `open`, `creator`, `read:world` and `read:USER:DIGEST`. Without one each client may do
 * anything, unless there is a login: then it alone writes, and each client reads. Throws `usage`.
 * https://zookeeper.apache.org/doc/current/zookeeperProgrammers.html#sc_ZooKeeperAccessControl
 */
function parseAcl(
  text: string | undefined,
  { auth }: HostSettings,
  origin: string,
): readonly AclEntry[] {
  if (text === undefined) return auth === undefined ? [OPEN] : [CREATOR, READERS];
  return text.split(',').map((word) => {
    if (word === 'open') return OPEN;
    if (word === 'creator') return CREATOR;
    if (word === 'read:world') return READERS;
    const id = /^read:([^:]+:[A-Za-z0-9+/]+=*)$/.exec(word)?.[1];
    if (id !== undefined) return { rights: READ_RIGHT, scheme: 'digest', id };
    throw new LenkwerkError('usage', `${origin}: not an acl: ${JSON.stringify(word)}`, {
      hint: 'it takes open, creator, read:world and read:USER:DIGEST, with commas between them',
    });
  });
}
