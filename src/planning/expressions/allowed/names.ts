/** Names that storage nodes join into CREATE INDEX without quotes. */

/** What PostgreSQL reads as one name without quotes, and prints without them. */
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Words of PostgreSQL 15 to 18 that are no name of an index, access method or tablespace without
 * quotes (https://www.postgresql.org/docs/current/sql-keywords-appendix.html): the reserved ones,
 * and those that may name functions and types only.
 */
const RESERVED_WORDS: ReadonlySet<string> = new Set([
  ...['all', 'analyse', 'analyze', 'and', 'any', 'array', 'as', 'asc', 'asymmetric'],
  ...['authorization', 'binary', 'both', 'case', 'cast', 'check', 'collate', 'collation'],
  ...['column', 'concurrently', 'constraint', 'create', 'cross', 'current_catalog'],
  ...['current_date', 'current_role', 'current_schema', 'current_time', 'current_timestamp'],
  ...['current_user', 'default', 'deferrable', 'desc', 'distinct', 'do', 'else', 'end'],
  ...['except', 'false', 'fetch', 'for', 'foreign', 'freeze', 'from', 'full', 'grant', 'group'],
  ...['having', 'ilike', 'in', 'initially', 'inner', 'intersect', 'into', 'is', 'isnull'],
  ...['join', 'lateral', 'leading', 'left', 'like', 'limit', 'localtime', 'localtimestamp'],
  ...['natural', 'not', 'notnull', 'null', 'offset', 'on', 'only', 'or', 'order', 'outer'],
  ...['overlaps', 'placing', 'primary', 'references', 'returning', 'right', 'select'],
  ...['session_user', 'similar', 'some', 'symmetric', 'system_user', 'table', 'tablesample'],
  ...['then', 'to', 'trailing', 'true', 'union', 'unique', 'user', 'using', 'variadic'],
  ...['verbose', 'when', 'where', 'window', 'with'],
]);

/** The one tablespace of PostgreSQL itself that may hold indexes; pg_global may not. */
const DEFAULT_TABLESPACE = 'pg_default';

/** Why a name would not reach PostgreSQL as what it is, as one clause; undefined: it would. */
export function nameTrouble(what: string, name: string): string | undefined {
  if (!IDENTIFIER.test(name)) return 'is no plain identifier';
  if (RESERVED_WORDS.has(name)) return 'is a reserved word of SQL';
  const ours = what === 'tablespace' && name === DEFAULT_TABLESPACE;
  return name.startsWith('pg_') && !ours
    ? 'begins with pg_, which PostgreSQL keeps for itself'
    : undefined;
}
