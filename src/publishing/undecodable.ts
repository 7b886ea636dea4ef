/** Has the server come to a place of its log that it cannot decode, however often it is asked? */

import type { LenkwerkError } from '../model/errors.js';
import { codeOf } from '../postgres/errors.js';

/** SQLSTATE class of internal errors and corrupted data. */
const INTERNAL_ERRORS = 'XX';
const MAX_FAILURES = 3;

/**
 * A slot that was made while other transactions truncated or altered tables may lack what they did
 * to the catalog: then decoding fails at the next change of such a table with "could not map
 * filenode", again and again (seen with PostgreSQL 15 to 18). Only a new slot helps.
 */
export class Undecodable {
  #failures = 0;
  #publishedLsn = 0n;

  /** A session failed with this; true when it was the last of several in a row at one place. */
  counts(error: LenkwerkError, publishedLsn: bigint): boolean {
    if (codeOf(error.cause)?.startsWith(INTERNAL_ERRORS) !== true) return false;
    if (publishedLsn !== this.#publishedLsn) this.#failures = 0;
    this.#publishedLsn = publishedLsn;
    this.#failures += 1;
    if (this.#failures < MAX_FAILURES) return false;
    this.#failures = 0;
    return true;
  }
}
