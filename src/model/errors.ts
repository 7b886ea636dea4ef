/** What went wrong, in a closed set: the exit code and the JSON error follow from it. */
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
  | 'resync-required'
  | 'mass-delete'
  | 'environment'
  | 'interrupted';

export interface ErrorDetails {
  /** What the reader can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
}

/** A failure that may happen in normal operation. What may not happen is an assertion. */
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

/** Throws when `condition` is false: a defect in this program, never bad input or a bad day. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** The end of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`assertion failed: unexpected ${JSON.stringify(value)}`);
}
