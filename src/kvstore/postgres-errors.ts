import { DatabaseError } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { codeOf, isConnectionLoss } from '../postgres/errors.js';

/**
 * What may pass without anybody changing the request, by the class of the SQLSTATE: connections,
 * deadlocks, lack of resources (a full disk among them), and the operator's interventions.
 */
const PASSING_CLASSES: ReadonlySet<string> = new Set(['08', '40', '53', '55', '57', '58']);
const READ_ONLY_TRANSACTION = '25006';

/** Turns what pg throws into `store-unavailable` (retryable) or `store-rejected`. */
export function postgresStoreError(thrown: unknown, what: string): LenkwerkError {
  if (thrown instanceof LenkwerkError && thrown.code !== 'database-unavailable') return thrown;
  const message = `${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  const hint = thrown instanceof LenkwerkError ? thrown.hint : undefined;
  const details = { cause: thrown, ...(hint === undefined ? {} : { hint }) };
  if (!mayPass(thrown)) return new LenkwerkError('store-rejected', message, details);
  return new LenkwerkError('store-unavailable', message, { ...details, retryable: true });
}

function mayPass(thrown: unknown): boolean {
  // Why openConnection failed is its cause: what the server said, or what kept us from it.
  const cause = thrown instanceof LenkwerkError ? thrown.cause : thrown;
  if (cause instanceof LenkwerkError) return false;
  const code = codeOf(cause) ?? '';
  if (cause instanceof DatabaseError) {
    // A primary that became a standby: the name may lead to the new primary soon.
    return PASSING_CLASSES.has(code.slice(0, 2)) || code === READ_ONLY_TRANSACTION;
  }
  return isConnectionLoss(thrown);
}
