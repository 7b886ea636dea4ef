import { dimensionPointer } from '../../model/json-pointer.js';
import {
  DEFAULT_DIMENSION_VALUE,
  type DesiredDimension,
  type RecordedDimension,
} from '../../model/resources.js';
import { compareText } from '../../model/text.js';
import type { Action, DimensionAttributes, DimensionChange } from '../change.js';
import { type Assignment, assignOrdinalities, placeOf } from '../ordinalities.js';
import {
  comparePresence,
  expired,
  newPeriod,
  type PeriodRule,
  presence,
  REVIVAL_REASONS,
  revived,
} from '../periods.js';
import type { PlanProblem } from '../problems.js';

export interface DimensionsPlan {
  readonly changes: readonly DimensionChange[];
  readonly problems: readonly PlanProblem[];
}

export function planDimensions(
  desired: readonly DesiredDimension[] | undefined,
  recorded: readonly RecordedDimension[],
  rule: PeriodRule,
): DimensionsPlan {
  if (desired === undefined) return { changes: [], problems: [] };
  const rows = rowsByPointer(recorded, rule);
  const pairs = desired.map((wanted) => ({ wanted, row: rows.get(wanted.field) }));
  const taken = new Set(pairs.map(({ row }) => row?.id));
  const others = recorded.filter((row) => !taken.has(row.id));
  const named = new Set(desired.map(({ field }) => field));
  // A second row of a wanted pointer is left to people: see the notices.
  const leaves = (row: RecordedDimension): boolean =>
    presence(row, rule) === 'present' && !named.has(dimensionPointer(row.fieldname));
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
 * The row that stands for each pointer: of `foo` and `/foo` the one that holds, and of two that
 * hold always the same one, wherever they are in the order.
 */
export function rowsByPointer(
  recorded: readonly RecordedDimension[],
  rule: PeriodRule,
): ReadonlyMap<string, RecordedDimension> {
  const byName = [...recorded].sort((a, b) => compareText(a.fieldname, b.fieldname));
  const rows = new Map<string, RecordedDimension>();
  for (const row of byName) {
    const pointer = dimensionPointer(row.fieldname);
    const known = rows.get(pointer);
    if (known === undefined || comparePresence(row, known, rule) < 0) rows.set(pointer, row);
  }
  return rows;
}

/** In production partitions are named by the dimensions in their order: it never changes. */
function fixedOrder(pairs: readonly Pair[], places: Assignment): readonly PlanProblem[] {
  const moved = pairs.find(
    ({ row }, at) => row !== undefined && row.ordinality !== places.wanted[at],
  );
  if (!places.reordered && !places.insertedInside) return [];
  const culprit = places.reordered ? moved : (pairs.find(({ row }) => row === undefined) ?? moved);
  if (culprit === undefined) return [];
  return [
    {
      address: `dimension/${culprit.wanted.field}`,
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
    address: `dimension/${wanted.field}`,
    source: wanted.source,
  } as const;
  if (row === undefined) {
    const after = { field: wanted.field, default: wanted.default, ordinality, ...newPeriod(rule) };
    const reason = 'not recorded yet';
    return { ...common, action: 'create', before: null, after, reason, dangers: [] };
  }
  const before = attributes(row);
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
  const before = attributes(row);
  const action: Action = leaves ? 'expire' : 'update';
  return {
    kind: 'dimension',
    address: `dimension/${dimensionPointer(row.fieldname)}`,
    action,
    before,
    after: { ...before, ...(leaves ? expired(row, rule) : {}), ordinality },
    reason: leaves ? 'no manifest names it' : 'it makes room for others',
    source: null,
    dangers: leaves ? ['expire:dimension'] : [],
  };
}

function attributes(row: RecordedDimension): DimensionAttributes {
  const { id, fieldname, defaultVal, ordinality, validFrom, validUntil } = row;
  return { id, field: fieldname, default: defaultVal, ordinality, validFrom, validUntil };
}

function sameDimension(a: DimensionAttributes, b: DimensionAttributes): boolean {
  return sameDefault(a, b) && a.ordinality === b.ordinality;
}

/** None recorded counts as the one that the column would have had. */
function sameDefault(a: DimensionAttributes, b: DimensionAttributes): boolean {
  return (a.default ?? DEFAULT_DIMENSION_VALUE) === (b.default ?? DEFAULT_DIMENSION_VALUE);
}
