/**
 * The database and its user: from flags, a URL, the environment and .pgpass.
 * https://www.postgresql.org/docs/current/libpq-connect.html
 */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import { variablesOfUrl } from './database-url.js';

const URL_FLAG = '--db';
const DEFAULT_DATABASE = 'lenkwerk';
const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = 5432;
const MAX_PORT = 65_535;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_ANSWER_TIMEOUT_MS = 30_000;

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];

/** Names of settings and their values, as PostgreSQL shows them. */
export type Settings = Readonly<Record<string, string>>;

/** Values of the command line; a flag takes precedence over the URL, the URL over the variables. */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly username?: string | undefined;
  readonly dbname?: string | undefined;
  /** How long a server may stay silent over a request. Default: 30,000. */
  readonly answerTimeoutMs?: number | undefined;
}

export interface TlsSettings {
  readonly mode: SslMode;
  /**
   * Paths of files; undefined: libpq's default file where it exists. `system`: the system's store.
   */
  readonly rootCert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface ConnectionSettings {
  /** A name or address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly database: string;
  /** undefined: read from the password file when the server requests one. */
  readonly password: string | undefined;
  /**
   * A database records the host, so a manifest chose it: no password goes there in plain text, and
   * one of the password file only by a line that names the host.
   */
  readonly isRecorded: boolean;
  readonly passwordFile: string;
  readonly tls: TlsSettings;
  readonly connectTimeoutMs: number;
  /** How long the server may stay silent over a request. */
  readonly answerTimeoutMs: number;
  /** The value of PGOPTIONS. */
  readonly options: string | undefined;
  /** What the purpose of the session needs beside what all have. */
  readonly session: Settings;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The flag or variable that a value comes from, or `default`. */
export type Origin = string;

/** Where the database is and as which user to log in, with the origin of each part. */
export interface DatabaseDestination {
  readonly settings: ConnectionSettings;
  readonly why: Readonly<Record<'host' | 'port' | 'user' | 'database' | 'sslmode', Origin>>;
  /** undefined: no source has a password; the password file may. */
  readonly passwordFrom: Origin | undefined;
}

/** The settings of `databaseDestination`. */
export function connectionSettings(flags: ConnectionFlags, env: Variables): ConnectionSettings {
  return databaseDestination(flags, env).settings;
}

/**
 * Merges the sources: flags, then a URL (`--db`, else LENKWERK_DATABASE, else DATABASE_URL), then
 * the PG* variables, then defaults. A password goes only to the host that it is for: that of a URL
 * not to the host of a flag, PGPASSWORD not to a host that only the URL of a variable names. Throws
 * `usage` for malformed values; reads no file.
 */
export function databaseDestination(flags: ConnectionFlags, env: Variables): DatabaseDestination {
  const layers = layersOf(flags, env);
  const host = find(layers, 'PGHOST', DEFAULT_HOST);
  const port = find(layers, 'PGPORT', String(DEFAULT_PORT));
  const user = find(layers, 'PGUSER', userInfo().username);
  const database = find(layers, 'PGDATABASE', DEFAULT_DATABASE);
  const sslmode = find(layers, 'PGSSLMODE', 'prefer');
  const password = passwordFor(host, layers);
  const settings = {
    host: requireName(host, /:\/\/|=|.@/),
    port: parsePort(port.value),
    username: user.value,
    database: requireName(database, /:\/\/|=/),
    password: password?.value,
    isRecorded: false,
    ...furtherSettings(layers, env, flags),
    tls: { ...tlsPaths(layers), mode: parseSslMode(sslmode.value) },
  };
  const why = {
    ...{ host: host.origin, port: port.origin, user: user.origin, database: database.origin },
    sslmode: sslmode.origin,
  };
  return { settings, why, passwordFrom: password?.origin };
}

function furtherSettings(layers: readonly Layer[], env: Variables, flags: ConnectionFlags) {
  const value = (name: string) => given(find(layers, name, '').value);
  const { answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS } = flags;
  return {
    passwordFile: value('PGPASSFILE') ?? join(given(env['HOME']) ?? homedir(), '.pgpass'),
    connectTimeoutMs: Math.min(
      parseTimeoutMs(value('PGCONNECT_TIMEOUT')),
      flags.answerTimeoutMs ?? Number.POSITIVE_INFINITY,
    ),
    answerTimeoutMs,
    options: value('PGOPTIONS'),
    session: {},
  };
}

function tlsPaths(layers: readonly Layer[]): Omit<TlsSettings, 'mode'> {
  const value = (name: string) => given(find(layers, name, '').value);
  return {
    rootCert: value('PGSSLROOTCERT'),
    cert: value('PGSSLCERT'),
    key: value('PGSSLKEY'),
  };
}

/** One source: its values by libpq's variables for them, where empty means not given. */
interface Layer {
  readonly kind: 'flags' | 'url' | 'variables';
  readonly values: Variables;
  readonly originOf: (name: string) => Origin;
}

interface Found {
  readonly value: string;
  readonly origin: Origin;
  /** undefined: the default. */
  readonly layer: Layer | undefined;
}

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['PGHOST', '--host'],
  ['PGPORT', '--port'],
  ['PGUSER', '--username'],
  ['PGDATABASE', '--dbname'],
]);
/** The variables that hold a URL, the first that is set counts. */
const URL_VARIABLES = ['LENKWERK_DATABASE', 'DATABASE_URL'];

