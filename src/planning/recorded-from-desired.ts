/** The tables as an apply would leave them, without a database. */

import { recordedName } from '../model/columns.js';
import { assert } from '../model/errors.js';
import { formatJson } from '../model/json.js';
import { columnsOf, KINDS, ROW_KINDS, type RowKind } from '../model/kinds.js';
import {
  type AnyRow,
  type DesiredState,
  INSTANCE_STATUSES,
  isRecordedRows,
  type RecordedRows,
  type RecordedState,
  rowsOf,
} from '../model/resources.js';
import { ringServermap } from '../model/servermap.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { Change, ChangeOf, RowChange } from './change.js';
import { makePlan } from './make-plan.js';

/** The tables of a cluster that was just set up. */
export const NOTHING_RECORDED: RecordedState = {
  ...noRows(),
  database: 'lenkwerk',
  clusterId: '00000000-0000-4000-8000-000000000000',
  servermap: undefined,
  formerCopies: [],
};

function noRows(): RecordedRows {
  const rows = Object.fromEntries(ROW_KINDS.map((kind) => [KINDS[kind].rows, []]));
  assert(isRecordedRows(rows), 'every kind has its rows');
  return rows;
}

/**
 * The tables after this desired state was applied to empty ones, long ago: its rows hold for all
 * time, also where its config has `production`. Throws what `makePlan` throws.
 */
export function recordedFromDesired(
  given: DesiredState,
  { now, database }: { readonly now: Timestamp; readonly database: string },
): RecordedState {
  const desired = { ...given, cluster: undefined };
  const atOnce = desired.config?.filter(({ key }) => key !== 'production');
  const context = { now, toolVersion: '', gitCommit: null };
  let recorded: RecordedState = { ...NOTHING_RECORDED, database };
  for (const config of [atOnce, desired.config]) {
    const { changes } = makePlan({ ...context, desired: { ...desired, config }, recorded });
    recorded = applyInMemory(recorded, changes);
  }
  return recorded;
}

const STATUSES: readonly AnyRow[string][] = INSTANCE_STATUSES;

/**
 * The tables after these changes. Throws when a change does not fit the rows, or a key would exist
 * twice.
 */
export function applyInMemory(recorded: RecordedState, changes: readonly Change[]): RecordedState {
  let state = recorded;
  const tables = new Map(ROW_KINDS.map((kind) => [kind, new Table(rowsOf(recorded, kind))]));
  for (const change of changes) {
    if (change.kind === 'servermap') state = withGeneration(stateOf(state, tables), change);
    else tables.get(change.kind)?.write(change, (row) => recordedRow(change.kind, row, tables));
  }
  const applied = stateOf(state, tables);
  checkConstraints(applied);
  return applied;
}

type Tables = ReadonlyMap<RowKind, Table>;

function stateOf(state: RecordedState, tables: Tables): RecordedState {
  const rows = Object.fromEntries(
    [...tables].map(([kind, table]) => [KINDS[kind].rows, table.rows()]),
  );
  assert(isRecordedRows(rows), 'every kind has its table');
  return { ...state, ...rows };
}

function withGeneration(state: RecordedState, { after }: ChangeOf<'servermap'>): RecordedState {
  assert(after !== null, 'a servermap is never deleted');
  const ring = () => formatJson(ringServermap(state.instances));
  const map = after.algorithm === 'literal' ? after.map : ring();
  return { ...state, servermap: { id: (state.servermap?.id ?? 0) + 1, map } };
}

/** The row that a plan describes, in the terms of its table. */
function recordedRow(kind: RowKind, planned: AnyRow, tables: Tables): AnyRow {
  const values = columnsOf(kind).map((column) => {
    const value = planned[column.attribute];
    if (column.type === 'status') return [recordedName(column), STATUSES.indexOf(value)];
    return [recordedName(column), column.type === 'whole' ? idOfWhole(kind, value, tables) : value];
  });
  return Object.fromEntries(values);
}

function idOfWhole(kind: RowKind, name: AnyRow[string], tables: Tables): AnyRow[string] {
  const { partOf } = KINDS[kind];
  const rows = partOf === null ? [] : (tables.get(partOf)?.rows() ?? []);
  const whole = rows.find((row) => row['name'] === name);
  assert(whole !== undefined, `no ${partOf} ${name}`);
  return whole['id'];
}

class Table {
  readonly #rows: Map<number, AnyRow>;
  #highestId: number;

  constructor(rows: readonly AnyRow[]) {
    this.#rows = new Map(rows.map((row) => [Number(row['id']), row]));
    this.#highestId = Math.max(0, ...this.#rows.keys());
  }

  write(change: RowChange, recorded: (row: AnyRow) => AnyRow): void {
    const { action, address, before, after } = change;
    assert((before === null) === (action === 'create'), `${address}: before of ${action}`);
    assert((after === null) === (action === 'delete'), `${address}: after of ${action}`);
    assert(before === null || this.#rows.has(before.id ?? -1), `${address}: no such row`);
    this.#highestId += 1;
    const id = before?.id ?? this.#highestId;
    if (after === null) this.#rows.delete(id);
    else this.#rows.set(id, recorded({ ...after, id }));
  }

  rows(): readonly AnyRow[] {
    return [...this.#rows.values()];
  }
}

/** The primary keys and the uniqueness of the orders, as PostgreSQL checks them at commit. */
function checkConstraints(state: RecordedState): void {
  for (const kind of ROW_KINDS) {
    const key: readonly string[] = KINDS[kind].primaryKey;
    const columns = columnsOf(kind).filter(({ column }) => key.includes(column));
    unique(kind, rowsOf(state, kind), (row) =>
      JSON.stringify(columns.map((column) => row[recordedName(column)])),
    );
  }
  unique('dimension.ordinality', state.dimensions, ({ ordinality }) => `${ordinality}`);
}

function unique<Row>(what: string, rows: readonly Row[], key: (row: Row) => string): void {
  const keys = rows.map(key);
  assert(new Set(keys).size === keys.length, `${what} is not unique: ${keys.join(', ')}`);
}
