/**
 * URLs of databases, by libpq's grammar: a URL of the web has one host, and no empty one.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
import { LenkwerkError } from '../../model/errors.js';
import { type Parameter, variablesOf } from './keywords.js';

/** True when the URL holds a password: a command line must not hold such a URL. Throws `usage`. */
export function urlHasPassword(url: string): boolean {
  return (variablesOfUrl(url)['PGPASSWORD'] ?? '') !== '';
}

/** The parts of a URL, by libpq's variables for them. Throws `usage`, never showing the URL. */
export function variablesOfUrl(text: string): Record<string, string> {
  const { authority, path, query } = split(text);
  // What looks like a host may be a part of the password; what is behind the last @ is none.
  const at = authority.lastIndexOf('@');
  const [user = '', ...password] = at === -1 ? [''] : authority.slice(0, at).split(':');
  const named = {
    PGUSER: user,
    PGPASSWORD: password.join(':'),
    ...listsOf(authority.slice(at + 1)),
    PGDATABASE: path.slice(1),
  };
  const decoded = Object.entries(named).map(([name, value]) => [name, decodePart(value)] as const);
  const given = decoded.filter(([, value]) => value !== '');
  // After an unescaped ? it may be the end of a password.
  const shown = (keyword: string) => (/%40/.test(query) ? 'one near an @' : keyword);
  const parameters = variablesOf(parametersOf(query), 'the database URL', shown);
  return { ...Object.fromEntries(given), ...parameters };
}

/** The URL without the parameters of this name, and their values. Throws `usage`. */
export function takeParameter(
  text: string,
  name: string,
): { readonly url: string; readonly values: readonly string[] } {
  const { query } = split(text);
  const words = query === '' ? [] : query.split('&');
  const isTaken = (word: string) => parameterOf(word).keyword === name;
  const rest = words.filter((word) => !isTaken(word)).join('&');
  return {
    url: text.slice(0, text.length - query.length) + rest,
    values: words.filter(isTaken).map((word) => parameterOf(word).value),
  };
}

interface Pieces {
  readonly authority: string;
  /** Empty, or from the slash on. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

function split(text: string): Pieces {
  const match = /^postgres(?:ql)?:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/is.exec(text);
  if (match === null || /\p{Cc}/u.test(text)) throw unreadable();
  const [, authority = '', path = '', query = '', fragment] = match;
  if (fragment !== undefined || /@/.test(path + query)) {
    throw new LenkwerkError('usage', 'the database URL has an @ behind its host, or a #', {
      hint: 'in a user or a password write %2F for /, %3F for ?, %23 for # and %40 for @',
    });
  }
  return { authority, path, query };
}

/** Hosts and ports, each with a comma between them: `h1:1,[::1]:2`. */
function listsOf(text: string): Readonly<Record<'PGHOST' | 'PGPORT', string>> {
  const items = text.split(',').map((item) => {
    const match = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::([^:]*))?$/.exec(item);
    if (match === null) throw unreadable();
    const [, bracketed, name = '', port = ''] = match;
    return { host: bracketed ?? name, port };
  });
  const ports = items.map(({ port }) => port);
  return {
    PGHOST: items.map(({ host }) => host).join(','),
    PGPORT: ports.some((port) => port !== '') ? ports.join(',') : '',
  };
}

/** As in libpq, `ssl=true` counts, which the URLs of JDBC have. */
function parametersOf(query: string): readonly Parameter[] {
  const parameters = query === '' ? [] : query.split('&').map(parameterOf);
  return parameters.map((given) =>
    given.keyword === 'ssl' && given.value === 'true'
      ? { keyword: 'sslmode', value: 'require' }
      : given,
  );
}

function parameterOf(word: string): Parameter {
  const [keyword = '', value, another] = word.split('=');
  if (value === undefined || another !== undefined) {
    throw new LenkwerkError('usage', 'the database URL has a parameter that is not NAME=VALUE', {
      hint: 'write %26 for & and %3D for = in a value, %3F for ? in a password',
    });
  }
  return { keyword: decodePart(keyword), value: decodePart(value) };
}

function decodePart(part: string): string {
  const decoded = tryDecode(part);
  if (!decoded.includes('\0')) return decoded;
  throw new LenkwerkError('usage', 'the database URL has a %00');
}

function tryDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new LenkwerkError('usage', 'the database URL has a broken percent escape', { cause });
  }
}

function unreadable(): LenkwerkError {
  return new LenkwerkError('usage', 'the database URL cannot be read', {
    hint: 'it looks like postgres://user@host:5432/lenkwerk?sslmode=verify-full, with several hosts like host1:5432,host2',
  });
}
