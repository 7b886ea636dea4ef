/** Rows as the JSON objects that consumers feed to json_populate_record. */

import { assert, LenkwerkError, ResyncRequired } from '../../model/errors.js';
import { TABLES, type TableName } from '../../model/resources.js';
import type { Column, Relation, Row } from '../../replication/change-source.js';
import { type KeySpace, keyColumns } from './key-space.js';

/** The schema of the published tables. */
export const PUBLISHED_SCHEMA = 'storage';

/** A row's values in the order of its relation's columns, as PostgreSQL's text. */
export type Values = readonly (string | null)[];

/**
 * pg_type.oid of the types whose text is not simply a JSON string.
 * https://www.postgresql.org/docs/current/catalog-pg-type.html
 */
const OID = { bool: 16, int8: 20, int2: 21, int4: 23, json: 114, jsonb: 3802 } as const;
const NUMERIC_OIDS: ReadonlySet<number> = new Set([700, 701, 1700]);
const VERBATIM_OIDS: ReadonlySet<number> = new Set([
  OID.int2,
  OID.int4,
  OID.int8,
  OID.json,
  OID.jsonb,
]);
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** How a value is encoded in JSON; record-sql.ts has the same in SQL. */
export type Encoding =
  /** Its text is JSON already. */
  | 'verbatim'
  | 'boolean'
  /** A number where JSON has it: NaN and the infinities are strings. */
  | 'number'
  | 'string';

/** Encodes the rows of one relation as records. */
export interface RecordCodec {
  readonly table: TableName;
  key(values: Values): string;
  /** The value of the `id` column: keys may move from row to row, ids never. */
  id(values: Values): string;
  encode(values: Values): string;
  /** The values of a row of the stream; throws `resync-required` if one is not in the stream. */
  values(row: Row): Values;
}

/** The table of a relation; undefined for a relation that is not published as records. */
export function tableOf(relation: Relation): TableName | undefined {
  if (relation.schema !== PUBLISHED_SCHEMA) return undefined;
  return TABLES.find((table) => table === relation.name);
}

/** Throws `database-not-initialised` when a column of the key is missing. */
export function createCodec(
  table: TableName,
  columns: readonly Column[],
  keySpace: KeySpace,
): RecordCodec {
  const keyIndexes = keyColumns(table).map((name) => indexOf(name, table, columns));
  const idIndex = indexOf('id', table, columns);
  return {
    table,
    key: (values) =>
      keySpace.recordKey(
        table,
        keyIndexes.map((index) => present(values, index)),
      ),
    id: (values) => present(values, idIndex),
    encode: recordEncoder(columns),
    values: (row) => columns.map((column) => streamed(row[column.name], table, column.name)),
  };
}

/** Throws `database-not-initialised` when a column of the key or the id is missing. */
export function requireColumns(table: TableName, columns: readonly Column[]): void {
  for (const name of ['id', ...keyColumns(table)]) indexOf(name, table, columns);
}

function indexOf(name: string, table: TableName, columns: readonly Column[]): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index >= 0) return index;
  const message = `${PUBLISHED_SCHEMA}.${table} has no column ${name}`;
  throw new LenkwerkError('database-not-initialised', message, { hint: 'run `lenkwerk init`' });
}

/**
 * The record of one row: a JSON object in column order, integers as numbers, JSON columns as their
 * exact text, everything else as a string.
 */
export function encodeRecord(columns: readonly Column[], values: Values): string {
  return recordEncoder(columns)(values);
}

function recordEncoder(columns: readonly Column[]): (values: Values) => string {
  const fields = columns.map((column, index) => ({
    head: fieldHead(column, index),
    encode: ENCODERS[encodingOf(column.typeOid)],
  }));
  return (values) => {
    let text = '';
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index];
      const value = values[index];
      assert(field !== undefined && value !== undefined, 'a row has as many values as columns');
      text += field.head + (value === null ? 'null' : field.encode(value));
    }
    return `${text}}`;
  };
}

/** The text before the value of the column at `index`. */
export function fieldHead({ name }: Column, index: number): string {
  return `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`;
}

/** `typeOid`: pg_type.oid. */
export function encodingOf(typeOid: number): Encoding {
  if (VERBATIM_OIDS.has(typeOid)) return 'verbatim';
  if (typeOid === OID.bool) return 'boolean';
  return NUMERIC_OIDS.has(typeOid) ? 'number' : 'string';
}

const ENCODERS: Readonly<Record<Encoding, (text: string) => string>> = {
  verbatim: (text) => text,
  boolean: (text) => (text === 't' ? 'true' : 'false'),
  number: (text) => (JSON_NUMBER.test(text) ? text : JSON.stringify(text)),
  string: (text) => JSON.stringify(text),
};

function present(values: Values, index: number): string {
  const value = values[index];
  assert(typeof value === 'string', 'key columns and ids are never null');
  return value;
}

function streamed(value: string | null | undefined, table: string, column: string): string | null {
  if (value !== undefined) return value;
  const message = `${PUBLISHED_SCHEMA}.${table}: the stream does not hold column ${column}`;
  throw new ResyncRequired('no-column', message);
}
