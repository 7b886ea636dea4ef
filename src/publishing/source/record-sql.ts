/**
 * The keys and records of record-codec.ts, encoded by PostgreSQL to the same bytes: whole tables
 * are read in half the time when the server encodes them.
 * Decision D25 in src/README.md.
 */
import type { Client } from 'pg';
import type { TableName } from '../../model/resources.js';
import type { Column } from '../../replication/change-source.js';
import { type KeySpace, keyColumns } from '../records/key-space.js';
import { type Encoding, encodingOf, fieldHead } from '../records/record-codec.js';

/** From a quoted column to its text as JSON, or null. */
const ENCODERS: Readonly<Record<Encoding, (column: string) => string>> = {
  verbatim: (column) => `${column}::pg_catalog.text`,
  // As a text it is `true`, unlike in the stream.
  boolean: (column) => `${column}::pg_catalog.text`,
  // NaN and the infinities become strings.
  number: (column) => `pg_catalog.to_json(${column})::pg_catalog.text`,
  // `format` returns the text of the stream; casts differ for some types. It does not return null,
  // and IS NULL is also true for a row of nulls.
  string: (column) =>
    `CASE pg_catalog.num_nulls(${column}) WHEN 0
       THEN pg_catalog.to_json(pg_catalog.format('%s', ${column}))::pg_catalog.text END`,
};

type Quoting = Pick<Client, 'escapeIdentifier' | 'escapeLiteral'>;

/** An expression of type text over the columns of a row, whose value is the record. */
export function recordExpression(quoting: Quoting, columns: readonly Column[]): string {
  const fields = columns.map((column, index) => {
    const json = ENCODERS[encodingOf(column.typeOid)](quoting.escapeIdentifier(column.name));
    return `${quoting.escapeLiteral(fieldHead(column, index))} || COALESCE(${json}, 'null')`;
  });
  return `${fields.join(' || ')} || '}'`;
}

/** The same for its key; null when a column of the key is null. */
export function keyExpression(quoting: Quoting, table: TableName, keySpace: KeySpace): string {
  const folder = quoting.escapeLiteral(keySpace.recordKey(table, ['']));
  const columns = keyColumns(table).map((name) => quoting.escapeIdentifier(name));
  return `CASE pg_catalog.num_nulls(${columns.join(', ')}) WHEN 0
    THEN pg_catalog.concat(${folder}, ${columns.join(", '/', ")}) END`;
}
