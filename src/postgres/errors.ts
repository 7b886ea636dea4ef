/**
 * PostgreSQL's failures as LenkwerkError, distinguished by SQLSTATE and system error codes alone.
 */
import { type Client, DatabaseError } from 'pg';
import { LenkwerkError } from '../model/errors.js';

const INIT_HINT = 'run `lenkwerk init`';

/** For 08P01: servers report it to broken clients, poolers for what they do not pass on. */
export const POOLER_HINT = [
  'connect to PostgreSQL itself, as an agent has to, since poolers pass no replication on',
  'other commands work through pgbouncer with pool_mode = session (never transaction)',
  'and ignore_startup_parameters = options',
].join('; ');

/** For commits that wait for a synchronous standby. */
export const STANDBY_HINT =
  'bring back the standbys that synchronous_standby_names asks for, or take them out of it';

/** The SQLSTATE or the system's error code, undefined where the failure carries neither. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A failed statement as a LenkwerkError; a LenkwerkError is returned unchanged. */
export function toLenkwerkError(error: unknown): LenkwerkError {
  if (error instanceof LenkwerkError) return error;
  const code = codeOf(error);
  if (!(error instanceof DatabaseError) || code === undefined) return connectionLost(error);
  switch (code) {
    case '3F000':
    case SQLSTATE.undefinedTable:
    case SQLSTATE.undefinedFunction:
      return new LenkwerkError(
        'database-not-initialised',
        `the database has not been set up for this version: ${error.message}`,
        { hint: INIT_HINT, cause: error },
      );
    case SQLSTATE.insufficientPrivilege:
      return failed(
        error,
        'the database user lacks a privilege, or BYPASSRLS where row level security is on',
      );
    case '25006':
      return failed(error, 'the connection is read-only; is this a standby?');
    case SQLSTATE.protocolViolation:
      return poolerRefuses(error);
    case SQLSTATE.lockNotAvailable:
    case SQLSTATE.deadlockDetected:
      return new LenkwerkError('lock-not-obtained', 'the tables are locked by another session', {
        cause: error,
        retryable: true,
      });
    default:
      return isConnectionState(code) ? connectionLost(error) : failed(error);
  }
}

/** `database-unavailable`: a pooler answers, and does not pass the request on. */
export function poolerRefuses(cause: Error): LenkwerkError {
  const message = `a pooler refuses it: ${cause.message}`;
  return new LenkwerkError('database-unavailable', message, { cause, hint: POOLER_HINT });
}

/** True when another session kept a lock for too long, or each of two waited for the other. */
export function isLockConflict(error: unknown): boolean {
  const code = codeOf(error instanceof LenkwerkError ? error.cause : error);
  return code === SQLSTATE.lockNotAvailable || code === SQLSTATE.deadlockDetected;
}

/** True when the role lacks a privilege. */
export function isPrivilegeMissing(error: unknown): boolean {
  return (
    codeOf(error instanceof LenkwerkError ? error.cause : error) === SQLSTATE.insufficientPrivilege
  );
}

/**
 * Ends a failed transaction and returns the error to throw for `error`: failures of the database as
 * LenkwerkError, those of this program unchanged.
 */
export async function rollBack(client: Client, error: unknown): Promise<unknown> {
  const alive = await client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
  // In a broken session ROLLBACK fails: pg reports it as an Error without any code.
  return alive && codeOf(error) === undefined ? error : toLenkwerkError(error);
}

/**
 * Classes 08 (connection) and 57P (shutdown, termination), and the timeouts that end a session: it
 * is gone.
 */
function isConnectionState(code: string): boolean {
  return /^(08|57P|25P03$|25P04$)/.test(code);
}

/** True when the outcome of the last statement is unknown. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof LenkwerkError) return error.code === 'database-unavailable';
  return !(error instanceof DatabaseError) || (code !== undefined && isConnectionState(code));
}

function connectionLost(error: unknown): LenkwerkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new LenkwerkError(
    'database-unavailable',
    `the connection to the database broke: ${reason}`,
    {
      cause: error,
      retryable: true,
    },
  );
}

function failed(error: DatabaseError, hint?: string): LenkwerkError {
  const detail = error.detail === undefined ? '' : ` (${error.detail})`;
  return new LenkwerkError('database-error', `${error.message}${detail} [${error.code}]`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * The SQLSTATEs that this folder reacts to.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export const SQLSTATE = {
  objectInUse: '55006',
  notInPrerequisiteState: '55000',
  undefinedObject: '42704',
  undefinedTable: '42P01',
  undefinedFunction: '42883',
  cannotConnectNow: '57P03',
  lockNotAvailable: '55P03',
  deadlockDetected: '40P01',
  protocolViolation: '08P01',
  insufficientPrivilege: '42501',
  syntaxError: '42601',
  serializationFailure: '40001',
  queryCanceled: '57014',
} as const;
