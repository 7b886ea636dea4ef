/**
 * The database and its user: from flags, a URL, the project file, a service, the environment.
 * https://www.postgresql.org/docs/current/libpq-connect.html
 */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import { describeServers, type ServerPlace, serversOf } from './libpq/servers.js';
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
import { type TlsSettings, tlsSettings } from './libpq/tls.js';
import { oneOf, parseTimeoutMs } from './libpq/values.js';

/** What a server of a list has to be. */
const SESSION_ATTRIBUTES = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;
export type SessionAttributes = (typeof SESSION_ATTRIBUTES)[number];
const LOAD_BALANCES = ['disable', 'random'] as const;

const PASSWORD_HINT = 'set PGPASSWORD, or add a line to ~/.pgpass (mode 0600)';
const RECORDED_PASSWORD_HINT =
  'add a line with that host to ~/.pgpass (mode 0600), or name the server by LENKWERK_DATABASE: PGPASSWORD goes to no host that a repository names';

const DEFAULT_DATABASE = 'lenkwerk';
const DEFAULT_ANSWER_TIMEOUT_MS = 30_000;

/** Names of settings and their values, as PostgreSQL shows them. */
export type Settings = Readonly<Record<string, string>>;

export interface ConnectionSettings {
  /** At least one, in the order in which they are tried. */
  readonly servers: readonly ServerPlace[];
  readonly attributes: SessionAttributes;
  /** Whether they are tried in a random order. */
  readonly isBalanced: boolean;
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
  /** What helps where the server requests a password, and there is none. */
  readonly passwordHint: string;
  readonly tls: TlsSettings;
  /** For each attempt: each address of a server, with TLS and without it. */
  readonly connectTimeoutMs: number;
  /** How long the server may stay silent over a request. */
  readonly answerTimeoutMs: number;
  /** The value of PGOPTIONS. */
  readonly options: string | undefined;
  /** What the purpose of the session needs beside what all have. */
  readonly session: Settings;
}

/** One server of them. */
export interface ServerSettings extends ConnectionSettings {
  readonly server: ServerPlace;
}

export interface DestinationPart {
  readonly name: string;
  readonly value: string;
  /** The flag, variable, config key or file that it comes from, or `default`. */
  readonly from: Origin;
}

/** Where the database is and as which user to log in, with the origin of each part. */
export interface DatabaseDestination {
  readonly settings: ConnectionSettings;
  readonly parts: readonly DestinationPart[];
  /** undefined: no source has a password; the password file may. */
  readonly passwordFrom: Origin | undefined;
}

/** The settings of `databaseDestination`. */
export function connectionSettings(flags: ConnectionFlags, env: Variables): ConnectionSettings {
  return databaseDestination(flags, env).settings;
}

/**
 * Merges the sources: flags, then a URL or the project file (`--db`, else LENKWERK_DATABASE, else
 * the project file, else DATABASE_URL), then the service that one of them names, then the PG*
 * variables, then defaults. A password goes only to the host that it is for: that of a URL not to
 * the host of a flag, PGPASSWORD not to a host that only the URL of a variable or the project file
 * names. Throws `usage` for malformed values; reads no file.
 */
