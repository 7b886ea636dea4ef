/** The sources that may name a database, in their order, and which password may go where. */
import { LenkwerkError } from '../../model/errors.js';
import { requireSupportedVariables, variablesOf } from './keywords.js';
import { findService, type ServiceFile } from './service-file.js';
import { variablesOfUrl } from './url.js';

const URL_FLAG = '--db';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Values of the command line, with those of the project file; a flag takes precedence over the URL,
 * the URL over the project file, that over a service, and that over the variables of libpq.
 */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly username?: string | undefined;
  readonly dbname?: string | undefined;
  /** The database of the chosen environment of a project file. */
  readonly project?: ProjectDatabase | undefined;
  /** The service files of this machine; undefined: a service is refused. */
  readonly services?: readonly ServiceFile[] | undefined;
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

/** The flag, variable or file that a value comes from, or `default`. */
export type Origin = string;

/** One source: its values by libpq's variables for them. */
export interface Layer {
  readonly kind: 'flags' | 'url' | 'project' | 'service' | 'variables';
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
 * the project file) the first one counts alone. Throws `usage` for a URL that cannot be read, a
 * service that is not found, and what is not supported of libpq.
 */
export function layersOf(flags: ConnectionFlags, env: Variables): readonly Layer[] {
  requireSupportedVariables(env);
  const layers = withoutService(flags, env);
  const { value: name, origin } = find(layers, 'PGSERVICE', '');
  if (name === '') return layers;
  if (flags.services === undefined) {
    throw new LenkwerkError('usage', `${origin} names a service, which counts for no store`);
  }
  const { file, values } = findService(flags.services, name);
  const service: Layer = { kind: 'service', values, originOf: () => `service ${name} in ${file}` };
  return [...layers.slice(0, -1), service, ...layers.slice(-1)];
}

function withoutService(flags: ConnectionFlags, env: Variables): readonly Layer[] {
  const { host, port, username, dbname } = flags;
  const byFlag = { PGHOST: host, PGPORT: port?.toString(), PGUSER: username, PGDATABASE: dbname };
  const whole = wholeLayer(flags, env);
  return [
    { kind: 'flags', values: byFlag, originOf: (name) => FLAGS.get(name) ?? name },
    ...(whole === undefined ? [] : [whole]),
    { kind: 'variables', values: env, originOf: (name) => name },
  ];
}

/** Whether a source names a service, and where it is looked for. Throws `usage` for a URL. */
export function servicePlaces(flags: ConnectionFlags, env: Variables) {
  const layers = withoutService(flags, env);
  return {
    isNamed: find(layers, 'PGSERVICE', '').value !== '',
    named: given(find(layers, 'PGSERVICEFILE', '').value),
    home: given(env['HOME']),
    systemFolder: given(env['PGSYSCONFDIR']),
  };
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
  const parameters = Object.entries(fields).map(([name, value]) => {
    return { keyword: name === 'database' ? 'dbname' : name, value };
  });
  return { kind: 'project', values: variablesOf(parameters, origin), originOf: () => origin };
}

/**
 * The value of a libpq variable in the first source that has it, else the fallback. In a URL or a
 * service an empty value stands for the fallback, as in libpq; elsewhere it is not given.
 */
export function find(layers: readonly Layer[], name: string, fallback: string): Found {
  const layer = layers.find(({ kind, values: { [name]: value } }) =>
    kind === 'url' || kind === 'service' ? value !== undefined : given(value) !== undefined,
  );
  const value = given(layer?.values[name]);
  if (layer === undefined || value === undefined) {
    return { value: fallback, origin: 'default', layer: undefined };
  }
  return { value, origin: layer.originOf(name), layer };
}

/**
 * The password that may go to all of these, the host and the address in its place. That of the
 * variables goes to no place that the project file names, since who may change that file could send
 * it to any; that of a service goes where the service leads.
 */
export function passwordFor(places: readonly Found[], layers: readonly Layer[]): Found | undefined {
  const usable = layers.filter((layer) => places.every((place) => mayGo(layer, place)));
  const password = find(usable, 'PGPASSWORD', '');
  return password.layer === undefined ? undefined : password;
}

function mayGo(password: Layer, { layer: place, origin }: Found): boolean {
  switch (password.kind) {
    case 'url':
      return place?.kind !== 'flags';
    case 'service':
      return place === password || (placeless(password) && !namesByWhole(place));
    case 'flags':
    case 'project':
    case 'variables':
      return place?.kind !== 'project' && (place?.kind !== 'url' || origin === URL_FLAG);
  }
}

function placeless({ values }: Layer): boolean {
  return given(values['PGHOST']) === undefined && given(values['PGHOSTADDR']) === undefined;
}

function namesByWhole(place: Layer | undefined): boolean {
  return place?.kind === 'url' || place?.kind === 'project';
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
