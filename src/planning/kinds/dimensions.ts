import { addressOf } from '../../model/address.js';
import { dimensionPointer } from '../../model/json-pointer.js';
import {
  DEFAULT_DIMENSION_VALUE,
  type DesiredDimension,
  type RecordedDimension,
} from '../../model/resources.js';
import { compareText } from '../../model/text.js';
import type { Action, ChangeOf, DimensionAttributes } from '../change.js';
import { type Assignment, assignOrdinalities, placeOf } from '../ordinalities.js';
import {
  comparePresence,
  endsByItself,
  expired,
  newPeriod,
  type PeriodRule,
  presence,
  presentInOrder,
  REVIVAL_REASONS,
  revived,
} from '../periods.js';
import type { PlanProblem } from '../problems.js';
import {
  changedIds,
  endNotice,
  RECORDED,
  type SectionPlan,
  type SectionPlanner,
  type SectionRequest,
} from './section.js';

type DimensionChange = ChangeOf<'dimension'>;

/** How the section `dimensions` is planned. */
export const DIMENSIONS: SectionPlanner<'dimensions'> = {
  plan: planDimensions,
  notices: (request) => (request.desired.dimensions === undefined ? [] : notices(request)),
  addresses: ({ desired: { dimensions = [] } }) =>
    dimensions.map((one) => addressOf('dimension', one)),
  fromRecorded: ({ dimensions }, rules) => ({
    dimensions: asDesired(dimensions, rules.dimensions),
  }),
  // They share one order: they are planned together, and the changes selected afterwards.
  narrow: ({ desired: { dimensions } }) => ({ dimensions }),
};

/** A pointer may be recorded twice, as `foo` and as `/foo`; a manifest can name it once only. */
function asDesired(
  rows: readonly RecordedDimension[],
  rule: PeriodRule,
): readonly DesiredDimension[] {
  const standing = new Set(rowsByPointer(rows, rule).values());
  return presentInOrder(rows, rule)
    .filter((row) => standing.has(row))
    .map((row) => ({
      field: dimensionPointer(row.field),
      default: row.default ?? DEFAULT_DIMENSION_VALUE,
      source: RECORDED,
    }));
}

function notices({ managed: recorded, rules, changes }: SectionRequest): readonly string[] {
  const leaving = changedIds(changes, 'dimension', 'expire');
  const rewritten = changedIds(changes, 'dimension');
  const rows = presentInOrder(recorded.dimensions, rules.dimensions).filter(
    ({ id }) => !leaving.has(id),
  );
  const withoutDefault = rows.filter((row) => row.default === null && !rewritten.has(row.id));
  return [
    ...rows.filter(endsByItself).map((row) => endNotice(`dimension ${row.field}`, row)),
    ...withoutDefault.map(
      ({ field }) =>
        `dimension ${field} is recorded without a default value, which counts as ` +
        DEFAULT_DIMENSION_VALUE,
    ),
    ...recordedTwice(rows),
  ];
}

function recordedTwice(rows: readonly RecordedDimension[]): readonly string[] {
  const names = new Map<string, string>();
  const sentences: string[] = [];
  for (const { field } of rows) {
    const pointer = dimensionPointer(field);
    const other = names.get(pointer);
    names.set(pointer, other ?? field);
    if (other === undefined) continue;
    sentences.push(`dimension ${pointer} is recorded twice, as ${other} and as ${field}`);
  }
  return sentences;
}

function planDimensions(request: Omit<SectionRequest, 'changes'>): SectionPlan {
  const rule = request.rules.dimensions;
  const desired = request.desired.dimensions;
  const recorded = request.recorded.dimensions;
  if (desired === undefined) return { changes: [], problems: [] };
  const rows = rowsByPointer(recorded, rule);
  const pairs = desired.map((wanted) => ({ wanted, row: rows.get(wanted.field) }));
  const taken = new Set(pairs.map(({ row }) => row?.id));
  const others = recorded.filter((row) => !taken.has(row.id));
  const named = new Set(desired.map(({ field }) => field));
  const managed = new Set(request.managed.dimensions);
  // A second row of a desired pointer is left to operators: see the notices.
  const leaves = (row: RecordedDimension): boolean =>
    managed.has(row) &&
    presence(row, rule) === 'present' &&
    !named.has(dimensionPointer(row.field));
  const places = assignOrdinalities(
    pairs.map(({ row }) => placeOf(row, rule)),
    others.map((row) => row.ordinality),
  );
  const problems = rule.boundary === null ? [] : fixedOrder(pairs, places);
  const changes = [
    ...pairs.map((p, at) => wantedChange(p, { ordinality: places.wanted[at] ?? at, rule, places })),
    ...others.map((row, at) => {
      const ordinality = places.others[at] ?? row.ordinality;
      return otherChange(row, { ordinality, leaves: leaves(row), rule });
    }),
  ];
  return { changes: changes.filter((change) => change !== undefined), problems };
}

