import { addressOf } from '../../model/address.js';
import type {
  DesiredIndex,
  RecordedIndex,
  RecordedIndexField,
  RecordedRows,
} from '../../model/resources.js';
import { compareText } from '../../model/text.js';
import type { ChangeOf } from '../change.js';
import {
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
import { type FieldsRequest, fieldAddresses, planFields } from './index-fields.js';
import {
  changedIds,
  endNotice,
  RECORDED,
  type SectionPlan,
  type SectionPlanner,
  type SectionRequest,
} from './section.js';

type IndexChange = ChangeOf<'index'>;

/** How the section `indexes` is planned. */
export const INDEXES: SectionPlanner<'indexes'> = {
  plan: ({ desired, managed, rules }) => planIndexes(desired.indexes, managed, rules.indexes),
  notices: (request) => [
    ...(request.desired.indexes === undefined ? [] : endings(request)),
    ...(request.desired.indexes ?? [])
      .filter(({ fields }) => fields.length === 0)
      .map(({ name }) => `index ${name} has no fields: the storage nodes cannot create it`)
      .sort(compareText),
  ],
  addresses: ({ desired: { indexes = [] }, recorded, rules }) => {
    const addressesOf = fieldAddressing(recorded, rules.indexes);
    return indexes.flatMap((index) => [addressOf('index', index), ...addressesOf(index)]);
  },
  fromRecorded: (recorded, rules) => ({ indexes: asDesired(recorded, rules.indexes) }),
  // The fields share one order: they are planned together, and the changes selected afterwards.
  narrow: ({ desired: { indexes } }) => ({ indexes }),
};

/** For the addresses of a desired index's fields, in their order, as a plan has them. */
export function fieldAddressing(
  recorded: RecordedRows,
  rule: PeriodRule,
): (index: DesiredIndex) => readonly string[] {
  const requestOf = fieldsRequests(recorded, rule);
  const named = new Map(recorded.indexes.map((row) => [row.name, row]));
  return (index) => fieldAddresses(requestOf(index, named.get(index.name)));
}

/** The request to plan the fields of an index, given its row. */
function fieldsRequests(recorded: RecordedRows, rule: PeriodRule) {
  const fieldsOf = groupByIndex(recorded.indexFields);
  return (wanted: FieldsRequest['wanted'], row: RecordedIndex | undefined): FieldsRequest => ({
    wanted,
    rows: row === undefined ? [] : (fieldsOf.get(row.id) ?? []),
    rule,
    begins: row === undefined || presence(row, rule) === 'history',
  });
}

function asDesired(recorded: RecordedRows, rule: PeriodRule): readonly DesiredIndex[] {
  const fieldsOf = groupByIndex(presentInOrder(recorded.indexFields, rule));
  return recorded.indexes
    .filter((row) => presence(row, rule) === 'present')
    .sort((a, b) => compareText(a.name, b.name))
    .map(({ id, name, method, tablespace }) => ({
      name,
      method,
      tablespace,
      fields: (fieldsOf.get(id) ?? []).map(({ expression }) => ({ expression, source: RECORDED })),
      source: RECORDED,
    }));
}

function endings({ managed: recorded, rules, changes }: SectionRequest): readonly string[] {
  const leaving = changedIds(changes, 'index', 'expire');
  const leavingFields = changedIds(changes, 'index-field', 'expire');
  const rows = recorded.indexes.filter(
    (row) => presence(row, rules.indexes) === 'present' && !leaving.has(row.id),
  );
  const names = new Map(rows.map((row) => [row.id, row.name]));
  const fields = recorded.indexFields.filter(
    (row) => presence(row, rules.indexes) === 'present' && !leavingFields.has(row.id),
  );
  return [
    ...rows.filter(endsByItself).map((row) => endNotice(`index ${row.name}`, row)),
    ...fields
      .filter((row) => names.has(row.indexId) && endsByItself(row))
      .map((row) => endNotice(`index ${names.get(row.indexId)} field ${row.ordinality}`, row)),
  ].sort(compareText);
}

function planIndexes(
  desired: readonly DesiredIndex[] | undefined,
  recorded: RecordedRows,
  rule: PeriodRule,
): SectionPlan {
  if (desired === undefined) return { changes: [], problems: [] };
  const requestOf = fieldsRequests(recorded, rule);
  const remaining = new Map(recorded.indexes.map((row) => [row.name, row]));
  const indexChanges: IndexChange[] = [];
  const fieldChanges: ChangeOf<'index-field'>[] = [];
  const problems: PlanProblem[] = [];
  for (const wanted of desired) {
    const row = remaining.get(wanted.name);
    remaining.delete(wanted.name);
    const problem = methodProblem(wanted, row, rule);
    if (problem !== undefined) problems.push(problem);
    const change = row === undefined ? creation(wanted, rule) : update(wanted, row, rule);
    if (change !== undefined) indexChanges.push(change);
    const fields = planFields(requestOf(wanted, row));
    fieldChanges.push(...fields.changes);
    problems.push(...fields.problems);
  }
  for (const row of remaining.values()) {
    if (presence(row, rule) !== 'present') continue;
    indexChanges.push(expiry(row, rule));
    fieldChanges.push(...planFields(requestOf({ name: row.name, fields: [] }, row)).changes);
  }
  return { changes: [...indexChanges, ...fieldChanges], problems };
}

function groupByIndex(
  fields: readonly RecordedIndexField[],
): ReadonlyMap<number, readonly RecordedIndexField[]> {
  const groups = new Map<number, RecordedIndexField[]>();
  for (const field of fields) {
    const group = groups.get(field.indexId);
    if (group === undefined) groups.set(field.indexId, [field]);
    else group.push(field);
  }
  return groups;
}

/**
 * Partitions of the same hour have the same index on all nodes, so it never changes in place. One
 * that has ended may be revived with another definition.
 */
function methodProblem(
  wanted: DesiredIndex,
  row: RecordedIndex | undefined,
  rule: PeriodRule,
): PlanProblem | undefined {
  if (row === undefined || rule.boundary === null || row.method === wanted.method) {
    return undefined;
  }
  if (presence(row, rule) === 'history') return undefined;
  return {
    address: addressOf('index', wanted),
    message: `the access method ${row.method} does not change to ${wanted.method} in production`,
    hint: 'add an index of another name with the new method, and take this one out later',
    source: wanted.source,
  };
}

function creation(wanted: DesiredIndex, rule: PeriodRule): IndexChange {
  const { name, method, tablespace, source } = wanted;
  return {
    kind: 'index',
    address: addressOf('index', wanted),
    action: 'create',
    before: null,
    after: { name, method, tablespace, ...newPeriod(rule) },
    reason: 'not recorded yet',
    source,
    dangers: [],
  };
}

function update(
  wanted: DesiredIndex,
  row: RecordedIndex,
  rule: PeriodRule,
): IndexChange | undefined {
  const was = presence(row, rule);
  const revive = was !== 'present';
  const before = row;
  const same = before.method === wanted.method && before.tablespace === wanted.tablespace;
  if (!revive && same) return undefined;
  const period = revive ? revived(row, rule) : {};
  return {
    kind: 'index',
    address: addressOf('index', wanted),
    action: revive ? 'revive' : 'update',
    before,
    after: { ...before, ...period, method: wanted.method, tablespace: wanted.tablespace },
    reason: revive ? REVIVAL_REASONS[was] : 'its definition differs',
    source: wanted.source,
    dangers: [],
  };
}

function expiry(row: RecordedIndex, rule: PeriodRule): IndexChange {
  return {
    kind: 'index',
    address: addressOf('index', row),
    action: 'expire',
    before: row,
    after: { ...row, ...expired(row, rule) },
    reason: 'no manifest names it',
    source: null,
    dangers: ['expire:index'],
  };
}
