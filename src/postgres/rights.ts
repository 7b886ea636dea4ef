/** Whether the role of a session has rights on objects, and the statements that grant them. */
import { escapeIdentifier } from 'pg';

export interface Right {
  readonly privilege: 'CREATE' | 'USAGE' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'EXECUTE';
  readonly kind: 'DATABASE' | 'SCHEMA' | 'TABLE' | 'FUNCTION';
  /** `storage`, `storage.config`, `lenkwerk.barrier(text)`; of a database: as SQL has its name. */
  readonly object: string;
}

/**
 * An expression, the JSON of a list: for each right of `rightsValues`, which are the first three
 * parameters, whether the role that acts has it; null where there is no such object. Objects are
 * looked up in the catalog, since their names are not resolved without USAGE of the schema. A table
 * whose columns are each readable can be read. A database is that of the session.
 */
export const HELD_RIGHTS = `(
  WITH wanted AS (
    SELECT w.*, pg_catalog.split_part(w.object, '.', 1) AS nsp,
           pg_catalog.split_part(pg_catalog.split_part(w.object, '.', 2), '(', 1) AS name
      FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]),
                      pg_catalog.unnest($3::text[]))
           WITH ORDINALITY AS w (privilege, kind, object, at))
  SELECT pg_catalog.json_agg(CASE w.kind
    WHEN 'DATABASE' THEN
      pg_catalog.has_database_privilege(pg_catalog.current_database(), w.privilege)
    WHEN 'SCHEMA' THEN (
      SELECT pg_catalog.has_schema_privilege(oid, w.privilege)
        FROM pg_catalog.pg_namespace WHERE nspname = w.nsp)
    WHEN 'TABLE' THEN (
      SELECT CASE w.privilege
        WHEN 'SELECT' THEN (
          SELECT bool_and(pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'))
            FROM pg_catalog.pg_attribute AS a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
        ELSE pg_catalog.has_table_privilege(c.oid, w.privilege) END
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname = w.nsp AND c.relname = w.name)
    ELSE (
      SELECT bool_and(pg_catalog.has_function_privilege(p.oid, w.privilege))
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
       WHERE n.nspname = w.nsp AND p.proname = w.name)
    END ORDER BY w.at)::text FROM wanted AS w)`;

/** The first three parameters of a query with HELD_RIGHTS. */
export function rightsValues(rights: readonly Right[]): readonly (readonly string[])[] {
  return [
    rights.map(({ privilege }) => privilege),
    rights.map(({ kind }) => kind),
    rights.map(({ object }) => object),
  ];
}

/** What the role has of each right: true, false; null where there is no such object. */
export type Held<Item extends Right> = ReadonlyMap<Item, boolean | null>;

/** Takes the column that HELD_RIGHTS gives. */
export function heldRights<Item extends Right>(
  rights: readonly Item[],
  column: string | undefined,
): Held<Item> {
  const found: readonly (boolean | null)[] = JSON.parse(column ?? '[]');
  return new Map(rights.map((right, at) => [right, found[at] ?? null]));
}

/** `USAGE on schema storage`, `EXECUTE on lenkwerk.barrier`. */
export function nameOfRight({ privilege, kind, object }: Right): string {
  if (kind === 'DATABASE') return `${privilege} on database ${object}`;
  const [name = ''] = object.split('(');
  return `${privilege} on ${kind === 'SCHEMA' ? 'schema ' : ''}${name}`;
}

const MAX_NAMED = 3;

/** The first few, and how many more. */
export function nameRights(rights: readonly Right[]): string {
  const names = rights.map(nameOfRight);
  const more = names.length > MAX_NAMED ? `, and ${names.length - MAX_NAMED} more rights` : '';
  return `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
}

/** `GRANT` statements for these rights to a role, one for each privilege and kind. */
export function grantStatements(rights: readonly Right[], role: string): readonly string[] {
  const objects = new Map<string, string[]>();
  for (const { privilege, kind, object } of rights) {
    const what = `${privilege} ON ${kind}`;
    objects.set(what, [...(objects.get(what) ?? []), object]);
  }
  const to = escapeIdentifier(role);
  return [...objects].map(([what, named]) => `GRANT ${what} ${named.join(', ')} TO ${to}`);
}
