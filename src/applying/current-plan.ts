/** What plan, apply and revert share: from a desired state and flags to a step to be planned. */
import type { Client } from 'pg';
import type { CommandContext } from '../commands/command.js';
import { inSnapshot, readRecorded } from '../database/state.js';
import { checkMethods } from '../manifest/checks.js';
import { isJsonArray, parseJson } from '../model/json.js';
import type { DesiredState, RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import { makePlan } from '../planning/make-plan.js';
import type { Plan } from '../planning/plan.js';
import { requireMatches, type Selection } from '../planning/selection.js';
import { readClock } from '../postgres/server.js';
import { problemsError } from './desired.js';
import { tryPlannedIndexes } from './index-trial.js';
import { expressionsOf, type Vetting, vettingOf, withVetting } from './vetting.js';

export interface SelectionFlags {
  /** Patterns on addresses. */
  readonly target: readonly string[];
  readonly exclude: readonly string[];
}

/** undefined: everything. */
export function selectionOf({ target, exclude }: SelectionFlags): Selection | undefined {
  if (target.length === 0 && exclude.length === 0) return undefined;
  return { targets: target, excludes: exclude };
}

export interface StepSource {
  readonly desired: DesiredState;
  readonly gitCommit: string | null;
  readonly selection: Selection | undefined;
}

/** What is planned, with nothing vetted yet. */
export function stepOf(
  { version }: CommandContext,
  { desired, gitCommit, selection }: StepSource,
): PlanStep {
  const part = selection === undefined ? {} : { selection };
  return { desired, gitCommit, toolVersion: version, ...part };
}

/** For those who plan under a lock, and write the plan down. */
export type VettedStep = PlanStep & {
  readonly isVetted: Vetting;
  readonly desiredText: () => string;
};

export async function vettedStep(context: CommandContext, source: StepSource): Promise<VettedStep> {
  const { desired } = source;
  context.progress.step('vetting the expressions');
  const isVetted = await vettingOf(expressionsOf(desired.indexes));
  return { ...stepOf(context, source), isVetted, desiredText: await manifestWriter(desired) };
}

/** Loads what writes manifests, which few plans need. */
export async function manifestWriter(desired: DesiredState): Promise<() => string> {
  const { writeManifest } = await import('../manifest/write-manifest.js');
  return () => writeManifest(desired);
}

/** Throws `usage` for a pattern that stands for nothing. */
export function requireKnownPatterns(
  { selection, desired }: PlanStep,
  recorded: RecordedState,
): void {
  if (selection !== undefined) requireMatches(selection, desired, recorded);
}

/**
 * The plan as of now. Where the session may make temporary tables, the indexes of the plan are
 * tried as well; a session that may only read plans without that, and apply tries them.
 */
export async function currentPlan(
  { progress }: CommandContext,
  client: Client,
  step: PlanStep,
): Promise<Plan> {
  progress.step('reading the tables');
  const { recorded, now } = await inSnapshot(client, async () => ({
    now: await readClock(client),
    recorded: await readRecorded(client),
  }));
  progress.step('planning');
  requireKnownPatterns(step, recorded);
  const plan =
    step.isVetted === undefined
      ? await withVetting((isVetted) => planStep({ ...step, isVetted }, recorded, now))
      : planStep(step, recorded, now);
  await tryPlannedIndexes(client, { plan, step, within: 'own-transaction' });
  return plan;
}

// The step that plan and apply share: manifests and recorded tables in, a plan out.

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
