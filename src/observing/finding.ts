import { LenkwerkError } from '../model/errors.js';
import { isPrivilegeMissing } from '../postgres/errors.js';

export type Level = 'ok' | 'warn' | 'fail';

/** One line of `lenkwerk doctor`. */
export interface Finding {
  /** A stable name, such as `server.wal_level`. */
  readonly check: string;
  readonly level: Level;
  /** The observation. */
  readonly message: string;
  /** The remedy; undefined where none is needed. */
  readonly fix: string | undefined;
}

/** A finding without a remedy. */
export function ok(check: string, message: string): Finding {
  return { check, level: 'ok', message, fix: undefined };
}

/** A finding that does not fail the doctor; `fix`: the remedy. */
export function warn(check: string, message: string, fix: string): Finding {
  return { check, level: 'warn', message, fix };
}

/** A finding that fails the doctor; `fix`: the remedy. */
export function fail(check: string, message: string, fix: string): Finding {
  return { check, level: 'fail', message, fix };
}

/**
 * Runs a check: one that fails gives a finding, one that is forbidden a warning; the others
 * continue.
 */
export async function guarded(
  check: string,
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    if (isPrivilegeMissing(error)) {
      return [
        warn(check, `not checked: ${error.message}`, 'run it as a member of lenkwerk_reader'),
      ];
    }
    return [fail(check, error.message, error.hint ?? 'see the message of the server')];
  }
}
