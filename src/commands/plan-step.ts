/** The step that plan and apply share: manifests and recorded tables in, a plan out. */
import { checkMethods } from '../manifest/checks.js';
import { writeManifest } from '../manifest/write-manifest.js';
import { isJsonArray, parseJson } from '../model/json.js';
import type { DesiredState, RecordedState } from '../model/resources.js';
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
}

/** Whether an index expression is let through. */
export type Vetting = (expression: string) => boolean;

/** Loads PostgreSQL's grammar only if an expression of `desired` needs it. */
export async function vettingOf(desired: DesiredState): Promise<Vetting> {
  const fields = (desired.indexes ?? []).flatMap((index) => index.fields);
  if (needsGrammar(fields.map(({ expression }) => expression))) await loadExpressionGrammar();
  return (expression) => vetExpression(expression).ok;
}

/** Throws ProblemsError for access methods that nobody knows, and what `makePlan` throws. */
export function planStep(step: PlanStep, recorded: RecordedState, now: Timestamp): Plan {
  const { desired } = step;
  requireKnownMethods(desired, recorded);
  return makePlan({ ...step, recorded, now, desiredText: () => writeManifest(desired) });
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
