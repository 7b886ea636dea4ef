/**
 * The database and its user: from flags, a URL, the environment and .pgpass.
 * https://www.postgresql.org/docs/current/libpq-connect.html
 */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { LenkwerkError } from '../model/errors.js';

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

const URL_PARAMETERS = new Map([
  ['host', 'PGHOST'],
  ['port', 'PGPORT'],
  ['user', 'PGUSER'],
  ['dbname', 'PGDATABASE'],
  ['password', 'PGPASSWORD'],
  ['passfile', 'PGPASSFILE'],
  ['sslmode', 'PGSSLMODE'],
  ['sslrootcert', 'PGSSLROOTCERT'],
  ['sslcert', 'PGSSLCERT'],
  ['sslkey', 'PGSSLKEY'],
  ['connect_timeout', 'PGCONNECT_TIMEOUT'],
  ['options', 'PGOPTIONS'],
]);
/** Sent by this program at every connection. */
const IGNORED_URL_PARAMETERS: ReadonlySet<string> = new Set(['application_name']);

/** Merges the sources into settings. Throws `usage` for malformed values; reads no file. */
export function connectionSettings(flags: ConnectionFlags, env: Variables): ConnectionSettings {
  const url = given(flags.url) ?? given(env['DATABASE_URL']);
  const named = { ...env, ...(url === undefined ? {} : variablesOfUrl(url)) };
  const home = given(env['HOME']) ?? homedir();
  const { answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS } = flags;
  return {
    host: given(flags.host) ?? given(named['PGHOST']) ?? DEFAULT_HOST,
    port: parsePort(given(flags.port?.toString()) ?? given(named['PGPORT'])),
    username: given(flags.username) ?? given(named['PGUSER']) ?? userInfo().username,
    database: given(flags.dbname) ?? given(named['PGDATABASE']) ?? DEFAULT_DATABASE,
    password: given(named['PGPASSWORD']),
    passwordFile: given(named['PGPASSFILE']) ?? join(home, '.pgpass'),
    tls: {
      mode: parseSslMode(given(named['PGSSLMODE'])),
      rootCert: given(named['PGSSLROOTCERT']),
      cert: given(named['PGSSLCERT']),
      key: given(named['PGSSLKEY']),
    },
    connectTimeoutMs: Math.min(
      parseTimeoutMs(given(named['PGCONNECT_TIMEOUT'])),
      flags.answerTimeoutMs ?? Number.POSITIVE_INFINITY,
    ),
    answerTimeoutMs,
    options: given(named['PGOPTIONS']),
    session: {},
  };
}

/** True when the URL holds a password: a command line must not hold such a URL. */
export function urlHasPassword(url: string): boolean {
  const parsed = parseUrl(url);
  return parsed.password !== '' || parsed.searchParams.has('password');
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

function variablesOfUrl(text: string): Record<string, string> {
  const url = parseUrl(text);
  const found: Record<string, string> = {};
  const put = (name: string, value: string) => {
    if (value !== '') found[name] = decodePart(value);
  };
  put('PGHOST', url.hostname.replace(/^\[(.*)\]$/, '$1'));
  put('PGPORT', url.port);
  put('PGUSER', url.username);
  put('PGPASSWORD', url.password);
  put('PGDATABASE', url.pathname.replace(/^\//, ''));
  for (const [name, value] of url.searchParams) {
    const variable = URL_PARAMETERS.get(name);
    if (variable !== undefined) found[variable] = value;
    else if (!IGNORED_URL_PARAMETERS.has(name)) {
      const known = [...URL_PARAMETERS.keys()].join(', ');
      // After an unescaped ? it may be the end of a password.
      const shown = /@|%40/.test(url.search + url.hash) ? 'one near an @' : name;
      throw new LenkwerkError('usage', `the database URL has an unknown parameter: ${shown}`, {
        hint: `known are: ${known}`,
      });
    }
  }
  return found;
}

function parseUrl(text: string): URL {
  // An empty host before the path means "use the parameter or the default", which URL refuses
  // together with a user name.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')) {
    throw new LenkwerkError('usage', 'the database URL cannot be read', {
      hint: 'it looks like postgres://user@host:5432/lenkwerk?sslmode=verify-full',
    });
  }
  return url;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new LenkwerkError('usage', 'the database URL has a broken percent escape', { cause });
  }
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > MAX_PORT) {
    throw new LenkwerkError('usage', `not a port: ${text}`, { hint: `1 to ${MAX_PORT}` });
  }
  return port;
}

function parseSslMode(text: string | undefined): SslMode {
  const mode = SSL_MODES.find((known) => known === (text ?? 'prefer'));
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
