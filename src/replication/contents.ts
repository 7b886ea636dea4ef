/**
 * What the text of a table's rows depends on beside the names and types of its columns. DDL may
 * change every row and leave those: a rewritten table has another file, another table under the
 * name another oid, a column that was added again another number. Enumerations and composite types,
 * also inside of other types, change the text of their values without any change of the table.
 * Unique indexes decide how the changes of a transaction are read: where one is checked at the
 * commit only, two rows may hold one key before it. One that was replaced has another oid.
 */
import type { Client } from 'pg';

const CONTENTS = `
  WITH RECURSIVE columns AS (
    SELECT c.relname, c.oid, c.relfilenode, a.attname, a.attnum, a.atttypid
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
     WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind = 'r'
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
  types (relname, type) AS (
    SELECT relname, atttypid FROM columns
     UNION
    SELECT types.relname, part.type
      FROM types JOIN pg_catalog.pg_type AS t ON t.oid = types.type
     CROSS JOIN LATERAL (
       SELECT t.typelem UNION ALL SELECT t.typbasetype UNION ALL
       SELECT r.rngsubtype FROM pg_catalog.pg_range AS r
        WHERE t.oid IN (r.rngtypid, r.rngmultitypid) UNION ALL
       SELECT a.atttypid FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS part (type)
     WHERE part.type <> 0)
  SELECT relname,
         concat_ws(';', oid, relfilenode,
           (SELECT string_agg(concat_ws(' ', i.indexrelid, i.indimmediate), ','
                              ORDER BY i.indexrelid)
              FROM pg_catalog.pg_index AS i
             WHERE i.indrelid = columns.oid AND i.indisunique),
           string_agg(concat(attnum, ' ', pg_catalog.quote_ident(attname)), ',' ORDER BY attnum),
           (SELECT string_agg(concat(e.oid, ' ', pg_catalog.quote_ident(e.enumlabel)), ','
                              ORDER BY e.oid)
              FROM types JOIN pg_catalog.pg_enum AS e ON e.enumtypid = types.type
             WHERE types.relname = columns.relname),
           (SELECT string_agg(concat_ws(' ', t.oid, a.attnum, a.atttypid), ','
                              ORDER BY t.oid, a.attnum)
              FROM types
              JOIN pg_catalog.pg_type AS t ON t.oid = types.type
              JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.typrelid
             WHERE types.relname = columns.relname
               AND a.attnum > 0 AND NOT a.attisdropped)) AS contents
    FROM columns GROUP BY relname, oid, relfilenode`;

/** By table, for those that exist: a text that changes whenever the rows may have other texts. */
export async function readContents(
  client: Client,
  schema: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ relname: string; contents: string }>(CONTENTS, [
    schema,
    names,
  ]);
  return new Map(rows.map(({ relname, contents }) => [relname, contents]));
}
