/**
 * The database and its user: from flags, a URL, the environment and .pgpass.
 * https://www.postgresql.org/docs/current/libpq-connect.html
 */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import {
  type ConnectionFlags,
  find,
  given,
  type Layer,
  layersOf,
  type Origin,
  passwordFor,
  requireName,
  type Variables,
} from './libpq/sources.js';

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
   * A database records the host, or the project file names it, so a repository chose it: no
   * password goes there in plain text, and one of the password file only by a line that names it.
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
 * Merges the sources: flags, then a URL or the project file (`--db`, else LENKWERK_DATABASE, else
 * the project file, else DATABASE_URL), then the PG* variables, then defaults. A password goes only
 * to the host that it is for: that of a URL not to the host of a flag, PGPASSWORD not to a host
 * that only the URL of a variable or the project file names. Throws `usage` for malformed values;
 * reads no file.
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
    isRecorded: host.layer?.kind === 'project',
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
