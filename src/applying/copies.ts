/** Where the copies of data lie, and what could be read without some instances. */
import { inSnapshot, readRecorded, readReplacements } from '../database/state.js';
import { type CopiesReport, reportCopies } from '../planning/instances/copies.js';
import type { ApplyContext } from './context/context.js';
import { withAnswersWithin, withDatabase } from './context/database.js';

interface CopiesOptions {
  /** Instances or hosts to leave out, as `instancesNamed` takes them. */
  readonly without: readonly string[];
  /** How long the server may be silent over a request. */
  readonly answerTimeoutMs: number;
}

/**
 * The report on what is recorded. Throws `usage` for an instance that is not registered, and what
 * the database throws.
 */
export async function readCopies(
  context: ApplyContext,
  { without, answerTimeoutMs }: CopiesOptions,
): Promise<CopiesReport> {
  const bounded = withAnswersWithin(context, answerTimeoutMs);
  return await withDatabase(bounded, 'copies', (session) =>
    inSnapshot(session, async (client) => {
      context.onStep('reading the tables');
      const recorded = await readRecorded(client);
      return reportCopies(recorded, { without, replacements: await readReplacements(client) });
    }),
  );
}
