import { LenkwerkError } from '../../model/errors.js';
import { codeOf } from '../../postgres/errors.js';

/** `database-error`: a record that the node's own tables do not take. */
export class NodeRefusesRecord extends LenkwerkError {
  /** undefined: it concerns several, or what is in the table besides. */
  readonly key: string | undefined;

  constructor(key: string | undefined, table: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = key === undefined ? 'what is published' : key;
    super('database-error', `${table} does not take ${what}: ${reason}`, {
      cause: cause instanceof LenkwerkError ? cause.cause : cause,
      hint: 'compare columns and constraints of the table with those of the Lenkwerk database',
    });
    this.key = key;
  }
}

/**
 * SQLSTATE classes of statements that fail each time while the tables are as they are: data,
 * constraints, names, limits of a program, triggers.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const LASTING = /^(?:0A|21|22|23|27|42|44|54|P0)/;

/** Whether the node's tables refuse what is published, until one of the two is altered. */
export function isRefusal(error: unknown): error is LenkwerkError {
  if (!(error instanceof LenkwerkError)) return false;
  if (error.code === 'mass-delete' || error instanceof NodeRefusesRecord) return true;
  const state = codeOf(error.cause);
  return error.code === 'database-error' && state !== undefined && LASTING.test(state);
}
