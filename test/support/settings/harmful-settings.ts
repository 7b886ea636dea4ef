/** Settings of a role that must change nothing of what its sessions do. */

/** Known from this version of PostgreSQL on. */
const SINCE: Readonly<Record<string, number>> = { transaction_timeout: 17 };

/** A setting, and a value that would do harm. */
const HARMFUL = {
  search_path: 'pg_temp, storage, public',
  client_encoding: 'LATIN1',
  DateStyle: 'German',
  TimeZone: 'Asia/Kathmandu',
  IntervalStyle: 'sql_standard',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  quote_all_identifiers: 'on',
  array_nulls: 'off',
  transform_null_equals: 'on',
  row_security: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  exit_on_error: 'on',
  statement_timeout: '1ms',
  lock_timeout: '1ms',
  idle_in_transaction_session_timeout: '10ms',
  idle_session_timeout: '10ms',
  transaction_timeout: '50ms',
  synchronous_commit: 'off',
} as const;

/** The name and the value of each setting that a server of this major version knows. */
export function harmfulSettings(postgresMajor: number): readonly (readonly [string, string])[] {
  return Object.entries(HARMFUL).filter(([name]) => (SINCE[name] ?? 0) <= postgresMajor);
}

/** The statement that sets it for every session of the role. */
export function alterRole(role: string, [name, value]: readonly [string, string]): string {
  // The only one that is a list.
  return `ALTER ROLE ${role} SET ${name} = ${name === 'search_path' ? value : `'${value}'`}`;
}
