import { LenkwerkError } from '../../model/errors.js';

/** More than this number and more than this share of all wants to be allowed. */
const MASS_DELETE_COUNT = 10;
const MASS_DELETE_SHARE = 0.2;

interface Deletion {
  readonly deletes: number;
  /** How many there are. */
  readonly of: number;
  /** What they are, in the plural. */
  readonly what: string;
}

/**
 * Throws `mass-delete`, with the hint, where so much would go that the wrong place is more likely
 * than so large a change.
 */
export function requireNoMassDelete({ deletes, of, what }: Deletion, hint: string): void {
  if (deletes <= MASS_DELETE_COUNT || deletes <= of * MASS_DELETE_SHARE) return;
  const message = `the resync would delete ${deletes} of ${of} ${what}`;
  throw new LenkwerkError('mass-delete', message, { hint });
}
