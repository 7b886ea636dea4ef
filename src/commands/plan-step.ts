/** The step that plan and apply share: manifests and recorded tables in, a plan out. */

import { problemsError } from '../applying/desired.js';
import type { Vetting } from '../applying/vetting.js';
import { checkMethods } from '../manifest/checks.js';
import { isJsonArray, parseJson } from '../model/json.js';
import type { DesiredState, RecordedState } from '../model/resources.js';
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
