import {
  ClientClosedError,
  castGrpcError,
  EtcdInvalidAuthTokenError,
  EtcdPermissionDeniedError,
  GRPCAbortedError,
  GRPCCancelledError,
  GRPCDeadlineExceededError,
  GRPCGenericError,
  GRPCInternalError,
  GRPCInvalidArgumentError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnavailableError,
  GRPCUnknownError,
} from 'etcd3';
import { LenkwerkError } from '../../model/errors.js';

/**
 * The codes after which the outcome of a commit is unknown. etcd3 replaces each gRPC code by a
 * class.
 * https://grpc.io/docs/guides/status-codes/
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
 * etcd answers a token that is older than the last change of its users with INVALID_ARGUMENT, the
 * code of malformed requests as well. Only the text distinguishes them.
 */
const OLD_TOKEN = 'etcdserver: revision of auth store is old';

/** True when the server no longer accepts the token: too old, or unknown. A new login helps. */
export function isOldToken(cause: unknown): boolean {
  if (cause instanceof EtcdInvalidAuthTokenError) return true;
  return cause instanceof GRPCInvalidArgumentError && cause.message.includes(OLD_TOKEN);
}

/** True for a revision that the store has compacted, or has not reached. */
export function isOutOfRange(cause: unknown): boolean {
  return cause instanceof GRPCOutOfRangeError;
}

/** True for an error of etcd3 that reports a missing permission. */
export function isPermissionDenied(cause: unknown): boolean {
  return cause instanceof EtcdPermissionDeniedError;
}

/**
 * True for an error of etcd3 that reports a malformed or too large request; not for an old token.
 */
export function isInvalidArgument(cause: unknown): boolean {
  return cause instanceof GRPCInvalidArgumentError && !isOldToken(cause);
}

/** Turns what etcd3 throws into `store-unavailable` (retryable) or `store-rejected`. */
export function storeError(thrown: unknown, what: string): LenkwerkError {
  if (thrown instanceof LenkwerkError) return thrown;
  // Requests throw etcd3's classes, streams the errors of grpc-js.
  const cause = thrown instanceof Error && 'code' in thrown ? castGrpcError(thrown) : thrown;
  if (cause instanceof GRPCResourceExhastedError) return exhausted(cause, what);
  const message = `${what}: ${reason(cause)}`;
  const unknown = OUTCOME_UNKNOWN.some((type) => cause instanceof type) || isUntyped(cause);
  if (unknown || isOldToken(cause)) {
    return new LenkwerkError('store-unavailable', message, { cause, retryable: true });
  }
  return new LenkwerkError('store-rejected', message, { cause });
}

/** Requests that are too large are refused before they are sent, so the cause is space or load. */
function exhausted(cause: Error, what: string): LenkwerkError {
  return new LenkwerkError('store-unavailable', `${what}: ${reason(cause)}`, {
    cause,
    retryable: true,
    hint: 'etcd is out of space or overloaded: compact, defragment, then `etcdctl alarm disarm`',
  });
}

/** An error without a gRPC code, of etcd3's own or of the connection below it. */
function isUntyped(cause: unknown): boolean {
  return cause instanceof Error && cause.constructor === GRPCGenericError;
}

/** The message without the additions of etcd3 and grpc-js: class name, code, an empty note. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/^(?:\w+: )?\d+ [A-Z_]+: /, '').replace(/\.? Resolution note: $/, '');
}
