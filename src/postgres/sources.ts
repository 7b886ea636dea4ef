/** The sources that may name a database, in their order, and which password may go where. */
import { LenkwerkError } from '../model/errors.js';
import { variablesOfUrl } from './database-url.js';

const URL_FLAG = '--db';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Values of the command line; a flag takes precedence over the URL, the URL over the variables. */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly username?: string | undefined;
  readonly dbname?: string | undefined;
  /** How long a server may stay silent over a request. Default: 30,000. */
  readonly answerTimeoutMs?: number | undefined;
}

/** The flag or variable that a value comes from, or `default`. */
export type Origin = string;

/** One source: its values by libpq's variables for them, where empty means not given. */
export interface Layer {
  readonly kind: 'flags' | 'url' | 'variables';
  readonly values: Variables;
  readonly originOf: (name: string) => Origin;
}

interface Found {
  readonly value: string;
  readonly origin: Origin;
  /** undefined: the default. */
  readonly layer: Layer | undefined;
}

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['PGHOST', '--host'],
  ['PGPORT', '--port'],
  ['PGUSER', '--username'],
  ['PGDATABASE', '--dbname'],
]);
/** The variables that hold a URL, the first that is set counts. */
const URL_VARIABLES = ['LENKWERK_DATABASE', 'DATABASE_URL'];

/** The sources in the order of their precedence. Throws `usage` for a URL that cannot be read. */
export function layersOf(flags: ConnectionFlags, env: Variables): readonly Layer[] {
  const { host, port, username, dbname } = flags;
  const byFlag = { PGHOST: host, PGPORT: port?.toString(), PGUSER: username, PGDATABASE: dbname };
  const url = urlSource(flags, env);
  return [
    { kind: 'flags', values: byFlag, originOf: (name) => FLAGS.get(name) ?? name },
    ...(url === undefined ? [] : [urlLayer(url)]),
    { kind: 'variables', values: env, originOf: (name) => name },
  ];
}

interface UrlSource {
  readonly text: string;
  readonly origin: Origin;
}

function urlSource({ url }: ConnectionFlags, env: Variables): UrlSource | undefined {
  const flag = given(url);
  if (flag !== undefined) return { text: flag, origin: URL_FLAG };
  const origin = URL_VARIABLES.find((name) => given(env[name]) !== undefined);
  return origin === undefined ? undefined : { text: env[origin] ?? '', origin };
}

function urlLayer({ text, origin }: UrlSource): Layer {
  return { kind: 'url', values: variablesOfUrl(text), originOf: () => origin };
}

/** The value of a libpq variable in the first source that has it, else the fallback. */
export function find(layers: readonly Layer[], name: string, fallback: string): Found {
  const layer = layers.find(({ values }) => given(values[name]) !== undefined);
  if (layer === undefined) return { value: fallback, origin: 'default', layer };
  return { value: layer.values[name] ?? fallback, origin: layer.originOf(name), layer };
}

/** The password that may go to the host. */
export function passwordFor(host: Found, layers: readonly Layer[]): Found | undefined {
  const usable = layers.filter(({ kind }) => {
    if (kind === 'url') return host.layer?.kind !== 'flags';
    return host.layer?.kind !== 'url' || host.origin === URL_FLAG;
  });
  const password = find(usable, 'PGPASSWORD', '');
  return password.layer === undefined ? undefined : password;
}

/** The value; throws `usage` for a connection string, whose password errors would show. */
export function requireName({ value, origin }: Found, connectionString: RegExp): string {
  if (!connectionString.test(value)) return value;
  throw new LenkwerkError('usage', `${origin} is a connection string, not a name`, {
    hint: 'give a URL by --db, LENKWERK_DATABASE or DATABASE_URL',
  });
}

/** Empty means not given, as in libpq. */
export function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
