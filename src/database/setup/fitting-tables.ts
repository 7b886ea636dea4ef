/** The shape that the published tables must have, so that tools of Bagger and this one agree. */
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';

interface Column {
  readonly name: string;
  /** As PostgreSQL's format_type writes it. */
  readonly type: string;
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
}

const TIME_BOUND =
  'valid_from timestamp without time zone, valid_until timestamp without time zone';

const INTERFACE_TABLES: readonly Table[] = [
  table('time_bound', TIME_BOUND, ''),
  table(
    'postgres_instance',
    'id integer, host character varying, port integer, username character varying, status smallint',
    'host, port',
  ),
  table('servermap', 'id integer, server_map json', 'id'),
  table(
    'dimension',
    `${TIME_BOUND}, id integer, ordinality integer, default_val character varying, ` +
      'fieldname character varying',
    'fieldname',
  ),
  table(
    'index',
    `${TIME_BOUND}, id integer, indexname character varying(16), ` +
      'access_method character varying, tablespc character varying',
    'indexname',
  ),
  table(
    'index_field',
    `${TIME_BOUND}, id integer, index_id integer, ordinality integer, expression character varying`,
    'index_id, ordinality',
  ),
  table('config', 'id integer, key text, value json', 'key'),
];

function table(name: string, columns: string, primaryKey: string): Table {
  return {
    name,
    columns: columns.split(', ').map((column) => {
      const space = column.indexOf(' ');
      return { name: column.slice(0, space), type: column.slice(space + 1) };
    }),
    primaryKey: primaryKey === '' ? [] : primaryKey.split(', '),
  };
}

const FOUND_COLUMNS = `
  SELECT c.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
         coalesce(a.attnum = ANY (i.indkey), false)
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
   WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'storage')
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

/**
 * Tables that exist must fit; absent ones are for the schema files to make. Columns beyond ours
 * are allowed. Throws `database-error` that names every table and column that does not fit.
 */
export async function requireFittingTables(client: Client): Promise<void> {
  const { rows } = await client.query<[string, string, string, boolean]>({
    text: FOUND_COLUMNS,
    rowMode: 'array',
  });
  const problems = INTERFACE_TABLES.flatMap((expected) => {
    const found = rows.filter(([name]) => name === expected.name);
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
  const problems = expected.columns.flatMap(({ name, type }) => {
    const actual = types.get(name);
    if (actual === undefined) return [`storage.${expected.name} lacks column ${name}`];
    if (actual === type) return [];
    return [`storage.${expected.name}.${name} is ${actual}, expected ${type}`];
  });
  const key = found.filter(([, , , inKey]) => inKey).map(([, column]) => column);
  if ([...key].sort().join() !== [...expected.primaryKey].sort().join()) {
    const wanted = expected.primaryKey.join(', ') || 'none';
    problems.push(
      `the primary key of storage.${expected.name} is (${key.join(', ')}), expected (${wanted})`,
    );
  }
  return problems;
}
