/** Finds the record that a table does not take, among many that are saved by one statement. */
import { LenkwerkError } from '../../model/errors.js';
import type { Kind } from '../../model/kinds.js';
import { lastOfFailingRun, refusedState } from '../../postgres/refused-run.js';
import { NodeRefusesRecord } from './refusal.js';
import { nodeTable } from './statements.js';

/** Records by their keys. */
export type Puts = readonly { readonly key: string; readonly record: string }[];

/**
 * Runs `work` over all puts, in a transaction. Throws NodeRefusesRecord for the one that it fails
 * by: parts that do not fail stay, so that all of them are worked on twice more, and not once for
 * each part. Throws what `work` throws for another reason.
 */
export async function locateRefusal(
  query: (text: string) => Promise<unknown>,
  { kind, puts }: { readonly kind: Kind; readonly puts: Puts },
  work: (puts: Puts) => Promise<void>,
): Promise<void> {
  await query('SAVEPOINT lenkwerk_part');
  const failure = await failureOf(work(puts));
  if (failure === undefined) {
    await query('RELEASE SAVEPOINT lenkwerk_part');
    return;
  }
  const state = refusedState(failure);
  if (state === undefined) throw failure;
  let kept = 0;
  const at = await lastOfFailingRun(puts.length, async (length) => {
    await query('ROLLBACK TO SAVEPOINT lenkwerk_part');
    const found = await failureOf(work(puts.slice(kept, length)));
    if (found !== undefined) return refusedState(found) === state;
    // The newest of one name is what is rolled back to.
    await query('SAVEPOINT lenkwerk_part');
    kept = length;
    return false;
  });
  const key = at === undefined ? undefined : puts[at]?.key;
  throw new NodeRefusesRecord(key, nodeTable(kind), failure);
}

/** undefined: it did not fail. Throws what is no LenkwerkError. */
async function failureOf(work: Promise<void>): Promise<LenkwerkError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof LenkwerkError) return error;
    throw error;
  }
}
