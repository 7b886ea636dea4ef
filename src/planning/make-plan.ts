/** Planning as a pure function: the same desired state, tables and time give the same plan. */
import { LenkwerkError } from '../model/errors.js';
import { namesCluster } from '../model/installation.js';
import { KINDS, SECTIONS } from '../model/kinds.js';
import type { DesiredState, RecordedState } from '../model/resources.js';
import { compareText } from '../model/text.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { Change } from './change.js';
import { copiesNotices, withPlanDangers } from './dangers.js';
import { unvettedNotices, withVerdicts } from './expressions/judge.js';
import type { Vetting } from './expressions/vet.js';
import { summaryOf } from './format/consistent.js';
import { requestedStatus, type SetStatus } from './instances/set-status.js';
import { PLANNED_SECTIONS, PLANNERS } from './kinds/registry.js';
import type { SectionPlan, SectionRequest } from './kinds/section.js';
import { managedPart, unmanagedNotices } from './kinds/unmanaged.js';
import { periodRules, presentCount, type Rules, readClusterSettings } from './periods.js';
import {
  fingerprint,
  type PartialPlan,
  PLAN_FORMAT_VERSION,
  type Plan,
  type UnmanagedSection,
} from './plan.js';
import { type PlanProblem, PlanProblemsError } from './problems.js';
import { dependencyProblems, isSelected, narrowDesired, type Selection } from './selection.js';
import { withStoreRedirects } from './store-redirect.js';

export interface PlanInput {
  readonly desired: DesiredState;
  readonly recorded: RecordedState;
  /** The database's clock, in UTC. */
  readonly now: Timestamp;
  readonly toolVersion: string;
  readonly gitCommit: string | null;
  /** The id of the apply that is reverted to; absent: the manifests are planned. */
  readonly revertOf?: string | undefined;
  /** The status to set of some instances, in place of `desired`; absent: that is planned. */
  readonly setStatus?: SetStatus | undefined;
  /** The judgement of index expressions; absent: every expression counts as vetted. */
  readonly vet?: Vetting;
  /** Writes a desired state as a manifest; absent where the plan is not written to a file. */
  readonly desiredText?: (desired: DesiredState) => string;
  /** Absent: everything. */
  readonly selection?: Selection | undefined;
}

/**
 * Returns the plan. Throws PlanProblemsError when the desired state cannot be reached by allowed
 * changes, `wrong-cluster` when the manifests name another database, and `usage` for a status of an
 * instance that is not registered.
 */
export function makePlan(given: PlanInput): Plan {
  const { setStatus, recorded } = given;
  const input = setStatus ? { ...given, ...requestedStatus(setStatus, recorded) } : given;
  const { desired, desiredText } = input;
  checkCluster(input);
  const planned = planChanges(input);
  const { rules, changes, partial } = planned;
  let base: string | undefined;
  let text: string | undefined;
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    toolVersion: input.toolVersion,
    cluster: { database: recorded.database, id: recorded.clusterId },
    gitCommit: input.gitCommit,
    revertOf: input.revertOf,
    setStatus: input.setStatus,
    // Not computed for an apply that only checks whether any change is left.
    get base() {
      base ??= fingerprint(recorded);
      return base;
    },
    boundaries: {
      production: rules.dimensions.boundary !== null,
      dimensions: rules.dimensions.boundary,
      indexes: rules.indexes.boundary,
    },
    partial,
    unmanaged: setStatus === undefined ? unmanagedSections(desired, recorded, rules) : [],
    notices: [...manifestNotices(input, planned), ...copiesNotices(changes, recorded)],
    changes,
    summary: summaryOf(changes),
    // Writing a manifest of thousands of objects takes longer than planning it.
    get desired() {
      text ??= desiredText?.(desired) ?? '';
      return text;
    },
  };
}

const VETTED: Vetting = () => ({ kind: 'vetted' });

interface PlannedChanges {
  readonly rules: Rules;
  readonly changes: readonly Change[];
  readonly partial: PartialPlan | null;
}

function planChanges(input: PlanInput): PlannedChanges {
  const { desired, recorded, now, selection, setStatus } = input;
  const rules = rulesOf({ desired, recorded, now });
  if (selection === undefined) {
    const found = collectChanges(input, rules);
    const finished = finish(found.changes, { problems: found.problems, recorded, rules });
    const changes = setStatus ? finished.map((one) => ({ ...one, source: null })) : finished;
    return { rules, changes, partial: null };
  }
  return planSelected({ ...input, selection }, rules);
}

/** The rules of a plan of this input: they follow from the settings as the plan leaves them. */
export function rulesOf({
  desired,
  recorded,
  now,
  selection,
}: Pick<PlanInput, 'desired' | 'recorded' | 'now' | 'selection'>): Rules {
  const part = selection && narrowDesired(desired, recorded, { selection, now });
  return periodRules(readClusterSettings(part ?? desired, recorded.config), now);
}

