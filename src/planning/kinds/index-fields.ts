/** The fields of one index: matched by expression, kept in order, expired rather than deleted. */
import { addressOf } from '../../model/address.js';
import type { DesiredIndexField, RecordedIndexField } from '../../model/resources.js';
import type { ChangeOf, IndexFieldAttributes } from '../change.js';
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

type IndexFieldChange = ChangeOf<'index-field'>;

export interface FieldsRequest {
  readonly wanted: { readonly name: string; readonly fields: readonly DesiredIndexField[] };
  readonly rows: readonly RecordedIndexField[];
  readonly rule: PeriodRule;
  /** The index itself starts with this plan: nothing was built with its fields yet. */
  readonly begins: boolean;
}

interface FieldsPlan {
  readonly changes: readonly IndexFieldChange[];
  readonly problems: readonly PlanProblem[];
}

interface Pair {
  readonly wanted: DesiredIndexField;
  readonly row: RecordedIndexField | undefined;
}

/**
 * The changes of one index's fields, and the problem of a change that production does not allow.
 */
export function planFields(request: FieldsRequest): FieldsPlan {
  const fixed = request.rule.boundary !== null && !request.begins;
  const { matched, rewritten, pairs, others, places } = arrange(request);
  const changes = [
    ...pairs.map((pair, at) => wantedChange(pair, places.wanted[at] ?? at, request)),
    ...others.map((row, at) => otherChange(row, places.others[at] ?? row.ordinality, request)),
  ];
  const moved = places.reordered || places.insertedInside;
  const culprit =
    rewritten.find((pair, at) => pair !== matched[at]) ?? (moved ? pairs[0] : undefined);
  return {
    changes: changes.filter((change) => change !== undefined),
    problems: fixed && culprit !== undefined ? [fixedProblem(request, culprit)] : [],
  };
}

/** The addresses of the wanted fields, in their order, as the plan of the index has them. */
export function fieldAddresses(request: FieldsRequest): readonly string[] {
  const { name, fields } = request.wanted;
  const { wanted } = arrange(request).places;
  return fields.map((_, at) => {
    return addressOf('index-field', { index: name, ordinality: wanted[at] ?? at });
  });
}

interface Arrangement {
  readonly matched: readonly Pair[];
  /** With new expressions at the places of those that they replace. */
  readonly rewritten: readonly Pair[];
  /** The one of both that the rule has. */
  readonly pairs: readonly Pair[];
  readonly others: readonly RecordedIndexField[];
  readonly places: Assignment;
}

function arrange(request: FieldsRequest): Arrangement {
  const matched = pairFields(request);
  const rewritten = pairInPlace(matched, request);
  const pairs = request.rule.boundary === null ? rewritten : matched;
  const taken = new Set(pairs.map(({ row }) => row?.id));
  const others = request.rows.filter((row) => !taken.has(row.id));
  const places = assignOrdinalities(
    pairs.map(({ row }) => placeOf(row, request.rule)),
    others.map((row) => row.ordinality),
  );
  return { matched, rewritten, pairs, others, places };
}

/** Present rows are matched first, then those that had ended; each row is matched once. */
function pairFields(request: FieldsRequest): readonly Pair[] {
  const { rows, rule } = request;
  const ordered = [...rows].sort(
    (a, b) => comparePresence(a, b, rule) || a.ordinality - b.ordinality,
  );
  const candidates = new Map<string, RecordedIndexField[]>();
  for (const row of ordered) {
    const same = candidates.get(row.expression);
    if (same === undefined) candidates.set(row.expression, [row]);
    else same.push(row);
  }
  return request.wanted.fields.map((wanted) => ({
    wanted,
    row: candidates.get(wanted.expression)?.shift(),
  }));
}

/**
 * Treats a new expression as a change of the one at its place that is no longer desired. Outside of
 * production it is recorded so; in production it is refused.
 */
function pairInPlace(pairs: readonly Pair[], request: FieldsRequest): readonly Pair[] {
  const taken = new Set(pairs.map(({ row }) => row?.id));
  const holding = request.rows
    .filter((row) => presence(row, request.rule) === 'present')
    .sort((a, b) => a.ordinality - b.ordinality);
  return pairs.map((pair, at) => {
    const standing = holding[at];
    const free = pair.row === undefined && standing !== undefined && !taken.has(standing.id);
    return free ? { wanted: pair.wanted, row: standing } : pair;
  });
}

/** Partitions of one hour have the same index on all nodes: its parts stay. */
function fixedProblem(request: FieldsRequest, culprit: Pair): PlanProblem {
  return {
    address: addressOf('index', request.wanted),
    message: 'the fields of an index do not change their order or expression in production',
    hint: 'add an index of another name with these fields, and take this one out later',
    source: culprit.wanted.source,
  };
}

function wantedChange(
  pair: Pair,
  ordinality: number,
  { wanted: index, rule }: FieldsRequest,
): IndexFieldChange | undefined {
  const { wanted, row } = pair;
  const common = {
    kind: 'index-field',
    address: addressOf('index-field', { index: index.name, ordinality }),
    source: wanted.source,
    dangers: [],
  } as const;
  const { expression } = wanted;
  if (row === undefined) {
    const after = { index: index.name, ordinality, expression, ...newPeriod(rule) };
    return { ...common, action: 'create', before: null, after, reason: 'not recorded yet' };
  }
  const was = presence(row, rule);
  const revive = was !== 'present';
  if (!revive && row.ordinality === ordinality && row.expression === expression) return undefined;
  const before = attributes(row, index.name);
  return {
    ...common,
    action: revive ? 'revive' : 'update',
    before,
    after: { ...before, ...(revive ? revived(row, rule) : {}), expression, ordinality },
    reason: revive ? REVIVAL_REASONS[was] : changeReason(row, expression),
  };
}

function changeReason(row: RecordedIndexField, expression: string): string {
  return row.expression === expression ? 'its place differs' : 'the expression differs';
}

function otherChange(
  row: RecordedIndexField,
  ordinality: number,
  { wanted: index, rule }: FieldsRequest,
): IndexFieldChange | undefined {
  const leaves = presence(row, rule) === 'present';
  if (!leaves && ordinality === row.ordinality) return undefined;
  const before = attributes(row, index.name);
  return {
    kind: 'index-field',
    address: addressOf('index-field', { index: index.name, ordinality }),
    action: leaves ? 'expire' : 'update',
    before,
    after: { ...before, ...(leaves ? expired(row, rule) : {}), ordinality },
    reason: leaves ? 'no manifest names it' : 'it has ended and moves for others',
    source: null,
    dangers: leaves ? ['expire:index'] : [],
  };
}

function attributes(row: RecordedIndexField, index: string): IndexFieldAttributes {
  const { indexId: _, ...attributes } = row;
  return { ...attributes, index };
}
