/**
 * A plan as equivalent SQL, for reviewers. An apply does not run this script: it locks, plans
 * again, and checks its result.
 */
import { type Column, isPlace } from '../../model/columns.js';
import { columnsOf, KINDS, ROW_KINDS, type RowKind } from '../../model/kinds.js';
import { type AnyRow, INSTANCE_STATUSES } from '../../model/resources.js';
import { INSERT_GENERATION } from '../../model/servermap.js';
import { breakCommandMarks, printable, replaceHidden } from '../../model/text.js';
import type { Change, RowChange, ServermapAttributes } from '../../planning/change.js';
import type { Plan } from '../../planning/plan.js';
import { partialLines, summaryLine } from './ending.js';

const STATUSES: readonly AnyRow[string][] = INSTANCE_STATUSES;

/** Column names and literals. */
type Columns = readonly (readonly [column: string, literal: string])[];

/** One transaction with a statement per change, newline at the end. */
export function planSql(plan: Plan): string {
  const header = [
    `-- ${summaryLine(plan.summary)}`,
    `-- For review, against ${printable(plan.cluster.database)} as of ${printable(plan.base)}.`,
    ...partialLines(plan.partial).map((line) => `-- ${line}`),
  ];
  const statements = plan.changes.map((change) => {
    const comment = `-- ${printable(change.address)}: ${printable(change.reason)}`;
    return `${comment.trimEnd()}\n${statement(change)}`;
  });
  return `${[header.join('\n'), 'BEGIN;', ...statements, 'COMMIT;'].join('\n\n')}\n`;
}

function statement(change: Change): string {
  if (change.kind !== 'servermap') return rowStatement(change);
  return change.after === null ? '-- nothing to write' : newServermap(change.after);
}

function rowStatement({ kind, before, after }: RowChange): string {
  const table = `storage.${KINDS[kind].table}`;
  if (before === null) {
    return after === null ? '-- nothing to write' : insert(table, literals(kind, after));
  }
  const where = before.id === undefined ? equations(keyOf(kind, before)) : [`id = ${before.id}`];
  if (after === null) return `DELETE FROM ${table} WHERE ${where.join(' AND ')};`;
  const changed = differing(kind, before, after);
  if (changed.length === 0) return '-- nothing to write';
  const set = equations(literals(kind, after, changed));
  return `UPDATE ${table} SET ${set.join(', ')} WHERE ${where.join(' AND ')};`;
}

/** The columns without the id, and with the place before the value at it. */
const WRITTEN: ReadonlyMap<RowKind, readonly Column[]> = new Map(
  ROW_KINDS.map((kind) => {
    const columns = columnsOf(kind).filter(({ type }) => type !== 'id');
    return [kind, [...new Set([...columns.filter(isPlace), ...columns])]];
  }),
);

function writtenColumns(kind: RowKind): readonly Column[] {
  return WRITTEN.get(kind) ?? [];
}

function differing(kind: RowKind, before: AnyRow, after: AnyRow): readonly Column[] {
  return writtenColumns(kind).filter(({ attribute }) => before[attribute] !== after[attribute]);
}

function literals(kind: RowKind, row: AnyRow, columns = writtenColumns(kind)): Columns {
  return columns.map((column) => [column.column, literal(kind, column, row[column.attribute])]);
}

/** Finds the row when its id is not part of the plan. */
function keyOf(kind: RowKind, row: AnyRow): Columns {
  const key: readonly string[] = KINDS[kind].primaryKey;
  return literals(kind, row).filter(([column]) => key.includes(column));
}

function literal(kind: RowKind, { type }: Column, value: AnyRow[string]): string {
  if (value === null || value === undefined) return 'NULL';
  if (type === 'status') return String(STATUSES.indexOf(value));
  if (type === 'whole') return idOfWhole(kind, String(value));
  return typeof value === 'number' ? String(value) : sqlText(value);
}

function idOfWhole(kind: RowKind, name: string): string {
  const { partOf } = KINDS[kind];
  if (partOf === null) return 'NULL';
  const { table, primaryKey } = KINDS[partOf];
  return `(SELECT id FROM storage.${table} WHERE ${primaryKey[0]} = ${sqlText(name)})`;
}

function insert(table: string, columns: Columns): string {
  const names = columns.map(([column]) => column).join(', ');
  const values = columns.map(([, value]) => value).join(', ');
  return `INSERT INTO ${table} (${names})\nVALUES (${values});`;
}

function equations(columns: Columns): readonly string[] {
  return columns.map(([column, value]) => `${column} = ${value}`);
}

/** Generations are only added. The script looks up the ids of the ring's instances. */
function newServermap(servermap: ServermapAttributes): string {
  if (servermap.algorithm === 'literal') {
    return `${INSERT_GENERATION}\nVALUES (${sqlText(servermap.map)});`;
  }
  const rows = servermap.entries.map(({ key, schaufel, copies }, i) => {
    const places = copies.map(instanceReference).join(', ');
    const value = `json_build_object('schaufel', ${instanceReference(schaufel)}, 'copies', json_build_array(${places}))`;
    return `  (${i + 1}, ${sqlText(key)}, ${value})`;
  });
  return [
    INSERT_GENERATION,
    'SELECT json_object_agg(entry.key, entry.value ORDER BY entry.place)',
    'FROM (VALUES',
    ["  (0, 'version', '1'::json)", ...rows].join(',\n'),
    ') AS entry (place, key, value);',
  ].join('\n');
}

function instanceReference(name: string): string {
  const colon = name.lastIndexOf(':');
  const host = sqlText(name.slice(0, colon));
  const port = Number(name.slice(colon + 1));
  const record = "json_build_object('id', id, 'host', host, 'port', port)";
  return `(SELECT ${record} FROM storage.postgres_instance WHERE host = ${host} AND port = ${port})`;
}

// Values as SQL literals that do not depend on the session's settings.

/**
 * A text literal in one line of visible characters.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 */
function sqlText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (!quoted.includes('\\') && printable(quoted) === quoted) return `'${quoted}'`;
  const escaped = replaceHidden(quoted.replaceAll('\\', '\\\\'), escapeCharacter);
  return `E'${breakCommandMarks(escaped)}'`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}
