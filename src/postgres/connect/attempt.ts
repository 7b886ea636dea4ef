/** One server at one address: with TLS, without it, or as the settings have it. */

import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { Client, type ClientConfig, types } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { cutAfter, Deadline } from '../../runtime/async.js';
import type { ServerSettings } from '../connection-settings.js';
import { findPassword, tlsOptions } from '../credentials.js';
import { codeOf } from '../errors.js';
import { boundAnswers } from '../message-bound.js';
import { sessionOptions } from '../session-settings.js';

const KEEPALIVE_DELAY_MS = 10_000;
/** How long the server may take to close a session before it is cut. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * The options of pg's Client (or a replication client) for this server. `purpose` follows the
 * program's name in pg_stat_activity. Throws `usage` for unreadable certificate files.
 */
export function clientConfig(settings: ServerSettings, purpose: string): ClientConfig {
  const { host, address = host, found = address, port } = settings.server;
  const tls = isSocket(found) ? undefined : serverTls(settings);
  return {
    host: found,
    port,
    user: settings.username,
    database: settings.database,
    password: () => findPassword(settings, tls !== undefined),
    // Always set: pg would read the environment, with another meaning than libpq's.
    ssl: tls ?? false,
    sslnegotiation: tls === undefined ? 'postgres' : settings.tls.negotiation,
    application_name: `lenkwerk ${purpose}`,
    options: sessionOptions(settings.options, settings.session),
    types: TEXT_TYPES,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
  };
}

/** Whether a host is the folder of a Unix socket. */
export function isSocket(host: string): boolean {
  return host.startsWith('/');
}

/** The session is with an address, the certificate and the name that is sent are of the host. */
function serverTls({ server: { host }, tls }: ServerSettings): ConnectionOptions | undefined {
  const options = tlsOptions(tls);
  if (options === undefined) return undefined;
  const name = tls.sendsName && isIP(host) === 0 ? { servername: host } : {};
  if (tls.mode !== 'verify-full') return { ...options, ...name };
  const identity: ConnectionOptions = {
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
  };
  return { ...options, ...name, ...identity };
}

/** An established session, which no failure ends the process by. Throws as pg does. */
export async function connectOnce(settings: ServerSettings, purpose: string): Promise<Client> {
  const config = clientConfig(settings, purpose);
  const { mode } = settings.tls;
  if (config.ssl === false || (mode !== 'prefer' && mode !== 'allow')) return connect(config);
  const password = () => findPassword(settings, false);
  const plain = { ...config, ssl: false, password };
  const [first, second] = mode === 'prefer' ? [config, plain] : [plain, config];
  const mayTrySecond = mode === 'prefer' ? mayLackTls : isRefused;
  try {
    return await connect(first);
  } catch (error) {
    if (!mayTrySecond(error)) throw error;
  }
  return await connect(second);
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

/** Ends a session in order, and cuts it when the server does not answer in time. Never throws. */
export async function closeConnection(client: Client): Promise<void> {
  const { stream } = client.connection;
  await cutAfter(client.end(), CLOSE_TIMEOUT_MS, () => stream.destroy()).catch(() => {});
}

/** Ends a session that was never established, without waiting: it may not answer. */
function abandon(client: Client): void {
  client.end().catch(() => {});
  client.connection.stream.destroy();
}

/** For an attempt that took longer than the settings let it. */
export class ConnectTimeout extends Error {
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

/** By pg_hba.conf, which may admit sessions with TLS only. */
function isRefused(error: unknown): boolean {
  return codeOf(error) === '28000';
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
