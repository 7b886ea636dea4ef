import type {
  DesiredIndex,
  RecordedIndex,
  RecordedIndexField,
  RecordedState,
} from '../../model/resources.js';
import type { IndexAttributes, IndexChange, IndexFieldChange } from '../change.js';
import {
  expired,
  newPeriod,
  type PeriodRule,
  presence,
  REVIVAL_REASONS,
  revived,
} from '../periods.js';
import type { PlanProblem } from '../problems.js';
import { planFields } from './index-fields.js';

export interface IndexesPlan {
  readonly changes: readonly (IndexChange | IndexFieldChange)[];
  readonly problems: readonly PlanProblem[];
}

type RecordedIndexes = Pick<RecordedState, 'indexes' | 'indexFields'>;

export function planIndexes(
  desired: readonly DesiredIndex[] | undefined,
  recorded: RecordedIndexes,
  rule: PeriodRule,
): IndexesPlan {
  if (desired === undefined) return { changes: [], problems: [] };
  const fieldsOf = groupByIndex(recorded.indexFields);
  const remaining = new Map(recorded.indexes.map((row) => [row.indexname, row]));
  const indexChanges: IndexChange[] = [];
  const fieldChanges: IndexFieldChange[] = [];
  const problems: PlanProblem[] = [];
  for (const wanted of desired) {
    const row = remaining.get(wanted.name);
    remaining.delete(wanted.name);
    const problem = methodProblem(wanted, row, rule);
    if (problem !== undefined) problems.push(problem);
    const change = row === undefined ? creation(wanted, rule) : update(wanted, row, rule);
    if (change !== undefined) indexChanges.push(change);
    const rows = row === undefined ? [] : (fieldsOf.get(row.id) ?? []);
    const begins = row === undefined || presence(row, rule) === 'history';
    const fields = planFields({ wanted, rows, rule, begins });
    fieldChanges.push(...fields.changes);
    problems.push(...fields.problems);
  }
  for (const row of remaining.values()) {
    if (presence(row, rule) !== 'present') continue;
    indexChanges.push(expiry(row, rule));
    const wanted = { name: row.indexname, fields: [] };
    const rows = fieldsOf.get(row.id) ?? [];
    fieldChanges.push(...planFields({ wanted, rows, rule, begins: false }).changes);
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

function indexAddress(name: string): string {
  return `index/${name}`;
}

/**
 * Partitions of the same hour on all nodes carry the same index, so it never changes in place. One
 * that has ended may come back as another.
 */
function methodProblem(
  wanted: DesiredIndex,
  row: RecordedIndex | undefined,
  rule: PeriodRule,
): PlanProblem | undefined {
  if (row === undefined || rule.boundary === null || row.accessMethod === wanted.method) {
    return undefined;
  }
  if (presence(row, rule) === 'history') return undefined;
  return {
    address: indexAddress(wanted.name),
    message: `the access method ${row.accessMethod} does not change to ${wanted.method} in production`,
    hint: 'add an index of another name with the new method, and take this one out later',
    source: wanted.source,
  };
}

function creation(wanted: DesiredIndex, rule: PeriodRule): IndexChange {
  const { name, method, tablespace, source } = wanted;
  return {
    kind: 'index',
    address: indexAddress(name),
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
  const before = attributes(row);
  const same = before.method === wanted.method && before.tablespace === wanted.tablespace;
  if (!revive && same) return undefined;
  const period = revive ? revived(row, rule) : {};
  return {
    kind: 'index',
    address: indexAddress(wanted.name),
    action: revive ? 'revive' : 'update',
    before,
    after: { ...before, ...period, method: wanted.method, tablespace: wanted.tablespace },
    reason: revive ? REVIVAL_REASONS[was] : 'its definition differs',
    source: wanted.source,
    dangers: [],
  };
}

function expiry(row: RecordedIndex, rule: PeriodRule): IndexChange {
  const before = attributes(row);
  return {
    kind: 'index',
    address: indexAddress(row.indexname),
    action: 'expire',
    before,
    after: { ...before, ...expired(row, rule) },
    reason: 'no manifest names it',
    source: null,
    dangers: ['expire:index'],
  };
}

function attributes(row: RecordedIndex): IndexAttributes {
  const { id, indexname, accessMethod, tablespc, validFrom, validUntil } = row;
  return { id, name: indexname, method: accessMethod, tablespace: tablespc, validFrom, validUntil };
}
