/** The shape of the published tables that Bagger's tools and this one require. */
import type { Client } from 'pg';
import { type Column, sqlType, TIME_BOUND } from '../../model/columns.js';
import { LenkwerkError } from '../../model/errors.js';
import { KIND_NAMES, KINDS } from '../../model/kinds.js';
import { toLenkwerkError } from '../../postgres/errors.js';

interface Table {
  readonly table: string;
  readonly columns: readonly Pick<Column, 'column' | 'type'>[];
  readonly primaryKey: readonly string[];
}

const INTERFACE_TABLES: readonly Table[] = [
  { table: 'time_bound', columns: TIME_BOUND, primaryKey: [] },
  ...KIND_NAMES.map((kind) => KINDS[kind]),
];

const FOUND_COLUMNS = `
  SELECT c.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
         coalesce(a.attnum = ANY (i.indkey), false)
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
   WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'storage')
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

/**
 * Existing tables must fit; the schema files create absent ones. Further columns are allowed.
 * Throws `database-error` that names every table and column that does not fit, and database
 * failures.
 */
export async function requireFittingTables(client: Client): Promise<void> {
  const query = { text: FOUND_COLUMNS, rowMode: 'array' } as const;
  const { rows } = await client
    .query<[string, string, string, boolean]>(query)
    .catch((error: unknown) => {
      throw toLenkwerkError(error);
    });
  const problems = INTERFACE_TABLES.flatMap((expected) => {
    const found = rows.filter(([table]) => table === expected.table);
    return found.length === 0 ? [] : tableProblems(expected, found);
  });
  if (problems.length > 0) {
    throw new LenkwerkError(
      'database-error',
      `schema storage does not fit, nothing was changed: ${problems.join('; ')}`,
      { hint: 'is this the database of a Bagger cluster?' },
    );
  }
}

function tableProblems(
  expected: Table,
  found: readonly (readonly [string, string, string, boolean])[],
): string[] {
  const types = new Map(found.map(([, column, type]) => [column, type]));
  const problems = expected.columns.flatMap(({ column, type }) => {
    const actual = types.get(column);
    if (actual === undefined) return [`storage.${expected.table} lacks column ${column}`];
    if (actual === sqlType(type)) return [];
    return [`storage.${expected.table}.${column} is ${actual}, expected ${sqlType(type)}`];
  });
  const key = found.filter(([, , , inKey]) => inKey).map(([, column]) => column);
  if ([...key].sort().join() !== [...expected.primaryKey].sort().join()) {
    const wanted = expected.primaryKey.join(', ') || 'none';
    problems.push(
      `the primary key of storage.${expected.table} is (${key.join(', ')}), expected (${wanted})`,
    );
  }
  return problems;
}
