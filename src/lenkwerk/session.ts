/**
 * How every session with the database speaks, so that the same row always reads as the same text.
 */
import { types } from 'pg';

/** Set at the start of every session; the replication stream must use the same ones. */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  search_path: '',
  client_encoding: 'UTF8',
  datestyle: 'ISO,MDY',
  timezone: 'UTC',
  intervalstyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  default_transaction_isolation: 'read committed',
};

/** The settings as the startup parameter `options`, after what the user's PGOPTIONS say. */
export function sessionOptions(userOptions: string | undefined): string {
  const ours = Object.entries(SESSION_SETTINGS).map(
    ([name, value]) => `-c ${name}=${escapeOption(value)}`,
  );
  return [...(userOptions === undefined ? [] : [userOptions]), ...ours].join(' ');
}

/** Spaces separate options; a backslash takes the next character as it is. */
function escapeOption(value: string): string {
  return value.replace(/[\\\s]/g, '\\$&');
}

const BOOL_OID = 16;
const INT2_OID = 21;
const INT4_OID = 23;
const OID_OID = 26;
const PARSED_OIDS: ReadonlySet<number> = new Set([BOOL_OID, INT2_OID, INT4_OID, OID_OID]);

/**
 * Per client: booleans and integers up to four bytes come as such, everything else as the text
 * that PostgreSQL sent (json, timestamps, int8, numeric, arrays).
 */
export const TEXT_TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    PARSED_OIDS.has(oid) ? types.getTypeParser(oid, format) : String,
};
