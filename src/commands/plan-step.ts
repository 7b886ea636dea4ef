/** The step that plan and apply share: manifests and recorded tables in, a plan out. */
import { checkMethods } from '../manifest/checks.js';
import { isJsonArray, parseJson } from '../model/json.js';
import type { DesiredIndex, DesiredState, RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import { loadExpressionGrammar, needsGrammar, vetExpression } from '../planning/expressions.js';
import { makePlan } from '../planning/make-plan.js';
import type { Plan } from '../planning/plan.js';
import type { Selection } from '../planning/selection.js';
import { problemsError } from './manifests.js';

export interface PlanStep {
  readonly desired: DesiredState;
  readonly toolVersion: string;
  readonly gitCommit: string | null;
  /** Absent: the whole plan. */
  readonly selection?: Selection;
  /** What vettingOf gave; absent where dangers do not matter. */
  readonly isVetted?: Vetting;
  /** The desired state as a manifest; absent where nobody writes the plan down. */
  readonly desiredText?: () => string;
}

/** Whether an index expression is let through. */
export type Vetting = (expression: string) => boolean;

/** Loads PostgreSQL's grammar only if an expression of these indexes needs it. */
export async function vettingOf(indexes: readonly DesiredIndex[]): Promise<Vetting> {
  const fields = indexes.flatMap((index) => index.fields);
  if (needsGrammar(fields.map(({ expression }) => expression))) await loadExpressionGrammar();
  return (expression) => vetExpression(expression).ok;
}

/**
 * What `ask` makes of a vetting. Most plans change no expression, and loading the grammar takes
 * longer than making them: so it is asked without first, and again if that was not enough.
 */
export async function withVetting<Answer>(ask: (isVetted: Vetting) => Answer): Promise<Answer> {
  let enough = true;
  const answer = ask((expression) => {
    if (needsGrammar([expression])) enough = false;
    return enough && vetExpression(expression).ok;
  });
  if (enough) return answer;
  await loadExpressionGrammar();
  return ask((expression) => vetExpression(expression).ok);
}

/** Throws ProblemsError for access methods that nobody knows, and what `makePlan` throws. */
export function planStep(step: PlanStep, recorded: RecordedState, now: Timestamp): Plan {
  requireKnownMethods(step.desired, recorded);
  return makePlan({ ...step, recorded, now });
}

/** What config additional_index_types adds is known to the database while config is unmanaged. */
function requireKnownMethods(desired: DesiredState, recorded: RecordedState): void {
  if (desired.config !== undefined) return;
  const entry = recorded.config.find(({ key }) => key === 'additional_index_types');
  const value = entry === undefined ? [] : parseJson(entry.value);
  const types = isJsonArray(value) ? value.filter((item) => typeof item === 'string') : [];
  const diagnostics = checkMethods(desired, types);
  if (diagnostics.length > 0) throw problemsError(diagnostics);
}
