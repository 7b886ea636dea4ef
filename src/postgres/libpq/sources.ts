/** The sources that may name a database, in their order, and which password may go where. */
import { LenkwerkError } from '../../model/errors.js';
import { variablesOfFields, variablesOfUrl } from './url.js';

const URL_FLAG = '--db';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Values of the command line, with those of the project file; a flag takes precedence over the URL,
 * the URL over the project file, and that over the variables of libpq.
 */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly username?: string | undefined;
  readonly dbname?: string | undefined;
  /** The database of the chosen environment of a project file. */
  readonly project?: ProjectDatabase | undefined;
  /** How long a server may stay silent over a request. Default: 30,000. */
  readonly answerTimeoutMs?: number | undefined;
}

/** A database as a project file names it. */
interface ProjectDatabase {
  /** The file and the environment, for messages. */
  readonly origin: Origin;
  /** Values by libpq's names; the database is `database`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The flag or variable that a value comes from, or `default`. */
export type Origin = string;

/** One source: its values by libpq's variables for them, where empty means not given. */
export interface Layer {
  readonly kind: 'flags' | 'url' | 'project' | 'variables';
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
/** A URL that precedes the project file, and one that follows it. */
const OWN_VARIABLE = 'LENKWERK_DATABASE';
const SHARED_VARIABLE = 'DATABASE_URL';

/**
 * The sources in the order of their precedence. Of those that name a database as a whole (a URL,
 * the project file) the first one counts alone. Throws `usage` for a URL that cannot be read.
 */
export function layersOf(flags: ConnectionFlags, env: Variables): readonly Layer[] {
  const { host, port, username, dbname } = flags;
  const byFlag = { PGHOST: host, PGPORT: port?.toString(), PGUSER: username, PGDATABASE: dbname };
  const whole = wholeLayer(flags, env);
  return [
    { kind: 'flags', values: byFlag, originOf: (name) => FLAGS.get(name) ?? name },
    ...(whole === undefined ? [] : [whole]),
    { kind: 'variables', values: env, originOf: (name) => name },
  ];
}

function wholeLayer({ url, project }: ConnectionFlags, env: Variables): Layer | undefined {
  return (
    urlLayer(url, URL_FLAG) ??
    urlLayer(env[OWN_VARIABLE], OWN_VARIABLE) ??
    projectLayer(project) ??
    urlLayer(env[SHARED_VARIABLE], SHARED_VARIABLE)
  );
}

function urlLayer(text: string | undefined, origin: Origin): Layer | undefined {
  const url = given(text);
  if (url === undefined) return undefined;
  return { kind: 'url', values: variablesOfUrl(url), originOf: () => origin };
}

function projectLayer(project: ProjectDatabase | undefined): Layer | undefined {
  if (project === undefined) return undefined;
  const { fields, origin } = project;
  return { kind: 'project', values: variablesOfFields(fields), originOf: () => origin };
}

/** The value of a libpq variable in the first source that has it, else the fallback. */
export function find(layers: readonly Layer[], name: string, fallback: string): Found {
  const layer = layers.find(({ values }) => given(values[name]) !== undefined);
  if (layer === undefined) return { value: fallback, origin: 'default', layer };
  return { value: layer.values[name] ?? fallback, origin: layer.originOf(name), layer };
}

/**
 * The password that may go to the host. That of the variables goes to no host that the project file
 * names, since who may change that file could send it to any.
 */
export function passwordFor(host: Found, layers: readonly Layer[]): Found | undefined {
  const usable = layers.filter(({ kind }) => {
    if (kind === 'url') return host.layer?.kind !== 'flags';
    if (host.layer?.kind === 'project') return false;
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
