/** Which of many values a bulk statement fails by: the server does not report the row. */
import { LenkwerkError } from '../model/errors.js';
import { codeOf } from './errors.js';

/** The SQLSTATE of an error that some value caused: classes 22 (data) and 23 (constraints). */
export function refusedState(error: unknown): string | undefined {
  const state = codeOf(error instanceof LenkwerkError ? error.cause : error);
  return state !== undefined && /^2[23]/.test(state) ? state : undefined;
}

/**
 * The index of the last item of the shortest run from the first one for which `fails` holds, given
 * its length; undefined where not even all of the `count` items fail. Throws what `fails` throws.
 */
export async function lastOfFailingRun(
  count: number,
  fails: (length: number) => Promise<boolean>,
): Promise<number | undefined> {
  let good = 0;
  let bad = count;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (await fails(middle)) bad = middle;
    else good = middle;
  }
  return count > 0 && (await fails(bad)) ? bad - 1 : undefined;
}
