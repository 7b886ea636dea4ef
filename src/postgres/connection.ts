/** Opens sessions with the Lenkwerk database. */
import { Client, type ClientConfig, DatabaseError, escapeIdentifier, types } from 'pg';
import { assert, LenkwerkError } from '../model/errors.js';
import { cutAfter, Deadline } from '../runtime/async.js';
import { watchAnswers } from './answers.js';
import { type ConnectionSettings, describeConnection } from './connection-settings.js';
import { findPassword, tlsOptions } from './credentials.js';
import { codeOf, POOLER_HINT, SQLSTATE, toLenkwerkError } from './errors.js';
import { boundAnswers } from './message-bound.js';
import { requireSettings, sessionOptions, sessionSettings } from './session-settings.js';

const KEEPALIVE_DELAY_MS = 10_000;
/** How long the server may take to close a session before it is cut. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * The options of pg's Client (or a replication client) for these settings. `purpose` follows the
 * program's name in pg_stat_activity. Throws `usage` for unreadable certificate files.
 */
export async function clientConfig(
  settings: ConnectionSettings,
  purpose: string,
): Promise<ClientConfig> {
  const overSocket = settings.host.startsWith('/');
  const tls = overSocket ? undefined : tlsOptions(settings.tls);
  return {
    host: settings.host,
    port: settings.port,
    user: settings.username,
    database: settings.database,
    password: () => findPassword(settings, tls !== undefined),
    // Always set: pg would read the environment, with another meaning than libpq's.
    ssl: tls ?? false,
    application_name: `lenkwerk ${purpose}`,
    options: sessionOptions(settings.options, settings.session),
    types: TEXT_TYPES,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
  };
}

/** How each open session was opened. */
const SETTINGS = new WeakMap<Client, ConnectionSettings>();

/**
 * An open session, to be closed with `closeConnection`. Throws `database-unavailable` with one line
 * that names the server, the database, the user and the reason; its requests do when the server
 * does not answer for as long as the settings let it.
 */
export async function openConnection(
  settings: ConnectionSettings,
  purpose: string,
): Promise<Client> {
  const client = await connectWithOrWithoutTls(settings, purpose);
  watchAnswers(client, {
    place: describeConnection(settings),
    timeoutMs: settings.answerTimeoutMs,
  });
  SETTINGS.set(client, settings);
  try {
    await requireSettings(client, sessionSettings(settings.options, settings.session));
    return client;
  } catch (error) {
    await closeConnection(client);
    throw toLenkwerkError(error);
  }
}

/** Another session with server and database of one that `openConnection` gave. */
export function openBeside(client: Client, purpose: string): Promise<Client> {
  const settings = SETTINGS.get(client);
  assert(settings !== undefined, 'a session has settings');
  return openConnection(settings, purpose);
}

/** Whether a session that `openConnection` gave is over a Unix socket. */
export function isOverSocket(client: Client): boolean {
  return SETTINGS.get(client)?.host.startsWith('/') === true;
}

/** Ends a session in order, and cuts it when the server does not answer in time. Never throws. */
export async function closeConnection(client: Client): Promise<void> {
  const { stream } = client.connection;
  await cutAfter(client.end(), CLOSE_TIMEOUT_MS, () => stream.destroy()).catch(() => {});
}

async function connectWithOrWithoutTls(
  settings: ConnectionSettings,
  purpose: string,
): Promise<Client> {
  const config = await clientConfig(settings, purpose);
  try {
    return await connect(config);
  } catch (error) {
    if (settings.tls.mode !== 'prefer' || config.ssl === false || !mayLackTls(error)) {
      throw connectFailed(error, settings);
    }
  }
  try {
    const password = () => findPassword(settings, false);
    return await connect({ ...config, ssl: false, password });
  } catch (error) {
    throw connectFailed(error, settings);
  }
}

/** The settings for the same server, another database. */
export function withDatabase(settings: ConnectionSettings, database: string): ConnectionSettings {
  return { ...settings, database };
}

async function connect(config: ClientConfig): Promise<Client> {
  const { connectionTimeoutMillis = 0, ...rest } = config;
  const client = new Client(rest);
  boundAnswers(client, rest, 'session');
  let timedOut = false;
  const deadline = new Deadline(
    () => connectionTimeoutMillis,
    () => {
      timedOut = true;
      client.connection.stream.destroy();
    },
  );
  if (connectionTimeoutMillis > 0) deadline.start();
  // A session that breaks between statements must not end the process; the next statement fails.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    abandon(client);
    throw timedOut ? new ConnectTimeout('no answer in time', { cause: error }) : error;
  } finally {
    deadline.stop();
  }
}

