/**
 * What libpq calls the parameters of a connection, and what becomes of each here.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
import { LenkwerkError } from '../../model/errors.js';

/**
 * `refused`: it would change where or how a session is opened, which is not supported; unless it
 * has one of these values, with which it asks for what is done anyway.
 */
type Use =
  | { readonly kind: 'used' }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'refused'; readonly unless: readonly string[] };

interface Keyword {
  /** Of URLs and service files; undefined: it is a variable alone. */
  readonly keyword: string | undefined;
  /** undefined: there is none. */
  readonly variable: string | undefined;
  readonly use: Use;
}

const USED: Use = { kind: 'used' };
const ignored = (why: string): Use => ({ kind: 'ignored', why });
const refusedUnless = (...unless: readonly string[]): Use => ({ kind: 'refused', unless });
const REFUSED = refusedUnless();

const OURS = ignored('every session has its own');
const TCP = ignored('a server that stays silent is noticed by the bounds of each request');
const GSS = ignored('no session uses GSSAPI');

const known = (keyword: string | undefined, variable: string | undefined, use: Use): Keyword => ({
  keyword,
  variable,
  use,
});

/** All of libpq 14 to 18. */
export const KEYWORDS: readonly Keyword[] = [
  known('host', 'PGHOST', USED),
  known('hostaddr', 'PGHOSTADDR', USED),
  known('port', 'PGPORT', USED),
  known('dbname', 'PGDATABASE', USED),
  known('user', 'PGUSER', USED),
  known('password', 'PGPASSWORD', USED),
  known('passfile', 'PGPASSFILE', USED),
  known('service', 'PGSERVICE', USED),
  known('servicefile', 'PGSERVICEFILE', USED),
  known('connect_timeout', 'PGCONNECT_TIMEOUT', USED),
  known('options', 'PGOPTIONS', USED),
  known('target_session_attrs', 'PGTARGETSESSIONATTRS', USED),
  known('load_balance_hosts', 'PGLOADBALANCEHOSTS', USED),
  known('sslmode', 'PGSSLMODE', USED),
  known('sslnegotiation', 'PGSSLNEGOTIATION', USED),
  known('sslrootcert', 'PGSSLROOTCERT', USED),
  known('sslcert', 'PGSSLCERT', USED),
  known('sslkey', 'PGSSLKEY', USED),
  known('sslcrl', 'PGSSLCRL', USED),
  known('sslsni', 'PGSSLSNI', USED),
  known('ssl_min_protocol_version', 'PGSSLMINPROTOCOLVERSION', USED),
  known('ssl_max_protocol_version', 'PGSSLMAXPROTOCOLVERSION', USED),
  known('sslcertmode', 'PGSSLCERTMODE', refusedUnless('allow')),
  known('channel_binding', 'PGCHANNELBINDING', refusedUnless('disable', 'prefer')),
  known('gssencmode', 'PGGSSENCMODE', refusedUnless('disable', 'prefer')),
  known('min_protocol_version', 'PGMINPROTOCOLVERSION', refusedUnless('3.0')),
  known('max_protocol_version', 'PGMAXPROTOCOLVERSION', refusedUnless('3.0', '3.2', 'latest')),
  known('replication', undefined, refusedUnless('false', 'off', 'no', '0')),
  known('require_auth', 'PGREQUIREAUTH', REFUSED),
  known('requirepeer', 'PGREQUIREPEER', REFUSED),
  known('sslcrldir', 'PGSSLCRLDIR', REFUSED),
  known('sslpassword', undefined, REFUSED),
  known('sslkeylogfile', undefined, REFUSED),
  known('scram_client_key', undefined, REFUSED),
  known('scram_server_key', undefined, REFUSED),
  known('oauth_issuer', undefined, REFUSED),
  known('oauth_client_id', undefined, REFUSED),
  known('oauth_client_secret', undefined, REFUSED),
  known('oauth_scope', undefined, REFUSED),
  // With `1` the former spelling of sslmode=require.
  known(undefined, 'PGREQUIRESSL', refusedUnless('0')),
  known('application_name', 'PGAPPNAME', OURS),
  known('fallback_application_name', undefined, OURS),
  known('client_encoding', 'PGCLIENTENCODING', OURS),
  known(undefined, 'PGDATESTYLE', OURS),
  known(undefined, 'PGTZ', OURS),
  known(undefined, 'PGGEQO', ignored('it changes how queries are planned, not what they return')),
  known(undefined, 'PGSYSCONFDIR', ignored('it is where a service file is looked for')),
  known(undefined, 'PGLOCALEDIR', ignored('it has the translations of libpq')),
  known('keepalives', undefined, TCP),
  known('keepalives_idle', undefined, TCP),
  known('keepalives_interval', undefined, TCP),
  known('keepalives_count', undefined, TCP),
  known('tcp_user_timeout', undefined, TCP),
  known('krbsrvname', 'PGKRBSRVNAME', GSS),
  known('gsslib', 'PGGSSLIB', GSS),
  known('gssdelegation', 'PGGSSDELEGATION', GSS),
  known('sslcompression', 'PGSSLCOMPRESSION', ignored('no server offers it any more')),
];

const BY_KEYWORD = new Map(KEYWORDS.map((entry) => [entry.keyword, entry]));

/** A parameter as a URL, a service file or a project file has it. */
export interface Parameter {
  readonly keyword: string;
  readonly value: string;
}

/**
 * The values that are used, by libpq's variables for them; `place`: where they stand, for messages,
 * which show an unknown parameter as `shown` has it. Throws `usage` for one that libpq does not
 * have, and one that is refused.
 */
export function variablesOf(
  parameters: readonly Parameter[],
  place: string,
  shown: (keyword: string) => string = (keyword) => keyword,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { keyword, value } of parameters) {
    const entry = BY_KEYWORD.get(keyword);
    if (entry === undefined) {
      throw new LenkwerkError('usage', `${place} has an unknown parameter: ${shown(keyword)}`, {
        hint: `known are: ${[...usedKeywords()].join(', ')}`,
      });
    }
    requireSupported(entry.use, value, `${keyword} in ${place}`);
    if (entry.use.kind === 'used' && entry.variable !== undefined) found[entry.variable] = value;
  }
  return found;
}

/** Throws `usage` for a variable of libpq that would change how sessions are opened. */
export function requireSupportedVariables(
  variables: Readonly<Record<string, string | undefined>>,
): void {
  for (const { variable, use } of KEYWORDS) {
    if (variable !== undefined) requireSupported(use, variables[variable] ?? '', variable);
  }
}

function requireSupported(use: Use, value: string, name: string): void {
  if (use.kind !== 'refused' || value === '' || use.unless.includes(value)) return;
  const only = use.unless.length === 0 ? 'take it out' : `only ${use.unless.join(', ')}`;
  throw new LenkwerkError('usage', `${name} is not supported`, {
    hint: `${only}: without it a session would be opened in another way than it asks for`,
  });
}

function usedKeywords(): readonly string[] {
  return KEYWORDS.flatMap(({ keyword, use }) =>
    use.kind === 'used' && keyword !== undefined ? [keyword] : [],
  );
}