function layersOf(flags: ConnectionFlags, env: Variables): readonly Layer[] {
  const { host, port, username, dbname } = flags;
  const byFlag = { PGHOST: host, PGPORT: port?.toString(), PGUSER: username, PGDATABASE: dbname };
  const url = urlSource(flags, env);
  return [
    { kind: 'flags', values: byFlag, originOf: (name) => FLAGS.get(name) ?? name },
    ...(url === undefined ? [] : [urlLayer(url)]),
    { kind: 'variables', values: env, originOf: (name) => name },
  ];
}

interface UrlSource {
  readonly text: string;
  readonly origin: Origin;
}

function urlSource({ url }: ConnectionFlags, env: Variables): UrlSource | undefined {
  const flag = given(url);
  if (flag !== undefined) return { text: flag, origin: URL_FLAG };
  const origin = URL_VARIABLES.find((name) => given(env[name]) !== undefined);
  return origin === undefined ? undefined : { text: env[origin] ?? '', origin };
}

function urlLayer({ text, origin }: UrlSource): Layer {
  return { kind: 'url', values: variablesOfUrl(text), originOf: () => origin };
}

function find(layers: readonly Layer[], name: string, fallback: string): Found {
  const layer = layers.find(({ values }) => given(values[name]) !== undefined);
  if (layer === undefined) return { value: fallback, origin: 'default', layer };
  return { value: layer.values[name] ?? fallback, origin: layer.originOf(name), layer };
}

/** The password that may go to the host. */
function passwordFor(host: Found, layers: readonly Layer[]): Found | undefined {
  const usable = layers.filter(({ kind }) => {
    if (kind === 'url') return host.layer?.kind !== 'flags';
    return host.layer?.kind !== 'url' || host.origin === URL_FLAG;
  });
  const password = find(usable, 'PGPASSWORD', '');
  return password.layer === undefined ? undefined : password;
}

/** Throws `usage`: psql takes a connection string there, whose password errors would show. */
function requireName({ value, origin }: Found, connectionString: RegExp): string {
  if (!connectionString.test(value)) return value;
  throw new LenkwerkError('usage', `${origin} is a connection string, not a name`, {
    hint: 'give a URL by --db, LENKWERK_DATABASE or DATABASE_URL',
  });
}

/** `user@host:port/database`, for messages; never a password. */
export function describeConnection({
  username,
  host,
  port,
  database,
}: Pick<ConnectionSettings, 'username' | 'host' | 'port' | 'database'>): string {
  return `${username}@${host}:${port}/${database}`;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > MAX_PORT) {
    throw new LenkwerkError('usage', `not a port: ${text}`, { hint: `1 to ${MAX_PORT}` });
  }
  return port;
}

function parseSslMode(text: string): SslMode {
  const mode = SSL_MODES.find((known) => known === text);
  if (mode === undefined) {
    throw new LenkwerkError('usage', `not an sslmode: ${text}`, { hint: SSL_MODES.join(', ') });
  }
  return mode;
}

function parseTimeoutMs(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CONNECT_TIMEOUT_MS;
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  if (seconds === undefined) {
    throw new LenkwerkError('usage', `not a connect timeout in seconds: ${text}`);
  }
  return seconds === 0 ? DEFAULT_CONNECT_TIMEOUT_MS : seconds * 1000;
}

/** Empty means not given, as in libpq. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