export function databaseDestination(flags: ConnectionFlags, env: Variables): DatabaseDestination {
  const layers = layersOf(flags, env);
  const host = find(layers, 'PGHOST', '');
  const address = find(layers, 'PGHOSTADDR', '');
  const port = find(layers, 'PGPORT', '');
  const user = find(layers, 'PGUSER', userInfo().username);
  const database = find(layers, 'PGDATABASE', DEFAULT_DATABASE);
  const places = address.layer === undefined ? [host] : [host, address];
  const password = passwordFor(places, layers);
  const servers = serversOf({
    ...{ host: requireName(host, /:\/\/|=|.@/), address: address.value, port: port.value },
  });
  const isRecorded = places.some(({ layer }) => layer?.kind === 'project');
  const settings = {
    servers,
    ...choiceOf(layers, servers),
    username: user.value,
    database: requireName(database, /:\/\/|=/),
    password: given(password?.value),
    isRecorded,
    passwordHint: isRecorded ? RECORDED_PASSWORD_HINT : PASSWORD_HINT,
    ...furtherSettings(layers, env, flags),
    tls: tlsSettings(layers),
  };
  const { tls } = settings;
  requireNamed(settings, host.layer);
  const from = (name: string) => find(layers, name, '').origin;
  const hosts = servers.map((server) => server.host).join();
  const parts = [
    { name: 'host', value: hosts, from: host.origin },
    { name: 'port', value: portsOf(servers), from: port.origin },
    { name: 'user', value: settings.username, from: user.origin },
    { name: 'database', value: settings.database, from: database.origin },
    { name: 'sslmode', value: tls.mode, from: from('PGSSLMODE') },
    ...givenParts(layers),
    ...(servers.length === 1 || from('PGTARGETSESSIONATTRS') !== 'default'
      ? []
      : [{ name: 'target_session_attrs', value: settings.attributes, from: 'default' }]),
  ];
  return { settings, parts, passwordFrom: password?.origin };
}

/** One for all of them, or the list. */
function portsOf(servers: readonly ServerPlace[]): string {
  const ports = servers.map(({ port }) => String(port));
  return new Set(ports).size === 1 ? (ports[0] ?? '') : ports.join();
}

const SHOWN_WHERE_GIVEN = [
  ['service', 'PGSERVICE'],
  ['hostaddr', 'PGHOSTADDR'],
  ['target_session_attrs', 'PGTARGETSESSIONATTRS'],
  ['load_balance_hosts', 'PGLOADBALANCEHOSTS'],
] as const;

function givenParts(layers: readonly Layer[]): readonly DestinationPart[] {
  return SHOWN_WHERE_GIVEN.flatMap(([name, variable]) => {
    const { value, origin } = find(layers, variable, '');
    return value === '' ? [] : [{ name, value, from: origin }];
  });
}

/**
 * Of several servers the one that takes writes: it has the newest state, the slot, and the agent
 * follows it. One alone is judged by what is done there.
 */
function choiceOf(layers: readonly Layer[], servers: readonly ServerPlace[]) {
  const attributes = servers.length === 1 ? 'any' : 'read-write';
  const wanted = find(layers, 'PGTARGETSESSIONATTRS', attributes).value;
  const balance = find(layers, 'PGLOADBALANCEHOSTS', 'disable').value;
  return {
    attributes: oneOf('target_session_attrs', wanted, SESSION_ATTRIBUTES),
    isBalanced: oneOf('load_balance_hosts', balance, LOAD_BALANCES) === 'random',
  };
}

function furtherSettings(layers: readonly Layer[], env: Variables, flags: ConnectionFlags) {
  const value = (name: string) => given(find(layers, name, '').value);
  const { answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS } = flags;
  return {
    passwordFile: value('PGPASSFILE') ?? join(given(env['HOME']) ?? homedir(), '.pgpass'),
    connectTimeoutMs: Math.min(
      parseTimeoutMs(value('PGCONNECT_TIMEOUT') ?? ''),
      flags.answerTimeoutMs ?? Number.POSITIVE_INFINITY,
    ),
    answerTimeoutMs,
    options: value('PGOPTIONS'),
    session: {},
  };
}

/** The certificate is compared with the host, which an address alone does not have. */
function requireNamed({ servers, tls }: ConnectionSettings, host: Layer | undefined): void {
  if (tls.mode !== 'verify-full' || host !== undefined) return;
  if (servers.every(({ address }) => address === undefined)) return;
  throw new LenkwerkError('usage', 'sslmode=verify-full needs a host beside hostaddr');
}

/** `user@host:port/database`, with all servers of a list, for messages; never a password. */
export function describeConnection(
  settings: Pick<ConnectionSettings, 'servers' | 'username' | 'database'>,
): string {
  const { servers, username, database } = settings;
  return `${username}@${describeServers(servers)}/${database}`;
}
