/**
 * The statements that bring a node's own table to published records. Each is fed record texts: the
 * server reads their values, so that numbers and JSON keep their digits.
 * Decision D91 in src/README.md.
 */
import { type Column, holdsText } from '../../model/columns.js';
import { assert } from '../../model/errors.js';
import { columnsOf, KINDS, type Kind } from '../../model/kinds.js';

/** `storage.config`; names of our tables need no quotes. */
export function nodeTable(kind: Kind): string {
  return `storage.${KINDS[kind].table}`;
}

/** How many rows the table has. */
export function countRows(kind: Kind): string {
  return `SELECT count(*)::int FROM ${nodeTable(kind)}`;
}

/** The text of a number that fits `bigint`; other clients may write keys without one. */
const WHOLE = /^-?\d{1,18}$/;

/** The value of the id, by which a row is found. */
const ID = 'r."id"';

/** A column that is written, quoted, and its value of a record. */
export interface WrittenColumn {
  readonly name: string;
  /** In terms of `r`, whose `lenkwerk_json` is the text of a JSON value. */
  readonly value: string;
}

/**
 * The rows of the records in a parameter, a text[], as `r`, which `r.lenkwerk_at` counts from 1.
 * `texts`: a parameter with `r.lenkwerk_json` of each. OFFSET 0 keeps the server from reading a
 * record for each row that it is compared with: it plans the records first, as one list.
 * https://www.postgresql.org/docs/current/queries-table-expressions.html
 */
function rowsOf(kind: Kind, records: string, texts?: string): string {
  const lists = texts === undefined ? [records] : [records, texts];
  const names = ['record', 'json'].slice(0, lists.length).join(', ');
  const unnested = lists.map((list) => `pg_catalog.unnest(${list}::text[])`).join(', ');
  const json = texts === undefined ? '' : ', v.json AS lenkwerk_json';
  const populate = `pg_catalog.json_populate_record(NULL::${nodeTable(kind)}, v.record::json)`;
  return `(SELECT r.*, v.at AS lenkwerk_at${json}
    FROM ROWS FROM (${unnested}) WITH ORDINALITY AS v (${names}, at)
    CROSS JOIN LATERAL ${populate} AS r
    OFFSET 0) AS r`;
}

/**
 * $1: records, $2: the texts of their JSON values. The places, from 1, of those that no row shows
 * with exactly these columns.
 */
export function selectDiffering(kind: Kind, columns: readonly WrittenColumn[]): string {
  const row = (parts: readonly string[]) => `ROW(${parts.join(', ')})::text`;
  const found = row(columns.map(({ name }) => `c.${name}`));
  return `SELECT r.lenkwerk_at::int FROM ${rowsOf(kind, '$1', '$2')}
    LEFT JOIN ${nodeTable(kind)} AS c ON c.id = r.id
   WHERE c.id IS NULL OR ${found} <> ${row(columns.map(({ value }) => value))} ORDER BY r.lenkwerk_at`;
}

/** $1: keys of all records. The keys of rows that have no record; `key`: their expression. */
export function selectStrays(kind: Kind, key: string): string {
  return `SELECT ${key} FROM ${nodeTable(kind)} EXCEPT SELECT pg_catalog.unnest($1::text[])`;
}

/** The key column by which rows are found: each has an index that begins with it. */
function firstColumn(kind: Kind): Column {
  const column = columnsOf(kind).find((one) => one.column === KINDS[kind].record.columns[0]);
  assert(column !== undefined, 'only keys of rows that are no generations are looked up');
  return column;
}

/** Of the values of the first key column, as keys have them, those that a row may have. */
export function firstValues(kind: Kind, found: readonly string[]): readonly string[] {
  const values = [...new Set(found)];
  return holdsText(firstColumn(kind)) ? values : values.filter((value) => WHOLE.test(value));
}

/** $1: keys, $2: their first values. `key`: the expression of the key, which no index knows. */
function isAtKey(kind: Kind, key: string): string {
  const column = firstColumn(kind);
  const type = holdsText(column) ? 'text' : 'bigint';
  return `${column.column} = ANY ($2::${type}[]) AND ${key} = ANY ($1::text[])`;
}

/** The same. The rows go, so that what they are part of can go. */
export function deleteParts(kind: Kind, key: string): string {
  return `DELETE FROM ${nodeTable(kind)} WHERE ${isAtKey(kind, key)}`;
}

/** $1: the record of the current generation, if there is one. Rows that are newer are none. */
const NEWER_GENERATIONS = `FROM storage.servermap AS c
   WHERE NOT EXISTS (SELECT FROM ${rowsOf('servermap', '$1')} WHERE c.id <= r.id)`;

/** The same. One row where there is a newer one. */
export const SELECT_NEWER_GENERATION = `SELECT ${NEWER_GENERATIONS} LIMIT 1`;
/** The same. Older ones stay: they say where data lies that was written under them. */
export const DELETE_NEWER_GENERATIONS = `DELETE ${NEWER_GENERATIONS}`;

/**
 * The same, $3: records. The rows at these keys go, but for those that a record keeps by its id.
 * Of these, rows whose primary key changes give theirs up: another record may take it, and the
 * constraint is checked row by row.
 */
export function clearRows(kind: Kind, key: string): string {
  const table = nodeTable(kind);
  const { primaryKey } = KINDS[kind];
  const column = columnsOf(kind).find((one) => one.column === primaryKey[0] && holdsText(one));
  assert(column !== undefined, 'the keys of rows that are no part of others begin with a text');
  const own = (row: string) =>
    `ROW(${primaryKey.map((name) => `${row}.${name}`).join(', ')})::text`;
  return `WITH gone AS (
      DELETE FROM ${table} WHERE ${isAtKey(kind, key)}
         AND NOT EXISTS (SELECT FROM ${rowsOf(kind, '$3')} WHERE r.id = ${table}.id))
    UPDATE ${table} AS c SET ${column.column} = pg_catalog.chr(1) || c.id
      FROM ${rowsOf(kind, '$3')} WHERE c.id = r.id AND ${own('c')} <> ${own('r')}`;
}

/** As selectDiffering. Rows keep their place by their id, as others may refer to them. */
export function saveRows(kind: Kind, columns: readonly WrittenColumn[]): string {
  const names = columns.map(({ name }) => name);
  const updated = columns.filter(({ value }) => value !== ID).map(({ name }) => name);
  const updates = updated.map((name) => `${name} = excluded.${name}`);
  return `INSERT INTO ${nodeTable(kind)} (${names.join(', ')})
    SELECT ${columns.map(({ value }) => value).join(', ')} FROM ${rowsOf(kind, '$1', '$2')}
    ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')}`;
}
