/** The kinds of failure, a closed set: the exit code and the JSON error depend on it. */
export type ErrorCode =
  | 'usage'
  | 'invalid-input'
  | 'refused'
  | 'stale-plan'
  | 'wrong-cluster'
  | 'lock-not-obtained'
  | 'not-converged'
  | 'inconclusive'
  | 'database-unavailable'
  | 'database-error'
  | 'database-not-initialised'
  | 'store-unavailable'
  | 'store-rejected'
  | 'fenced'
  | 'slot-in-use'
  | 'not-primary'
  | 'resync-required'
  | 'mass-delete'
  | 'environment'
  | 'interrupted';

interface ErrorDetails {
  /** The remedy, for the user. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** True when the same call may succeed later without any intervention. */
  readonly retryable?: boolean;
}

/** A failure that may happen in normal operation. Impossible conditions are assertions. */
export class LenkwerkError extends Error {
  override readonly name = 'LenkwerkError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
  }
}

/**
 * Failures that only a resync repairs: the stream, or the state kept of it, no longer determines
 * the tables.
 */
export type ResyncCause =
  /** A message in the stream requests it. */
  | 'asked'
  /** The stream does not continue what was published. */
  | 'witness-missing'
  /** Of what was published in parts the stream holds no whole. */
  | 'parts-missing'
  | 'publication-changed'
  /** The server refuses to start the stream. */
  | 'slot-unusable'
  /** The server fails at one position of its log, each time. */
  | 'undecodable'
  /** A change of a table that the stream has not described. */
  | 'unknown-relation'
  /** A change without the old row, which holds the old key. */
  | 'no-old-row'
  /** A row without one of its columns. */
  | 'no-column'
  /** The stream describes other columns than the table has. */
  | 'other-columns'
  /** A table has other columns than its records, and cannot be read at a barrier. */
  | 'reshaped'
  /** A table was truncated or altered while it was read. */
  | 'altered-meanwhile'
  /** The current servermap was deleted, and the one before it is not known. */
  | 'unknown-generation'
  /** The store refused a record that the tables do not hold any more. */
  | 'refused';

/** `resync-required` with its kind. */
export class ResyncRequired extends LenkwerkError {
  readonly kind: ResyncCause;

  constructor(kind: ResyncCause, message: string, details: ErrorDetails = {}) {
    super('resync-required', message, details);
    this.kind = kind;
  }
}

/** `store-rejected`: a commit is too large; its changes may be taken in smaller ones. */
export class CommitTooLarge extends LenkwerkError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('store-rejected', message, details);
  }
}

/** `store-rejected`: the login lacks a right at the store, which a person may grant at any time. */
export class StoreForbidden extends LenkwerkError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('store-rejected', message, details);
  }
}

/**
 * Throws when `condition` is false: a defect in this program, never invalid input or a failing
 * system.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** The end of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`assertion failed: unexpected ${JSON.stringify(value)}`);
}
