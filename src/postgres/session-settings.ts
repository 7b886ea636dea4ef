/**
 * The settings of every session with the database: the same row always has the same text, no
 * request is cut short, and none returns a part of the rows only. A role, a database or a server
 * may have other defaults. https://www.postgresql.org/docs/current/config-setting.html
 */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import type { Settings } from './connection-settings.js';

/** The replication stream uses the same ones. */
const SESSION_SETTINGS: Settings = {
  // Which objects names denote, and how values are read and written as text.
  search_path: '',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  standard_conforming_strings: 'on',
  quote_all_identifiers: 'off',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // A query that row level security would filter fails.
  row_security: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  exit_on_error: 'off',
  // A plan with a disabled part seems costly enough to be compiled, which takes 0.2 s.
  // https://www.postgresql.org/docs/current/jit-decision.html
  jit: 'off',
};

/** The requests that need a bound have their own. */
const TIMEOUTS: Settings = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
};

/** Known since PostgreSQL 17. */
const TRANSACTION_TIMEOUT = 'transaction_timeout';
/** `replica` would leave triggers out; only a superuser may change it. */
const REPLICATION_ROLE = 'session_replication_role';

/**
 * The settings of a session whose user's PGOPTIONS are these: a timeout that they name is theirs.
 * `own`: what the purpose of the session needs besides, or in place of ours.
 */
export function sessionSettings(userOptions: string | undefined, own: Settings = {}): Settings {
  const timeouts = Object.entries(TIMEOUTS).filter(
    ([name]) => userOptions?.includes(name) !== true,
  );
  return { ...SESSION_SETTINGS, ...Object.fromEntries(timeouts), ...own };
}

/** The settings as the startup parameter `options`, after what the user's PGOPTIONS say. */
export function sessionOptions(userOptions: string | undefined, own?: Settings): string {
  const ours = Object.entries(sessionSettings(userOptions, own)).map(
    ([name, value]) => `-c ${name}=${escapeOption(value)}`,
  );
  return [...(userOptions === undefined ? [] : [userOptions]), ...ours].join(' ');
}

/** Spaces separate options; a backslash takes the next character as it is. */
function escapeOption(value: string): string {
  return value.replace(/[\\\s]/g, '\\$&');
}

/**
 * Ensures that an open session has these settings: a pooler may have dropped its startup options.
 * Throws `database-error` that names a setting with another value.
 */
export async function requireSettings(client: Client, settings: Settings): Promise<void> {
  const wanted = new Map(Object.entries({ ...settings, [TRANSACTION_TIMEOUT]: '0' }));
  if (differing(await currentSettings(client, wanted), wanted).length > 0) {
    await setSettings(client, wanted);
    const [other] = differing(await currentSettings(client, wanted), wanted);
    if (other !== undefined) throw notTaken(other);
  }
}

interface Difference {
  readonly name: string;
  readonly wanted: string;
  readonly found: string;
}

type Shown = ReadonlyMap<string, string>;

function differing(found: Shown, wanted: Shown): readonly Difference[] {
  const all = new Map([...wanted, [REPLICATION_ROLE, 'origin']]);
  return [...found].flatMap(([name, value]) => {
    const want = all.get(name) ?? '';
    // How an empty list is shown depends on how it was set.
    return value === want || (want === '' && value === '""')
      ? []
      : [{ name, wanted: want, found: value }];
  });
}

/** Those that the server knows. */
async function currentSettings(client: Client, wanted: Shown): Promise<Shown> {
  const { rows } = await client.query<[string, string | null]>({
    text: `SELECT name, pg_catalog.current_setting(name, true)
             FROM pg_catalog.unnest($1::pg_catalog.text[]) AS name`,
    values: [[...wanted.keys(), REPLICATION_ROLE]],
    rowMode: 'array',
  });
  return new Map(rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

async function setSettings(client: Client, wanted: Shown): Promise<void> {
  await client.query(
    `SELECT pg_catalog.set_config(name, value, false)
       FROM unnest($1::pg_catalog.text[], $2::pg_catalog.text[]) AS s (name, value)
      WHERE pg_catalog.current_setting(name, true) IS NOT NULL`,
    [[...wanted.keys()], [...wanted.values()]],
  );
}

function notTaken({ name, wanted, found }: Difference): LenkwerkError {
  const message = `the session has ${name} = ${found} and not ${wanted}, which it needs`;
  return new LenkwerkError('database-error', message, {
    hint: 'is it set for the role or the database (ALTER ROLE .. RESET), or is there a pooler between?',
  });
}
