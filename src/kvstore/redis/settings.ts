/** The place of a Redis or a Valkey: from a URL, or from Bagger's config. */
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
  type StoreUrl,
  URL_ORIGIN,
  type Variables,
} from '../settings.js';

/** Two servers with one protocol: the kind is a name, and nothing depends on it. */
export type RedisKind = 'redis' | 'valkey';

/** Where the server is, or which Sentinels know that, and how to get in. */
export interface RedisSettings extends HostSettings {
  readonly kind: RedisKind;
  /** The number of the database. */
  readonly database: number;
  /** The name by which the Sentinels at the endpoints know the server; undefined: it is there. */
  readonly sentinel: string | undefined;
  /** A repository names the place: a login goes to no other machine in plain text. */
  readonly isRecorded: boolean;
}

/** The server would take more; this bounds for how long a commit keeps it from other clients. */
export const REDIS_LIMITS: KindLimits = {
  maxBytes: 3 * 1024 * 1024,
  maxValueBytes: 3_000_000,
};

/** The variable of redis-cli and of valkey-cli. */
export const PASSWORD_VARIABLE = 'REDISCLI_AUTH';
/** https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
const DEFAULT_USER = 'default';
const DATABASE = /^\d{1,5}$/;

function formOf(kind: RedisKind): HostForm {
  return {
    scheme: kind,
    defaultPort: 6379,
    passwordVariable: PASSWORD_VARIABLE,
    parameters: ['sentinel'],
    hint: `it looks like ${kind}://host:6379/0?prefix=/eu, or ${kind}s:// for TLS`,
  };
}

/** Names the store for people, without its login. */
export function describeRedis(settings: RedisSettings): string {
  const { kind, database, sentinel } = settings;
  const text = describeHosts(settings, kind, database === 0 ? '' : `/${database}`);
  if (sentinel === undefined) return text;
  return `${text}${text.includes('?') ? '&' : '?'}sentinel=${sentinel}`;
}

/** As in StoreSettings; the same for both kinds. */
export function placesOfRedis({ endpoints, database, sentinel }: RedisSettings) {
  const name = sentinel === undefined ? '' : ` ${sentinel}`;
  return endpoints.map((endpoint) => `redis ${endpoint}${name} ${database}`);
}

/**
 * Reads `redis://[user[:password]@]host[:port][,host…][/database][?prefix=/eu]`, see readHostUrl,
 * with the parameter `sentinel`. Without a user a password is that of the default user. Throws
 * `usage`, never showing the URL.
 */
export function redisFromUrl(kind: RedisKind) {
  return (url: StoreUrl, variables: Variables): RedisSettings => {
    const password = variables[PASSWORD_VARIABLE] || undefined;
    const username = password === undefined ? undefined : DEFAULT_USER;
    const access = { tls: undefined, username, password };
    const { settings, path, parameters } = readHostUrl(url, formOf(kind), access);
    const { auth } = settings;
    return {
      ...settings,
      auth: auth && { ...auth, username: auth.username || DEFAULT_USER },
      ...placeOf(
        kind,
        { database: path.slice(1), sentinel: parameters.get('sentinel') },
        URL_ORIGIN,
      ),
      isRecorded: url.source === 'repository',
    };
  };
}

/** Reads what readHostConfig does, `db` and `sentinel`. Throws `usage`. */
export function redisFromConfig(kind: RedisKind) {
  return (config: JsonObject, { login }: RecordedAccess): RedisSettings => {
    const username = login.username ?? (login.from.length > 0 ? DEFAULT_USER : undefined);
    const database = configText(config, 'db') ?? '';
    const sentinel = configText(config, 'sentinel');
    return {
      ...readHostConfig(config, { ...login, username }, formOf(kind)),
      ...placeOf(kind, { database, sentinel }, CONFIG_ORIGIN),
      isRecorded: true,
    };
  };
}

interface PlaceTexts {
  readonly database: string;
  readonly sentinel: string | undefined;
}

function placeOf(kind: RedisKind, { database, sentinel }: PlaceTexts, origin: string) {
  if (database !== '' && !DATABASE.test(database)) {
    const message = `${origin}: the database of a ${kind} is a number`;
    throw new LenkwerkError('usage', message, { hint: formOf(kind).hint });
  }
  if (sentinel === undefined || /^[A-Za-z0-9._-]+$/.test(sentinel)) {
    return { kind, database: Number(database), sentinel };
  }
  const hint = 'its letters are A-z, digits and . - _, as in `sentinel monitor NAME`';
  throw new LenkwerkError('usage', `${origin}: not the name of a primary at Sentinels`, { hint });
}
