/** The six tables, and their keys and records as the interface describes them. */
import { TABLES, type TableName } from '../../../src/model/resources.js';
import { fingerprint } from '../../../src/publishing/records/published-tables.js';
import type { Column } from '../../../src/replication/change-source.js';

/** Values as PostgreSQL's text. */
export interface TableRow {
  readonly id: string;
  readonly [column: string]: string | null;
}

export type Operation =
  | { readonly kind: 'insert'; readonly table: TableName; readonly row: TableRow }
  | {
      readonly kind: 'update';
      readonly table: TableName;
      readonly old: TableRow;
      readonly row: TableRow;
    }
  | { readonly kind: 'delete'; readonly table: TableName; readonly old: TableRow }
  | { readonly kind: 'truncate'; readonly table: TableName }
  /** Adds a column: nothing of it shows in the stream. */
  | { readonly kind: 'alter'; readonly table: TableName }
  | { readonly kind: 'message'; readonly prefix: string; readonly content: string };

type Shapes = ReadonlyMap<TableName, readonly Column[]>;
/** Rows by id, by table. */
type Rows = ReadonlyMap<TableName, ReadonlyMap<string, TableRow>>;

export interface State {
  readonly shapes: Shapes;
  readonly rows: Rows;
}

const OIDS = { int2: 21, int4: 23, text: 25, json: 114, varchar: 1043, timestamp: 1114 } as const;
const VERBATIM: ReadonlySet<number> = new Set([OIDS.int2, OIDS.int4, OIDS.json]);

function columns(types: Readonly<Record<string, keyof typeof OIDS>>): readonly Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, typeOid: OIDS[type] }));
}

const BOUNDS = { valid_from: 'timestamp', valid_until: 'timestamp' } as const;

const FIRST_SHAPES: Shapes = new Map([
  ['config', columns({ id: 'int4', key: 'text', value: 'json' })],
  [
    'postgres_instance',
    columns({ id: 'int4', host: 'varchar', port: 'int4', username: 'varchar', status: 'int2' }),
  ],
  ['servermap', columns({ id: 'int4', server_map: 'json' })],
  [
    'dimension',
    columns({
      ...BOUNDS,
      id: 'int4',
      ordinality: 'int4',
      default_val: 'varchar',
      fieldname: 'varchar',
    }),
  ],
  [
    'index',
    columns({
      ...BOUNDS,
      id: 'int4',
      indexname: 'varchar',
      access_method: 'varchar',
      tablespc: 'varchar',
    }),
  ],
  [
    'index_field',
    columns({ ...BOUNDS, id: 'int4', index_id: 'int4', ordinality: 'int4', expression: 'varchar' }),
  ],
]);

export const FIRST_STATE: State = {
  shapes: FIRST_SHAPES,
  rows: new Map(TABLES.map((table) => [table, new Map()])),
};

export function rowsOf(state: State, table: TableName): readonly TableRow[] {
  return [...(state.rows.get(table)?.values() ?? [])];
}

export function columnsOf(state: State, table: TableName): readonly Column[] {
  return state.shapes.get(table) ?? [];
}

const prints = new WeakMap<readonly Column[], string>();

/** The product's fingerprint of the columns: computed once. */
export function printOf(columns: readonly Column[]): string {
  const known = prints.get(columns) ?? fingerprint(columns);
  prints.set(columns, known);
  return known;
}

/**
 * The columns that a table has, or had, with that fingerprint. Columns are only added: every former
 * shape is a beginning of the present one.
 */
export function columnsWith(
  columns: readonly Column[],
  print: string | undefined,
): readonly Column[] | undefined {
  if (printOf(columns) === print) return columns;
  for (let count = columns.length - 1; count > 0; count -= 1) {
    const former = columns.slice(0, count);
    if (fingerprint(former) === print) return former;
  }
  return undefined;
}

/** The state after the operations of one transaction. */
export function stateAfter(before: State, operations: readonly Operation[]): State {
  const rows = new Map(before.rows);
  const shapes = new Map(before.shapes);
  const changed = new Map<TableName, Map<string, TableRow>>();
  const own = (table: TableName) => {
    const mine = changed.get(table) ?? new Map(rows.get(table));
    changed.set(table, mine);
    rows.set(table, mine);
    return mine;
  };
  for (const operation of operations) {
    switch (operation.kind) {
      case 'insert':
        own(operation.table).set(operation.row.id, operation.row);
        break;
      case 'update':
        own(operation.table).delete(operation.old.id);
        own(operation.table).set(operation.row.id, operation.row);
        break;
      case 'delete':
        own(operation.table).delete(operation.old.id);
        break;
      case 'truncate':
        own(operation.table).clear();
        break;
      case 'alter': {
        const present = shapes.get(operation.table) ?? [];
        const added = { name: `x${present.length}`, typeOid: OIDS.text };
        shapes.set(operation.table, [...present, added]);
        break;
      }
      case 'message':
        break;
    }
  }
  return { rows, shapes };
}

function keyOf(table: TableName, row: TableRow): string {
  switch (table) {
    case 'config':
      return `/Config/${row['key']}`;
    case 'postgres_instance':
      return `/PostgresInstance/${row['host']}/${row['port']}`;
    case 'servermap':
      return '/Servermap';
    case 'dimension':
      return `/Dimension/${row.id}`;
    case 'index':
      return `/Index/${row.id}`;
    case 'index_field':
      return `/Index/${row['index_id']}/${row.id}`;
  }
}

/** The table whose record a key holds; undefined: none. */
export function tableOfKey(key: string): TableName | undefined {
  const [, folder, first, second] = key.split('/');
  if (first === undefined) return folder === 'Servermap' ? 'servermap' : undefined;
  if (folder === 'Config') return 'config';
  if (folder === 'PostgresInstance') return 'postgres_instance';
  if (folder === 'Dimension') return 'dimension';
  if (folder !== 'Index') return undefined;
  return second === undefined ? 'index' : 'index_field';
}

interface Written {
  readonly shape: readonly Column[];
  readonly record: string;
}

/** Rows never change: what was written of one stays as it is. */
const written = new WeakMap<TableRow, Written>();

export function recordOf(shape: readonly Column[], row: TableRow): string {
  const known = written.get(row);
  if (known?.shape === shape) return known.record;
  const record = writeRecord(shape, row);
  written.set(row, { shape, record });
  return record;
}

function writeRecord(shape: readonly Column[], row: TableRow): string {
  const fields = shape.map(({ name, typeOid }) => {
    const text = row[name] ?? null;
    if (text === null) return `"${name}":null`;
    return `"${name}":${VERBATIM.has(typeOid) ? text : JSON.stringify(text)}`;
  });
  return `{${fields.join(',')}}`;
}

/** The generations of the servermap, the current one first. */
export function generationsOf(state: State): readonly TableRow[] {
  return rowsOf(state, 'servermap').toSorted((a, b) => Number(b.id) - Number(a.id));
}

/**
 * Everything that the store should hold. `shapes`: the columns of the records, table by table; a
 * table that it lacks is left out.
 */
export function recordsOf(state: State, shapes: Shapes = state.shapes): Map<string, string> {
  const records = new Map<string, string>();
  for (const table of TABLES) {
    const shape = shapes.get(table);
    if (shape === undefined) continue;
    const rows = table === 'servermap' ? generationsOf(state).slice(0, 1) : rowsOf(state, table);
    for (const row of rows) records.set(keyOf(table, row), recordOf(shape, row));
  }
  return records;
}
