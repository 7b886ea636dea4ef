/** Tries the indexes that a plan creates or changes on the server, and reports where they fail. */
import type { Client } from 'pg';
import { addressOf } from '../../model/address.js';
import { assert } from '../../model/errors.js';
import type { DesiredIndex } from '../../model/resources.js';
import { fieldAddressing } from '../../planning/kinds/indexes.js';
import { type PlanInput, rulesOf } from '../../planning/make-plan.js';
import type { Plan } from '../../planning/plan.js';
import { type PlanProblem, PlanProblemsError } from '../../planning/problems.js';
import { expressionsOf, vettingOf } from './vetting.js';

/**
 * No operator class: storage nodes may have an extension for it (btree_gin) that this server lacks.
 */
const UNDEFINED_OBJECT = '42704';

interface PlannedTrial extends Pick<PlanInput, 'desired' | 'recorded' | 'now' | 'selection'> {
  readonly plan: Plan;
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
  const vet = await vettingOf(expressionsOf(indexes));
  const isVetted = (expression: string) => vet(expression).kind === 'vetted';
  const run = trial.within === 'open-transaction' ? tryExpressionsWithin : tryExpressions;
  const { sampleMessages: samplesOf } = await import('../../planning/expressions/samples.js');
  const report = await run(client, { indexes, isVetted, samplesOf });
  const problems = report.problems.filter(({ sqlstate }) => sqlstate !== UNDEFINED_OBJECT);
  if (problems.length === 0) return report.notices;
  throw new PlanProblemsError(
    problems.map(({ index, field, message, sqlstate }) => ({
      ...placeOf(trial, index, field),
      message: `the server refuses this index: ${message} [${sqlstate}]`,
      hint: 'storage nodes would fail in the same way when they create the next partition',
    })),
  );
}

/**
 * The indexes whose definition, or any of whose fields, is created or changed by the plan. For one
 * without fields the plan has a notice already.
 */
function indexesToTry({ plan, desired: { indexes } }: PlannedTrial): readonly DesiredIndex[] {
  const names = new Set(
    plan.changes.flatMap((change) => {
      if (change.action === 'expire' || change.source === null) return [];
      if (change.kind === 'index') return change.after?.name ?? [];
      return change.kind === 'index-field' ? (change.after?.index ?? []) : [];
    }),
  );
  return (indexes ?? []).filter(({ name, fields }) => fields.length > 0 && names.has(name));
}

/** The address in the plan, and the place in a manifest, of an index or of one of its fields. */
function placeOf(
  trial: PlannedTrial,
  name: string,
  field: number | undefined,
): Pick<PlanProblem, 'address' | 'source'> {
  const index = trial.desired.indexes?.find((one) => one.name === name);
  assert(index !== undefined, 'only desired indexes are tried');
  const { source } = index;
  if (field === undefined) return { address: addressOf('index', index), source };
  const addressesOf = fieldAddressing(trial.recorded, rulesOf(trial).indexes);
  return {
    address: addressesOf(index)[field] ?? addressOf('index', index),
    source: index.fields[field]?.source ?? source,
  };
}
