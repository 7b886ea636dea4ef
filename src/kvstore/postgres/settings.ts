/** A PostgreSQL database as the key-value store: by a URL, or as Bagger's config records it. */
import { LenkwerkError } from '../../model/errors.js';
import type { JsonObject } from '../../model/json.js';
import {
  type ConnectionSettings,
  connectionSettings,
  describeConnection,
} from '../../postgres/connection-settings.js';
import { takeParameter, variablesOfUrl } from '../../postgres/libpq/url.js';
import type { KindLimits, RecordedAccess } from '../driver-kit.js';
import {
  CONFIG_ORIGIN,
  configText,
  configuredEncryption,
  describePlace,
  parseKeyPrefix,
  refusePassword,
  type StoreUrl,
  URL_ORIGIN,
  type Variables,
} from '../settings.js';

/** Which database holds the store, and how to get in. */
export interface PostgresSettings {
  readonly connection: ConnectionSettings;
  /** As in StoreSettings. */
  readonly prefix: string;
}

/** PostgreSQL would take more; this bounds the memory of the clients that read a revision. */
export const POSTGRES_LIMITS: KindLimits = {
  maxBytes: 3 * 1024 * 1024,
  maxValueBytes: 3_000_000,
};

const HINT = 'it looks like postgres://user@host:5432/database?prefix=/eu&sslmode=verify-full';

/**
 * The fields of kvstore_config about the connection, by libpq's variables for them.
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
const CONFIG_VARIABLES = new Map([
  ['sslrootcert', 'PGSSLROOTCERT'],
  ['sslcert', 'PGSSLCERT'],
  ['sslkey', 'PGSSLKEY'],
  ['connect_timeout', 'PGCONNECT_TIMEOUT'],
]);

/** The modes in which libpq does without TLS when the server does not offer it. */
const WITHOUT_TLS = ['disable', 'allow', 'prefer'];

/** Names the store for people, with its user and without a password. */
export function describePostgres({ connection, prefix }: PostgresSettings): string {
  return describePlace(`postgres://${describeConnection(connection)}`, prefix);
}

/**
 * Reads `postgres://[user@]host[:port]/database[?prefix=/eu]` with the parameters of a database
 * URL. Of the environment only the password file counts: the PG* variables are for the Lenkwerk
 * database, and its password is not sent to another server. Throws `usage`, never showing the URL.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function postgresFromUrl(url: StoreUrl, variables: Variables): PostgresSettings {
  const { url: text, values: prefixes } = takeParameter(url.text, 'prefix');
  if (prefixes.length > 1) throw new LenkwerkError('usage', `${URL_ORIGIN} repeats "prefix"`);
  const parts = variablesOfUrl(text);
  if ((parts['PGPASSWORD'] ?? '') !== '' && url.source === 'command-line') {
    refusePassword('put it into ~/.pgpass (mode 0600), and only the user into the URL');
  }
  if ((parts['PGDATABASE'] ?? '') === '') {
    throw new LenkwerkError('usage', `${URL_ORIGIN} names no database`, { hint: HINT });
  }
  const isRecorded = url.source === 'repository';
  return {
    connection: { ...connectionSettings({ url: text }, variables), ...passwordOf(isRecorded) },
    prefix: parseKeyPrefix(prefixes[0] ?? '', URL_ORIGIN),
  };
}

/**
 * Reads `{host, port, dbname}`, `prefix`, `ssl` or `tls`, and libpq's `sslmode`, `sslrootcert`,
 * `sslcert`, `sslkey` and `connect_timeout`. Throws `usage`.
 */
export function postgresFromConfig(config: JsonObject, access: RecordedAccess): PostgresSettings {
  const { login, variables } = access;
  const environment: Record<string, string | undefined> = {
    ...variables,
    PGSSLMODE: configuredSslMode(config),
  };
  for (const [field, variable] of CONFIG_VARIABLES) {
    environment[variable] = configText(config, field);
  }
  const flags = {
    host: requiredText(config, 'host'),
    port: configText(config, 'port'),
    username: login.username,
    dbname: requiredText(config, 'dbname'),
  };
  const { password } = login;
  return {
    connection: { ...connectionSettings(flags, environment), password, ...passwordOf(true) },
    prefix: parseKeyPrefix(configText(config, 'prefix') ?? '', CONFIG_ORIGIN),
  };
}

/** Neither PGPASSWORD nor a variable of the Lenkwerk database is for a store. */
function passwordOf(isRecorded: boolean) {
  const passwordHint = isRecorded
    ? 'add a line with that host to ~/.pgpass (mode 0600), or name a variable LENKWERK_STORE_PASSWORD by passwordEnv where the store is recorded: PGPASSWORD is for the Lenkwerk database'
    : 'add a line to ~/.pgpass (mode 0600), or put the password into the URL of LENKWERK_STORE: PGPASSWORD is for the Lenkwerk database';
  return { isRecorded, passwordHint };
}

function requiredText(config: JsonObject, name: string): string {
  const value = configText(config, name);
  if (value !== undefined && value !== '') return value;
  throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: ${name} is missing`);
}

/** What `ssl` asks for holds whatever the server offers. */
function configuredSslMode(config: JsonObject): string | undefined {
  const mode = configText(config, 'sslmode') ?? '';
  const encryption = configuredEncryption(config);
  if (encryption === undefined) return mode;
  if (mode === '') return encryption ? 'require' : mode;
  if (encryption !== WITHOUT_TLS.includes(mode)) return mode;
  throw new LenkwerkError('usage', `${CONFIG_ORIGIN}: asks for TLS and for plain text`);
}

/** The settings with the password of their user. */
export function postgresWithPassword(
  settings: PostgresSettings,
  password: string,
): PostgresSettings {
  return { ...settings, connection: { ...settings.connection, password } };
}
