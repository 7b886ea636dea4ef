/** One statement per table and action, each fed a JSON array of rows as its only parameter. */
import { type Column, holdsText, isPlace, sqlType } from '../model/columns.js';
import { columnsOf, KINDS, type RowKind } from '../model/kinds.js';

export type Write = 'delete' | 'update' | 'insert';

export interface WriteStatement {
  readonly text: string;
  /** Names the rows in the message for an unexpected row count. */
  readonly what: string;
}

/**
 * The rows of the parameter have the attributes of a plan as members, but a status as its number.
 * JSON text is sent as a string and becomes json only in the table: no number is converted, and the
 * text is stored as it was written.
 */
export function writeStatement(write: Write, kind: RowKind): WriteStatement {
  const table = `storage.${KINDS[kind].table}`;
  switch (write) {
    case 'delete':
      return { what: `deletions from ${table}`, text: deletion(table) };
    case 'update':
      return { what: `updates of ${table}`, text: update(table, kind) };
    case 'insert':
      return { what: `new rows of ${table}`, text: insertion(table, kind) };
  }
}

function deletion(table: string): string {
  return `
    DELETE FROM ${table}
     WHERE id IN (SELECT r.id FROM json_to_recordset($1::json) AS r (id int))`;
}

function update(table: string, kind: RowKind): string {
  const columns = columnsOf(kind).filter(({ type }) => type !== 'id');
  const assignments = columns.map((column) => `${column.column} = ${sourceOf(column)}`);
  return `
    UPDATE ${table} AS t SET ${assignments.join(', ')}
      FROM ${planned(kind, columnsOf(kind))}
     WHERE t.id = r.id`;
}

/** Parts in order, so that ids follow their places: a join returns them in any. */
function insertion(table: string, kind: RowKind): string {
  const columns = columnsOf(kind).filter(({ type }) => type !== 'id');
  const places = columns.filter(isPlace);
  return `
    INSERT INTO ${table} (${columns.map(({ column }) => column).join(', ')})
    SELECT ${columns.map(sourceOf).join(', ')}
      FROM ${planned(kind, columns)}
     ${KINDS[kind].partOf === null ? '' : `ORDER BY ${places.map(sourceOf).join(', ')}`}`;
}

/** The rows of the parameter as `r`, and as `whole` the row that each of them is a part of. */
function planned(kind: RowKind, columns: readonly Column[]): string {
  const members = columns.map((column) => `"${column.attribute}" ${parameterType(column)}`);
  const rows = `json_to_recordset($1::json) AS r (${members.join(', ')})`;
  const { partOf } = KINDS[kind];
  if (partOf === null) return rows;
  const { table, primaryKey } = KINDS[partOf];
  return `${rows} JOIN storage.${table} AS whole ON whole.${primaryKey[0]} = r."${partOf}"`;
}

/** Characters are read as text: a value that is too long must fail, not be truncated. */
function parameterType(column: Column): string {
  const { type } = column;
  return type === 'whole' || type === 'json' || holdsText(column) ? 'text' : sqlType(type);
}

function sourceOf({ attribute, type }: Column): string {
  if (type === 'whole') return 'whole.id';
  return type === 'json' ? `r."${attribute}"::json` : `r."${attribute}"`;
}