/** Ends a session that was never established, without waiting: it may not answer. */
function abandon(client: Client): void {
  client.end().catch(() => {});
  client.connection.stream.destroy();
}

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * A server without TLS answers the request for it without any code; one whose pg_hba.conf admits
 * plain text only refuses the encrypted session.
 */
function mayLackTls(error: unknown): boolean {
  const code = codeOf(error);
  return (code === undefined && !(error instanceof LenkwerkError)) || code === '28000';
}

interface Reason {
  readonly text: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

function connectFailed(error: unknown, settings: ConnectionSettings): LenkwerkError {
  const place = describeConnection(settings);
  const { text, hint, retryable } = reasonOf(error, settings);
  return new LenkwerkError('database-unavailable', `cannot connect to ${place}: ${text}`, {
    cause: error,
    retryable: retryable ?? false,
    ...(hint === undefined ? {} : { hint }),
  });
}

function reasonOf(error: unknown, settings: ConnectionSettings): Reason {
  if (error instanceof LenkwerkError) {
    return { text: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  const code = codeOf(error) ?? '';
  const known = KNOWN_REASONS.get(code);
  if (known !== undefined) return known;
  if (code === '3D000') {
    const name = escapeIdentifier(settings.database);
    const hint = `is the name right? CREATE DATABASE ${name}, or \`lenkwerk init --create-database\``;
    return { text: `there is no database ${settings.database}`, hint };
  }
  if (code === SQLSTATE.protocolViolation)
    return { text: `a pooler refuses it: ${messageOf(error)}`, hint: POOLER_HINT };
  if (error instanceof DatabaseError && code === '28000') {
    const text = `the server refuses this user: ${error.message}`;
    return { text, hint: 'check pg_hba.conf and sslmode' };
  }
  if (error instanceof DatabaseError && code === SQLSTATE.insufficientPrivilege) {
    const name = escapeIdentifier(settings.database);
    const hint = `GRANT CONNECT ON DATABASE ${name} TO ${escapeIdentifier(settings.username)}`;
    return { text: error.message, hint };
  }
  if (error instanceof DatabaseError) return { text: `${error.message} [${error.code}]` };
  return { text: tlsReason(error, code), retryable: code === '' };
}

const KNOWN_REASONS: ReadonlyMap<string, Reason> = new Map([
  [
    'ECONNREFUSED',
    { text: 'no server listens there', hint: 'is PostgreSQL running?', retryable: true },
  ],
  ['ECONNRESET', { text: 'the server closed the connection', retryable: true }],
  ['ENOENT', { text: 'there is no such socket', hint: 'is PostgreSQL running?', retryable: true }],
  ['ENOTFOUND', { text: 'the host name is unknown' }],
  ['EAI_AGAIN', { text: 'the host name cannot be resolved now', retryable: true }],
  ['EHOSTUNREACH', { text: 'the host cannot be reached', retryable: true }],
  ['ENETUNREACH', { text: 'the network cannot be reached', retryable: true }],
  ['ETIMEDOUT', { text: 'no answer in time', retryable: true }],
  ['28P01', { text: 'the password is wrong', hint: 'check PGPASSWORD or ~/.pgpass' }],
  ['53300', { text: 'the server has no connection left', retryable: true }],
  ['57P03', { text: 'the server is starting up or shutting down', retryable: true }],
]);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tlsReason(error: unknown, code: string): string {
  const message = messageOf(error);
  return code === '' ? message : `${message} [${code}]`;
}

const BOOL_OID = 16;
const INT2_OID = 21;
const INT4_OID = 23;
const OID_OID = 26;
const PARSED_OIDS: ReadonlySet<number> = new Set([BOOL_OID, INT2_OID, INT4_OID, OID_OID]);

/**
 * Type parsers of a client: booleans and integers up to four bytes are converted, everything else
 * is PostgreSQL's text (json, timestamps, int8, numeric, arrays).
 */
const TEXT_TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    PARSED_OIDS.has(oid) ? types.getTypeParser(oid, format) : String,
};
