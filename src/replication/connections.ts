/** Replication sessions. */
import { Client, type ClientConfig } from 'pg';
import { watchAnswers } from '../postgres/answers.js';
import { clientConfig, closeConnection } from '../postgres/connect/attempt.js';
import { settingsBeside } from '../postgres/connection.js';
import { describeConnection } from '../postgres/connection-settings.js';
import { codeOf, SQLSTATE, toLenkwerkError } from '../postgres/errors.js';
import { boundAnswers } from '../postgres/message-bound.js';

/** Bounds how long a slot stays taken after the host of its reader died. */
const WAL_SENDER_TIMEOUT_MS = 8_000;
/** How long the server may take over a replication command, without waits for locks. */
const COMMAND_TIMEOUT_MS = 30_000;
/** How long a session that created a slot keeps the snapshot, which other sessions import. */
const EXPORTED_SNAPSHOT_MS = 60_000;

/**
 * How to open a replication session beside `probe`, an open session: with the same server, also of
 * several, and what was negotiated about encryption is used again, because a replication client
 * cannot fall back from TLS by itself.
 */
export async function replicationConfig(probe: Client): Promise<ClientConfig> {
  const config = clientConfig(settingsBeside(probe), 'agent stream');
  const encrypted = 'encrypted' in probe.connection.stream;
  const { rows } = await probe.query<{ known: boolean }>(
    "SELECT pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL AS known",
  );
  return {
    ...config,
    ...(encrypted ? {} : { ssl: false, sslnegotiation: 'postgres' as const }),
    options: [
      config.options,
      `-c wal_sender_timeout=${WAL_SENDER_TIMEOUT_MS}`,
      `-c idle_in_transaction_session_timeout=${EXPORTED_SNAPSHOT_MS}`,
      // Since PostgreSQL 17, where it would end an exported snapshot, and the decoding of a large
      // transaction; older servers refuse a session that sets it.
      ...(rows[0]?.known === true ? ['-c transaction_timeout=0'] : []),
    ].join(' '),
  };
}

/**
 * An open session for replication commands, with the server of `probe`, a session of
 * `openConnection`. Throws `database-unavailable`.
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
export async function openReplicationConnection(
  config: ClientConfig,
  probe: Client,
): Promise<Client> {
  const replication = { ...config, replication: 'database' };
  const client = new Client(replication);
  boundAnswers(client, replication, 'session');
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    await closeConnection(client);
    throw toLenkwerkError(error);
  }
  const place = describeConnection(settingsBeside(probe));
  watchAnswers(client, { place, timeoutMs: COMMAND_TIMEOUT_MS });
  return client;
}

/**
 * Whether the server refuses new sessions, which it does when it is about to shut down. False as
 * well when it does not answer. Never throws.
 */
export async function isShuttingDown(config: ClientConfig): Promise<boolean> {
  const client = new Client(config);
  boundAnswers(client, config, 'login');
  client.on('error', () => {});
  try {
    await client.connect();
    return false;
  } catch (error) {
    return codeOf(error) === SQLSTATE.cannotConnectNow;
  } finally {
    await closeConnection(client);
  }
}

/**
 * Lets the server end the session, which releases the locks of its open transaction, when this
 * process neither sends a statement nor reads its answers for so many milliseconds. In effect for
 * the open transaction.
 * https://www.postgresql.org/docs/current/runtime-config-connection.html
 */
export async function limitSilence(client: Client, milliseconds: number): Promise<void> {
  await client.query(
    `SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', $1, true),
            pg_catalog.set_config('tcp_user_timeout', $1, true)`,
    [String(milliseconds)],
  );
}
