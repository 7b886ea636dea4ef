/**
 * URLs of databases.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
import { LenkwerkError } from '../../model/errors.js';

const URL_PARAMETERS = new Map([
  ['host', 'PGHOST'],
  ['port', 'PGPORT'],
  ['user', 'PGUSER'],
  ['dbname', 'PGDATABASE'],
  ['password', 'PGPASSWORD'],
  ['passfile', 'PGPASSFILE'],
  ['sslmode', 'PGSSLMODE'],
  ['sslrootcert', 'PGSSLROOTCERT'],
  ['sslcert', 'PGSSLCERT'],
  ['sslkey', 'PGSSLKEY'],
  ['connect_timeout', 'PGCONNECT_TIMEOUT'],
  ['options', 'PGOPTIONS'],
]);
/** Sent by this program at every connection. */
const IGNORED_URL_PARAMETERS: ReadonlySet<string> = new Set(['application_name']);

/** The values of fields by libpq's names, and of `database`, by libpq's variables for them. */
export function variablesOfFields(
  fields: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const variable = URL_PARAMETERS.get(name === 'database' ? 'dbname' : name);
      return variable === undefined ? [] : [[variable, value]];
    }),
  );
}

/** True when the URL holds a password: a command line must not hold such a URL. */
export function urlHasPassword(url: string): boolean {
  const parsed = parseUrl(url);
  return parsed.password !== '' || parsed.searchParams.has('password');
}

/**
 * The parts of a URL, by libpq's variables for them. Throws `usage`, never showing the URL.
 */
export function variablesOfUrl(text: string): Record<string, string> {
  const url = parseUrl(text);
  const found: Record<string, string> = {};
  const put = (name: string, value: string) => {
    if (value !== '') found[name] = decodePart(value);
  };
  put('PGHOST', url.hostname.replace(/^\[(.*)\]$/, '$1'));
  put('PGPORT', url.port);
  put('PGUSER', url.username);
  put('PGPASSWORD', url.password);
  put('PGDATABASE', url.pathname.replace(/^\//, ''));
  for (const [name, value] of url.searchParams) {
    const variable = URL_PARAMETERS.get(name);
    if (variable !== undefined) found[variable] = value;
    else if (!IGNORED_URL_PARAMETERS.has(name)) {
      const known = [...URL_PARAMETERS.keys()].join(', ');
      // After an unescaped ? it may be the end of a password.
      const shown = /%40/.test(url.search) ? 'one near an @' : name;
      throw new LenkwerkError('usage', `the database URL has an unknown parameter: ${shown}`, {
        hint: `known are: ${known}`,
      });
    }
  }
  return found;
}

function parseUrl(text: string): URL {
  // An empty host before the path means "use the parameter or the default", which URL refuses
  // together with a user name.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  if (url !== undefined && known && (url.hash !== '' || /@/.test(url.pathname + url.search))) {
    throw unescaped();
  }
  if (url === undefined || !known) {
    throw new LenkwerkError('usage', 'the database URL cannot be read', {
      hint: 'it looks like postgres://user@host:5432/lenkwerk?sslmode=verify-full',
    });
  }
  return url;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new LenkwerkError('usage', 'the database URL has a broken percent escape', { cause });
  }
}

/** What looks like a host, a database or a parameter may be a part of the password. */
function unescaped(): LenkwerkError {
  return new LenkwerkError('usage', 'the database URL has an @ behind its host, or a #', {
    hint: 'in a user or a password write %2F for /, %3F for ?, %23 for # and %40 for @',
  });
}
