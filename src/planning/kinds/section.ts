/** The interface of the planning of one section; registry.ts has one for each. */
import { LenkwerkError } from '../../model/errors.js';
import { type JsonValue, tryParseJson } from '../../model/json.js';
import type { RowKind, Section } from '../../model/kinds.js';
import type { DesiredState, RecordedState, SourcePlace, TimeBound } from '../../model/resources.js';
import type { Action, Change } from '../change.js';
import type { Rules } from '../periods.js';
import type { PlanProblem } from '../problems.js';

export interface SectionRequest {
  readonly desired: DesiredState;
  readonly recorded: RecordedState;
  /** The recorded state without what the manifests leave unmanaged. */
  readonly managed: RecordedState;
  readonly rules: Rules;
  /** `plan`: of the sections before it, in the order of EXECUTION. `notices`: of the whole plan. */
  readonly changes: readonly Change[];
}

export type AddressRequest = Omit<SectionRequest, 'changes' | 'managed'>;

export interface SectionPlan {
  readonly changes: readonly Change[];
  readonly problems: readonly PlanProblem[];
}

/** Returns the section of a desired state, and nothing else. */
type Only<S extends Section> = Pick<DesiredState, S>;

export interface SectionPlanner<S extends Section> {
  /** The changes of the section; none where it is not managed. */
  readonly plan: (request: SectionRequest) => SectionPlan;
  /** Notices for the reviewer about states that the plan does not change, one sentence each. */
  readonly notices: (request: SectionRequest) => readonly string[];
  /** The addresses of the desired resources, as a plan has them. */
  readonly addresses: (request: AddressRequest) => readonly string[];
  /** The desired section whose plan against `recorded` is empty. Throws `invalid-input`. */
  readonly fromRecorded: (recorded: RecordedState, rules: Rules) => Only<S>;
  /** The desired section for a part of a plan; see narrowDesired. */
  readonly narrow: (request: NarrowRequest) => Only<S>;
}

interface NarrowRequest {
  readonly desired: DesiredState;
  /** The recorded state as a desired one. */
  readonly kept: DesiredState;
  /** True for the selected addresses. */
  readonly chosen: (address: string) => boolean;
}

/** The selected items of a list as they are desired, the others as they are recorded. */
export function narrowList<Item>(
  desired: readonly Item[] | undefined,
  kept: readonly Item[] | undefined,
  isChosen: (item: Item) => boolean,
): readonly Item[] | undefined {
  if (desired === undefined) return undefined;
  return [...desired.filter(isChosen), ...(kept ?? []).filter((item) => !isChosen(item))];
}

/** The ids of recorded rows of a kind that are changed, by one action or by any. */
export function changedIds(
  changes: readonly Change[],
  kind: RowKind,
  action?: Action,
): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const change of changes) {
    if (change.kind === 'servermap' || change.kind !== kind || change.before === null) continue;
    if (action !== undefined && change.action !== action) continue;
    if (change.before.id !== undefined) ids.add(change.before.id);
  }
  return ids;
}

/** The notice for a row whose end another tool set. */
export function endNotice(what: string, { validUntil }: TimeBound): string {
  return `${what} ends at ${validUntil}, as an apply or another tool arranged; a plan after that revives it`;
}

/** For sections without notices. */
export const NO_NOTICES = (): readonly string[] => [];

/** The place of objects that were not read from a file. */
export const RECORDED: SourcePlace = { file: '(recorded)', line: 1, column: 1 };

/** The value of a recorded `json` column; `what` is for the message. Throws `invalid-input`. */
export function readRecordedJson(text: string, what: string): JsonValue {
  const value = tryParseJson(text);
  if (value !== undefined) return value;
  throw new LenkwerkError('invalid-input', `${what} nests too deep to be written as a manifest`);
}
