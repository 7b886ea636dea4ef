/** The exit codes of the process. */
import { type ErrorCode, LenkwerkError } from '../model/errors.js';

/** Every exit code with its meaning, in Markdown, as `--help` and the README have it. */
export const EXITS = {
  success: { code: 0, meaning: 'success, nothing differs' },
  failure: { code: 1, meaning: 'failure: the database or the store is not available, or refuses' },
  differences: {
    code: 2,
    meaning:
      'differences (`plan --detailed-exitcode`, `verify`, `init --check`), trouble (`status`), entries without a readable copy (`copies`), rows that no manifest holds (`export --strict`)',
  },
  invalid: { code: 3, meaning: 'invalid usage or input; nothing was changed' },
  refused: { code: 4, meaning: 'refused by a guard' },
  stale: { code: 5, meaning: 'stale plan, or another cluster than the manifests are for' },
  locked: { code: 6, meaning: 'the lock was not obtained; the message names its holder' },
  notConverged: { code: 7, meaning: 'not converged in time, or inconclusive' },
  tampered: { code: 8, meaning: 'the log of applies is not what it was (`history`)' },
  interrupted: { code: 130, meaning: 'ended by SIGINT; 143: by SIGTERM' },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly meaning: string }>>;
export type Exit = keyof typeof EXITS;

const EXIT_OF_ERROR: Readonly<Record<ErrorCode, Exit>> = {
  usage: 'invalid',
  'invalid-input': 'invalid',
  refused: 'refused',
  'mass-delete': 'refused',
  'stale-plan': 'stale',
  'wrong-cluster': 'stale',
  'lock-not-obtained': 'locked',
  'not-converged': 'notConverged',
  inconclusive: 'notConverged',
  'database-unavailable': 'failure',
  'database-error': 'failure',
  'database-not-initialised': 'failure',
  'store-unavailable': 'failure',
  'store-rejected': 'failure',
  fenced: 'failure',
  'slot-in-use': 'failure',
  'not-primary': 'failure',
  'resync-required': 'failure',
  environment: 'failure',
  interrupted: 'interrupted',
};

/**
 * The exit of a failed command; unexpected exceptions are plain failures. After a signal the reason
 * is the signal, whatever failed of it.
 */
export function exitOf(error: unknown, signal: AbortSignal): Exit {
  if (signal.aborted) return 'interrupted';
  return error instanceof LenkwerkError ? EXIT_OF_ERROR[error.code] : 'failure';
}