function planSelected(
  input: PlanInput & { readonly selection: Selection },
  wholeRules: Rules,
): PlannedChanges {
  const { desired, recorded, now, selection } = input;
  const chosen = ({ address }: { readonly address: string }) => isSelected(address, selection);
  const whole = collectChanges(input, wholeRules).changes;
  const narrowed = narrowDesired(desired, recorded, { selection, now });
  const rules = rulesOf({ desired: narrowed, recorded, now });
  const part = collectChanges({ ...input, desired: narrowed }, rules);
  const selected = part.changes.filter(chosen);
  // An unreadable setting concerns every change, whatever was selected.
  const relevant = part.problems.filter((one) => chosen(one) || one.address.startsWith('config/'));
  const problems = [...relevant, ...dependencyProblems(selected, recorded)];
  const leftOut = whole.filter((change) => !chosen(change)).length;
  const { targets, excludes } = selection;
  const changes = finish(selected, { problems, recorded, rules });
  return { rules, changes, partial: { targets, excludes, leftOut } };
}

function checkCluster({ desired, recorded }: PlanInput): void {
  const { cluster } = desired;
  if (cluster === undefined || namesCluster(cluster, recorded)) return;
  throw new LenkwerkError(
    'wrong-cluster',
    `the manifests are for cluster ${cluster}, and this is ${recorded.database} (${recorded.clusterId})`,
    { hint: 'connect to the other database, or correct `cluster` in the manifests' },
  );
}

function collectChanges(input: PlanInput, rules: Rules): SectionPlan {
  const { desired, recorded, vet = VETTED } = input;
  const managed = managedOf(input);
  let planned: readonly Change[] = [];
  let problems: readonly PlanProblem[] = [];
  for (const section of PLANNED_SECTIONS) {
    const found = PLANNERS[section].plan({ desired, recorded, managed, rules, changes: planned });
    planned = [...planned, ...found.changes];
    problems = [...problems, ...found.problems];
  }
  const { changes, problems: invalid } = withVerdicts(planned, vet);
  const timed = changes.some(({ kind }) => KINDS[kind].timed !== null);
  const unreadable = timed ? rules.settings.problems : [];
  return { changes, problems: [...unreadable, ...problems, ...invalid] };
}

function managedOf({ desired, recorded }: PlanInput): RecordedState {
  return managedPart(recorded, desired.unmanaged);
}

interface Finishing {
  readonly problems: readonly PlanProblem[];
  readonly recorded: RecordedState;
  readonly rules: Rules;
}

function finish(
  changes: readonly Change[],
  { problems, recorded, rules }: Finishing,
): readonly Change[] {
  if (problems.length > 0) {
    throw new PlanProblemsError([...problems].sort((a, b) => compareText(a.address, b.address)));
  }
  const dangerous = withPlanDangers(changes, recorded, rules);
  return [...withStoreRedirects(dangerous, recorded)].sort(inOrderOfExecution);
}

function stage({ kind, action }: Change): number {
  const { order } = KINDS[kind];
  return action === 'delete' ? order.delete : order.write;
}

function inOrderOfExecution(a: Change, b: Change): number {
  return (
    stage(a) - stage(b) ||
    compareText(indexOf(a), indexOf(b)) ||
    place(a) - place(b) ||
    compareText(a.address, b.address)
  );
}

/** Fields are in the order of their index, then of their place in it. */
function indexOf(change: Change): string {
  return change.kind === 'index-field' ? (change.after?.index ?? '') : '';
}

function place(change: Change): number {
  const ordered = change.kind === 'dimension' || change.kind === 'index-field';
  return ordered ? (change.after?.ordinality ?? 0) : 0;
}

function unmanagedSections(
  desired: DesiredState,
  recorded: RecordedState,
  rules: Rules,
): readonly UnmanagedSection[] {
  return PLANNED_SECTIONS.filter((section) => desired[section] === undefined).map((section) => ({
    section,
    recorded: presentCount(section, recorded, rules),
  }));
}

/**
 * Notices for the reviewer of manifests: one sentence each, in an order that does not depend on the
 * order of the recorded rows.
 */
function manifestNotices(
  input: PlanInput,
  { rules, changes }: Pick<PlannedChanges, 'rules' | 'changes'>,
): readonly string[] {
  const { desired, recorded, vet = VETTED, setStatus } = input;
  if (setStatus !== undefined) return [];
  const request = { desired, recorded, managed: managedOf(input), rules, changes };
  return [
    ...ofProduction(request),
    ...SECTIONS.flatMap((section) => PLANNERS[section].notices(request)),
    ...unmanagedNotices(desired, recorded),
    ...unvettedNotices(changes, vet),
  ];
}

function ofProduction({ rules, changes }: SectionRequest): readonly string[] {
  const { productionNow, productionThen } = rules.settings;
  const timed = changes.some(({ kind }) => KINDS[kind].timed !== null);
  if (productionNow === productionThen || !timed) return [];
  const what = productionThen ? 'begins' : 'ends';
  return [`production ${what} with this plan: dimensions and indexes change at once`];
}
