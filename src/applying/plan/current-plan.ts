/** Plans a desired state against the present tables. */
import type { Client } from 'pg';
import { inSnapshot, readRecorded } from '../../database/state.js';
import { checkMethods, managesMethods } from '../../manifest/checks.js';
import { ProblemsError } from '../../manifest/problems/diagnostic.js';
import { isJsonArray, tryParseJson } from '../../model/json.js';
import type { DesiredState, RecordedState } from '../../model/resources.js';
import type { Timestamp } from '../../model/time-bounds.js';
import type { Vetting } from '../../planning/expressions/vet.js';
import { makePlan, rulesOf } from '../../planning/make-plan.js';
import type { Plan } from '../../planning/plan.js';
import { requireMatches } from '../../planning/selection.js';
import { readClock } from '../../postgres/server.js';
import type { ApplyContext } from '../context/context.js';
import { typeOfNamedStore } from '../context/stores.js';
import type { DesiredSource } from '../desired.js';
import { tryPlannedIndexes } from './index-trial.js';
import { managedStatusNotices } from './last-apply.js';
import { refuseUnpublishable } from './publishable.js';
import { expressionsOf, vettingOf, withVetting } from './vetting.js';

/** The desired state, and the program that plans it. */
interface PlanStep extends DesiredSource {
  readonly toolVersion: string;
  /** The result of vettingOf; absent where dangers do not matter. */
  readonly vet?: Vetting;
  /** Writes a desired state as a manifest; absent where the plan is not written to a file. */
  readonly desiredText?: (desired: DesiredState) => string;
  /** Of the default target's store; absent: as the config has it. */
  readonly storeType?: string | undefined;
}

/** For a plan that is computed under a lock and recorded. */
export type VettedStep = PlanStep & {
  readonly vet: Vetting;
  readonly desiredText: (desired: DesiredState) => string;
};

/** Loads the modules that vet expressions and write manifests. */
export async function vettedStep(
  context: ApplyContext,
  source: DesiredSource,
): Promise<VettedStep> {
  context.onStep('vetting the expressions');
  const vet = await vettingOf(expressionsOf(source.desired.indexes));
  const desiredText = await manifestWriter();
  const storeType = typeOfNamedStore(context);
  return { ...source, toolVersion: context.version, vet, desiredText, storeType };
}

/** Loads the module that writes manifests, which few plans need. */
export async function manifestWriter(): Promise<(desired: DesiredState) => string> {
  return (await import('../../manifest/write-manifest.js')).writeManifest;
}

/** Throws `usage` for a pattern that matches no address. */
export function requireKnownPatterns(
  { selection, desired }: PlanStep,
  recorded: RecordedState,
  now: Timestamp,
): void {
  if (selection === undefined) return;
  const rules = rulesOf({ desired, recorded, now, selection });
  requireMatches(selection, { desired, recorded, rules });
}

/**
 * The plan against the present tables. Where the session may create temporary tables, the indexes
 * of the plan are tried as well; otherwise apply tries them. Throws what `planStep` throws, `usage`
 * for a pattern that matches nothing, what `managedStatusNotices` throws, PlanProblemsError for
 * indexes that the server refuses, and database failures.
 */
export async function currentPlan(
  { onStep }: ApplyContext,
  client: Client,
  step: PlanStep,
): Promise<Plan> {
  onStep('reading the tables');
  const { recorded, now } = await inSnapshot(client, async () => ({
    now: await readClock(client),
    recorded: await readRecorded(client),
  }));
  onStep('planning');
  requireKnownPatterns(step, recorded, now);
  const plan =
    step.vet === undefined
      ? await withVetting((vet) => planStep({ ...step, vet }, recorded, now))
      : planStep(step, recorded, now);
  const managed = await managedStatusNotices(client, plan.setStatus);
  const trial = { ...step, plan, recorded, now, within: 'own-transaction' } as const;
  return withNotices(plan, [...managed, ...(await tryPlannedIndexes(client, trial))]);
}

/** The same plan with more notices. */
export function withNotices(plan: Plan, notices: readonly string[]): Plan {
  return notices.length === 0 ? plan : { ...plan, notices: [...plan.notices, ...notices] };
}

/**
 * Throws ProblemsError for access methods that nothing declares, PlanProblemsError for targets that
 * share a store and keys and for records that a store does not take, and what `makePlan` throws.
 */
export function planStep(step: PlanStep, recorded: RecordedState, now: Timestamp): Plan {
  requireKnownMethods(step.desired, recorded);
  const plan = makePlan({ ...step, recorded, now });
  refuseUnpublishable(plan, recorded, step.storeType);
  return plan;
}

/** The access methods that the recorded config adds to the usual ones. */
export function recordedMethods({ config }: RecordedState): readonly string[] {
  const entry = config.find(({ key }) => key === 'additional_index_types');
  const value = entry === undefined ? [] : (tryParseJson(entry.value) ?? []);
  return isJsonArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** While config is unmanaged, only the database has config additional_index_types. */
function requireKnownMethods(desired: DesiredState, recorded: RecordedState): void {
  if (managesMethods(desired)) return;
  const diagnostics = checkMethods(desired, recordedMethods(recorded));
  if (diagnostics.length > 0) throw new ProblemsError(diagnostics);
}
