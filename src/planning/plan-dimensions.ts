import { dimensionPointer } from '../model/json-pointer.js';
import type { DesiredDimension, RecordedDimension } from '../model/resources.js';
import type { Action, DimensionAttributes, DimensionChange } from './change.js';
import { type Assignment, assignOrdinalities, placeOf } from './ordinalities.js';
import {
  expired,
  newPeriod,
  type PeriodRule,
  presence,
  REVIVAL_REASONS,
  revived,
} from './periods.js';
import type { PlanProblem } from './problems.js';

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
  const pairs = pair(desired, recorded, rule);
  const taken = new Set(pairs.map(({ row }) => row?.id));
  const others = recorded.filter((row) => !taken.has(row.id));
  const places = assignOrdinalities(
    pairs.map(({ row }) => placeOf(row, rule)),
    others.map((row) => row.ordinality),
  );
  const problems = rule.boundary === null ? [] : fixedOrder(pairs, places);
  const changes = [
    ...pairs.map((p, at) => wantedChange(p, { ordinality: places.wanted[at] ?? at, rule, places })),
    ...others.map((row, at) => otherChange(row, places.others[at] ?? row.ordinality, rule)),
  ];
  return { changes: changes.filter((change) => change !== undefined), problems };
}

interface Pair {
  readonly wanted: DesiredDimension;
  /** The recorded row of the same pointer, one that holds rather than history. */
  readonly row: RecordedDimension | undefined;
}

function pair(
  desired: readonly DesiredDimension[],
  recorded: readonly RecordedDimension[],
  rule: PeriodRule,
): readonly Pair[] {
  const rows = new Map<string, RecordedDimension>();
  for (const row of recorded) {
    const pointer = dimensionPointer(row.fieldname);
    const known = rows.get(pointer);
    const better = known === undefined || presence(known, rule) !== 'present';
    if (better) rows.set(pointer, row);
  }
  return desired.map((wanted) => ({ wanted, row: rows.get(wanted.field) }));
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
  return before.default === after.default ? 'its place differs' : 'the default value differs';
}

function otherChange(
  row: RecordedDimension,
  ordinality: number,
  rule: PeriodRule,
): DimensionChange | undefined {
  const leaves = presence(row, rule) === 'present';
  if (!leaves && ordinality === row.ordinality) return undefined;
  const before = attributes(row);
  const action: Action = leaves ? 'expire' : 'update';
  return {
    kind: 'dimension',
    address: `dimension/${dimensionPointer(row.fieldname)}`,
    action,
    before,
    after: { ...before, ...(leaves ? expired(row, rule) : {}), ordinality },
    reason: leaves ? 'no manifest names it' : 'it has ended and makes room for others',
    source: null,
    dangers: leaves ? ['expire:dimension'] : [],
  };
}

function attributes(row: RecordedDimension): DimensionAttributes {
  const { id, fieldname, defaultVal, ordinality, validFrom, validUntil } = row;
  return { id, field: fieldname, default: defaultVal, ordinality, validFrom, validUntil };
}

function sameDimension(a: DimensionAttributes, b: DimensionAttributes): boolean {
  return a.default === b.default && a.ordinality === b.ordinality;
}
