/** Tries the indexes that a plan creates or changes on the server, and reports where they fail. */
import type { Client } from 'pg';
import type { DesiredIndex, DesiredState } from '../../model/resources.js';
import type { Plan } from '../../planning/plan.js';
import { PlanProblemsError } from '../../planning/problems.js';
import { expressionsOf, vettingOf } from './vetting.js';

/**
 * No operator class: storage nodes may have an extension for it (btree_gin) that this server lacks.
 */
const UNDEFINED_OBJECT = '42704';

interface PlannedTrial {
  readonly plan: Plan;
  readonly step: { readonly desired: DesiredState };
  /** Whether the client is in a transaction already. */
  readonly within: 'own-transaction' | 'open-transaction';
}

/**
 * Throws PlanProblemsError at the places of the fields that the server refuses. Returns a notice
 * for each index that could not be tried. Tries nothing where the session may not create temporary
 * tables.
 */
export async function tryPlannedIndexes(
  client: Client,
  trial: PlannedTrial,
): Promise<readonly string[]> {
  const indexes = indexesToTry(trial);
  if (indexes.length === 0) return [];
  const { mayMakeTemporaryTables, tryExpressions, tryExpressionsWithin } = await import(
    '../../database/index-trial.js'
  );
  if (!(await mayMakeTemporaryTables(client))) return [];
  const isVetted = await vettingOf(expressionsOf(indexes));
  const run = trial.within === 'open-transaction' ? tryExpressionsWithin : tryExpressions;
  const report = await run(client, { indexes, isVetted });
  const problems = report.problems.filter(({ sqlstate }) => sqlstate !== UNDEFINED_OBJECT);
  if (problems.length === 0) return report.notices;
  throw new PlanProblemsError(
    problems.map(({ address, message, sqlstate }) => ({
      address,
      message: `the server refuses this index: ${message} [${sqlstate}]`,
      hint: 'storage nodes would fail in the same way when they create the next partition',
      source: sourceOf(indexes, address),
    })),
  );
}

/**
 * The indexes whose definition, or any of whose fields, is created or changed by the plan. For one
 * without fields the plan has a notice already.
 */
function indexesToTry({ plan, step }: PlannedTrial): readonly DesiredIndex[] {
  const names = new Set(
    plan.changes.flatMap((change) => {
      if (change.action === 'expire' || change.source === null) return [];
      if (change.kind === 'index') return change.after?.name ?? [];
      return change.kind === 'index-field' ? (change.after?.index ?? []) : [];
    }),
  );
  const desired = step.desired.indexes ?? [];
  return desired.filter(({ name, fields }) => fields.length > 0 && names.has(name));
}

function sourceOf(indexes: readonly DesiredIndex[], address: string) {
  for (const { name, fields, source } of indexes) {
    if (address === `index/${name}`) return source;
    const field = fields.find((_, at) => address === `index/${name}/field/${at}`);
    if (field !== undefined) return field.source;
  }
  return null;
}
