/** What plan, apply and revert share: from a desired state and flags to a step to be planned. */
import type { Client } from 'pg';
import type { CommandContext } from '../commands/command.js';
import { type PlanStep, planStep } from '../commands/plan-step.js';
import { inSnapshot, readRecorded } from '../database/state.js';
import { readClock } from '../lenkwerk/database-clock.js';
import type { DesiredState, RecordedState } from '../model/resources.js';
import type { Plan } from '../planning/plan.js';
import { requireMatches, type Selection } from '../planning/selection.js';
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
