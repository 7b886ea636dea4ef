import {
  ClientClosedError,
  castGrpcError,
  EtcdInvalidAuthTokenError,
  EtcdPermissionDeniedError,
  GRPCAbortedError,
  GRPCCancelledError,
  GRPCDataLossError,
  GRPCDeadlineExceededError,
  GRPCGenericError,
  GRPCInternalError,
  GRPCInvalidArgumentError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnavailableError,
  GRPCUnknownError,
} from 'etcd3';
import { CommitTooLarge, LenkwerkError, StoreForbidden } from '../../../model/errors.js';

/**
 * The codes after which the outcome of a commit is unknown. etcd3 replaces the gRPC code by one
 * class per code, so the class is the code. https://grpc.io/docs/guides/status-codes/
 */
const OUTCOME_UNKNOWN = [
  GRPCUnavailableError,
  GRPCDeadlineExceededError,
  GRPCCancelledError,
  GRPCUnknownError,
  GRPCInternalError,
  GRPCAbortedError,
  EtcdInvalidAuthTokenError,
  ClientClosedError,
];

/**
 * etcd answers a token that is older than the last change of its users with INVALID_ARGUMENT,
 * the code that also means "your request is wrong". Only the text differs.
 * https://etcd.io/docs/v3.5/learning/design-auth-v3/
 */
const OLD_TOKEN = 'etcdserver: revision of auth store is old';

/**
 * The three answers to a request that is too large, from the first to the last check of etcd 3.4
 * and 3.5; only their texts differ from those to a wrong request and to a lack of space.
 */
const TOO_LARGE =
  /^etcdserver: (?:request is too large|too many operations in txn request)|larger than max \(/;
const SIZE_HINT = 'etcd takes requests of --max-request-bytes (by default 1.5 MiB)';

/** https://etcd.io/docs/v3.5/op-guide/authentication/rbac/ */
const PERMISSION_HINT =
  'grant a role of this user the keys of the store: `etcdctl role grant-permission ROLE readwrite --prefix=true PREFIX/`';

/** Under the alarm CORRUPT every request is answered so. */
const CORRUPT_HINT =
  'etcd has raised the alarm CORRUPT: replace the members whose data differ, then disarm it';

/** True where the server refuses a token as too old or unknown: a new login helps. */
export function isOldToken(cause: unknown): boolean {
  if (cause instanceof EtcdInvalidAuthTokenError) return true;
  return cause instanceof GRPCInvalidArgumentError && cause.message.includes(OLD_TOKEN);
}

/** True for a revision that the store has compacted, or has not reached. */
export function isOutOfRange(cause: unknown): boolean {
  return cause instanceof GRPCOutOfRangeError;
}

/** True where the server answers with more than is read: less has to be asked for. */
export function isAnswerTooLong(cause: unknown): boolean {
  return cause instanceof Error && bareText(cause).startsWith('Received message larger than max (');
}

/** True where the login lacks a right. */
export function isPermissionDenied(cause: unknown): boolean {
  return cause instanceof EtcdPermissionDeniedError;
}

/** True for a request that the server refuses as it is, such as too large a transaction. */
export function isInvalidArgument(cause: unknown): boolean {
  return cause instanceof GRPCInvalidArgumentError && !isOldToken(cause);
}

/**
 * Turns what etcd3 throws into `store-unavailable` (retryable) or `store-rejected`, with a message
 * that begins with `what` was being done. A LenkwerkError is returned as it is.
 */
export function storeError(thrown: unknown, what: string): LenkwerkError {
  if (thrown instanceof LenkwerkError) return thrown;
  // Requests throw etcd3's classes, streams the errors of grpc-js.
  const cause = thrown instanceof Error && 'code' in thrown ? castGrpcError(thrown) : thrown;
  const message = `${what}: ${reason(cause)}`;
  if (TOO_LARGE.test(bareText(cause)))
    return new CommitTooLarge(message, { cause, hint: SIZE_HINT });
  if (isAnswerTooLong(cause)) return new LenkwerkError('store-rejected', message, { cause });
  if (cause instanceof GRPCResourceExhastedError) return exhausted(cause, message);
  const unknown = OUTCOME_UNKNOWN.some((type) => cause instanceof type) || isUntyped(cause);
  if (unknown || isOldToken(cause)) {
    return new LenkwerkError('store-unavailable', message, { cause, retryable: true });
  }
  if (isPermissionDenied(cause)) {
    return new StoreForbidden(message, { cause, hint: PERMISSION_HINT });
  }
  const hint = cause instanceof GRPCDataLossError ? { hint: CORRUPT_HINT } : {};
  return new LenkwerkError('store-rejected', message, { cause, ...hint });
}

function exhausted(cause: Error, message: string): LenkwerkError {
  return new LenkwerkError('store-unavailable', message, {
    cause,
    retryable: true,
    hint: 'etcd is out of space or overloaded: compact, defragment, then `etcdctl alarm disarm`',
  });
}

/** An error without a gRPC code, of etcd3's own or of the connection below it. */
function isUntyped(cause: unknown): boolean {
  return cause instanceof Error && cause.constructor === GRPCGenericError;
}

/** The texts of grpc-js and of the server's gRPC in words for people. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^No connection established\. Last error: (?:Error: )?/, 'no connection: '],
  [/^Deadline exceeded.*$/s, 'no answer in time'],
  [/^Cancelled on client.*$/s, 'the request was given up'],
  [/^Connection dropped.*$/s, 'the connection was lost'],
  [
    /^grpc: received message larger than max \((\d+) vs\. \d+\)$/,
    'a request of $1 bytes is too large',
  ],
];

/** The message without the additions of etcd3 and grpc-js: class name, code, an empty note. */
function reason(cause: unknown): string {
  const bare = bareText(cause);
  return WORDS.reduce((text, [pattern, words]) => text.replace(pattern, words), bare);
}

function bareText(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/^(?:\w+: )?\d+ [A-Z_]+: /, '').replace(/\.? Resolution note: $/, '');
}
