/** The step that plan and apply share: manifests and recorded tables in, a plan out. */

import { problemsError } from '../applying/desired.js';
import { checkMethods } from '../manifest/checks.js';
import { isJsonArray, parseJson } from '../model/json.js';
import type { DesiredIndex, DesiredState, RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import { makePlan } from '../planning/make-plan.js';
import type { Plan } from '../planning/plan.js';
import type { Selection } from '../planning/selection.js';

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

/** Knows these expressions. Loads PostgreSQL's grammar only if one of them needs it. */
export async function vettingOf(expressions: Iterable<string>): Promise<Vetting> {
  const { loadExpressionGrammar, needsGrammar, vetExpression } = await import(
    '../planning/expressions/vet.js'
  );
  if (needsGrammar(expressions)) await loadExpressionGrammar();
  return (expression) => vetExpression(expression).ok;
}

export function expressionsOf(indexes: readonly DesiredIndex[] | undefined): readonly string[] {
  return (indexes ?? []).flatMap(({ fields }) => fields.map(({ expression }) => expression));
}

/**
 * What `ask` makes of a vetting. Most plans change no expression, and to load what vets them takes
 * longer than to plan: so it is asked first what it would have vetted.
 */
export async function withVetting<Answer>(ask: (isVetted: Vetting) => Answer): Promise<Answer> {
  const asked = new Set<string>();
  const answer = ask((expression) => {
    asked.add(expression);
    return true;
  });
  return asked.size === 0 ? answer : ask(await vettingOf(asked));
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
