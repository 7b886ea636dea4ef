/** Why no session could be opened, in words. */
import { DatabaseError, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { type ConnectionSettings, describeConnection } from '../connection-settings.js';
import { codeOf, POOLER_HINT, SQLSTATE } from '../errors.js';
import { describeServers, type ServerPlace } from '../libpq/servers.js';

/** A failed attempt. */
export interface Failure {
  readonly server: ServerPlace;
  readonly error: unknown;
}

/** For a server that answers, and is not what `target_session_attrs` asks for. */
export class UnfitServer extends Error {}

interface Reason {
  readonly text: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** `database-unavailable`, with the reason of each server that was tried; the last is its cause. */
export function connectFailed(
  settings: ConnectionSettings,
  failures: readonly Failure[],
): LenkwerkError {
  const reasons = failures.map(({ server, error }) => {
    return { place: describeServers([server]), ...reasonOf(error, settings) };
  });
  const isOne = settings.servers.length === 1;
  const texts = reasons.map(({ place, text }) => (isOne ? text : `${place}: ${text}`));
  const hint = reasons.findLast((reason) => reason.hint !== undefined)?.hint;
  const message = `cannot connect to ${describeConnection(settings)}: ${[...new Set(texts)].join('; ')}`;
  return new LenkwerkError('database-unavailable', message, {
    cause: failures.at(-1)?.error,
    retryable: reasons.some(({ retryable = false }) => retryable),
    ...(hint === undefined ? {} : { hint }),
  });
}

function reasonOf(error: unknown, { database, username, attributes }: ConnectionSettings): Reason {
  if (error instanceof LenkwerkError) {
    return { text: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  if (error instanceof UnfitServer) {
    const hint = `target_session_attrs is ${attributes}, as it is by default for several hosts`;
    const byDefault = attributes === 'read-write';
    const text = error.message;
    return { text, hint: byDefault ? hint : hint.replace(/,.*/, ''), retryable: true };
  }
  const code = codeOf(error) ?? '';
  const known = KNOWN_REASONS.get(code);
  if (known !== undefined) return known;
  if (code === '3D000') {
    const name = escapeIdentifier(database);
    const hint = `is the name right? CREATE DATABASE ${name}, or \`lenkwerk init --create-database\``;
    return { text: `there is no database ${database}`, hint };
  }
  if (code === SQLSTATE.protocolViolation)
    return { text: `a pooler refuses it: ${messageOf(error)}`, hint: POOLER_HINT };
  if (error instanceof DatabaseError && code === '28000') {
    const text = `the server refuses this user: ${error.message}`;
    return { text, hint: 'check pg_hba.conf and sslmode' };
  }
  if (error instanceof DatabaseError && code === SQLSTATE.insufficientPrivilege) {
    const role = escapeIdentifier(username);
    const hint = `GRANT CONNECT ON DATABASE ${escapeIdentifier(database)} TO ${role}`;
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
