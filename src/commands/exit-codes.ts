/** What the process tells its caller, as a table. */
import { type ErrorCode, LenkwerkError } from '../model/errors.js';

export const EXIT = {
  success: 0,
  failure: 1,
  /** `plan --detailed-exitcode` and `verify`: something differs. */
  differences: 2,
  invalid: 3,
  refused: 4,
  stale: 5,
  locked: 6,
  notConverged: 7,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const EXIT_OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  usage: EXIT.invalid,
  'invalid-input': EXIT.invalid,
  refused: EXIT.refused,
  'mass-delete': EXIT.refused,
  'stale-plan': EXIT.stale,
  'wrong-cluster': EXIT.stale,
  'lock-not-obtained': EXIT.locked,
  'not-converged': EXIT.notConverged,
  inconclusive: EXIT.notConverged,
  'database-unavailable': EXIT.failure,
  'database-error': EXIT.failure,
  'database-not-initialised': EXIT.failure,
  'store-unavailable': EXIT.failure,
  'store-rejected': EXIT.failure,
  fenced: EXIT.failure,
  'slot-in-use': EXIT.failure,
  'resync-required': EXIT.failure,
  environment: EXIT.failure,
  interrupted: EXIT.failure,
};

/** The exit code of a failed command; exceptions that nobody foresaw are plain failures. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof LenkwerkError ? EXIT_OF_ERROR[error.code] : EXIT.failure;
}