interface Pair {
  readonly wanted: DesiredDimension;
  readonly row: RecordedDimension | undefined;
}

/**
 * The row for each pointer: of `foo` and `/foo` the present one, and of two present ones always the
 * same one, whatever their order.
 */
function rowsByPointer(
  recorded: readonly RecordedDimension[],
  rule: PeriodRule,
): ReadonlyMap<string, RecordedDimension> {
  const byName = [...recorded].sort((a, b) => compareText(a.field, b.field));
  const rows = new Map<string, RecordedDimension>();
  for (const row of byName) {
    const pointer = dimensionPointer(row.field);
    const known = rows.get(pointer);
    if (known === undefined || comparePresence(row, known, rule) < 0) rows.set(pointer, row);
  }
  return rows;
}

/** In production the order of the dimensions names the partitions: it never changes. */
function fixedOrder(pairs: readonly Pair[], places: Assignment): readonly PlanProblem[] {
  const moved = pairs.find(
    ({ row }, at) => row !== undefined && row.ordinality !== places.wanted[at],
  );
  if (!places.reordered && !places.insertedInside) return [];
  const culprit = places.reordered ? moved : (pairs.find(({ row }) => row === undefined) ?? moved);
  if (culprit === undefined) return [];
  return [
    {
      address: addressOf('dimension', culprit.wanted),
      message: 'the order of the dimensions does not change in production',
      hint: 'keep the recorded order and put new dimensions at the end of the list',
      source: culprit.wanted.source,
    },
  ];
}

interface Target {
  readonly ordinality: number;
  readonly rule: PeriodRule;
  readonly places: Assignment;
}

function wantedChange(pair: Pair, target: Target): DimensionChange | undefined {
  const { wanted, row } = pair;
  const { ordinality, rule } = target;
  const common = {
    kind: 'dimension',
    address: addressOf('dimension', wanted),
    source: wanted.source,
  } as const;
  if (row === undefined) {
    const after = { field: wanted.field, default: wanted.default, ordinality, ...newPeriod(rule) };
    const reason = 'not recorded yet';
    return { ...common, action: 'create', before: null, after, reason, dangers: [] };
  }
  const before = row;
  const was = presence(row, rule);
  const revive = was !== 'present';
  const period = revive ? revived(row, rule) : {};
  const after = { ...before, ...period, default: wanted.default, ordinality };
  if (!revive && sameDimension(before, after)) return undefined;
  const reorder = target.places.reordered && before.ordinality !== ordinality;
  return {
    ...common,
    action: revive ? 'revive' : 'update',
    before,
    after,
    reason: revive ? REVIVAL_REASONS[was] : changeReason(before, after),
    dangers: reorder ? ['reorder:dimension'] : [],
  };
}

function changeReason(before: DimensionAttributes, after: DimensionAttributes): string {
  return sameDefault(before, after) ? 'its place differs' : 'the default value differs';
}

interface OtherTarget {
  readonly ordinality: number;
  readonly leaves: boolean;
  readonly rule: PeriodRule;
}

function otherChange(
  row: RecordedDimension,
  { ordinality, leaves, rule }: OtherTarget,
): DimensionChange | undefined {
  if (!leaves && ordinality === row.ordinality) return undefined;
  const before = row;
  const action: Action = leaves ? 'expire' : 'update';
  return {
    kind: 'dimension',
    address: addressOf('dimension', row),
    action,
    before,
    after: { ...before, ...(leaves ? expired(row, rule) : {}), ordinality },
    reason: leaves ? 'no manifest names it' : 'it moves for others',
    source: null,
    dangers: leaves ? ['expire:dimension'] : [],
  };
}

function sameDimension(a: DimensionAttributes, b: DimensionAttributes): boolean {
  return sameDefault(a, b) && a.ordinality === b.ordinality;
}

/** null counts as the default of the column. */
function sameDefault(a: DimensionAttributes, b: DimensionAttributes): boolean {
  return (a.default ?? DEFAULT_DIMENSION_VALUE) === (b.default ?? DEFAULT_DIMENSION_VALUE);
}
