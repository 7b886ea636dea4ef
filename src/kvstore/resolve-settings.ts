/** Where a store is and how to log in there: the one choice between all sources. */
import { LenkwerkError } from '../model/errors.js';
import { isJsonObject, type JsonValue } from '../model/json.js';
import type { EnvironmentSource } from './driver-kit.js';
import { DRIVERS, driverOfType, driverOfUrl } from './drivers.js';
import { recordedLogin, type SecretSources } from './recorded-login.js';
import {
  CONFIG_ORIGIN,
  configText,
  parseKeyPrefix,
  type StoreSettings,
  type StoreUrl,
  type Variables,
} from './settings.js';

/** Names a store by a URL, which may hold a password. */
const URL_VARIABLE = 'LENKWERK_STORE';

/** A store as the database records it. */
export interface RecordedStore {
  readonly type: JsonValue | undefined;
  readonly config: JsonValue | undefined;
}

/** A store as a project file names it. */
interface ProjectStore {
  /** The file and the environment, for messages. */
  readonly origin: string;
  /** Without a password. */
  readonly url: string;
  /** Variables LENKWERK_STORE_*. */
  readonly userEnv: string | undefined;
  readonly passwordEnv: string | undefined;
}

/** Every source that may name a store or hold its login. */
export interface StoreSources extends SecretSources {
  /** As given to `--kv`, or read from a private place. */
  readonly url: StoreUrl | undefined;
  /** That of the chosen environment of a project file. */
  readonly project: ProjectStore | undefined;
  /** undefined: the database was not read. */
  readonly recorded: RecordedStore | undefined;
}

/** Where to write, how to log in there, and the source of either. */
export interface StoreDestination {
  readonly settings: StoreSettings;
  /** The flag, variable or config key that names the place. */
  readonly placeFrom: string;
  /** The flags, variables, fields and files that the login and certificates come from. */
  readonly loginFrom: readonly string[];
}

/**
 * Takes the place from `--kv`, else from LENKWERK_STORE, else from the project file, else from the
 * variable of the recorded driver (of any driver where none is recorded), else from the database.
 * The variables of a driver add a login and certificates to a place that a flag or a variable
 * names; to a recorded place, and to one of the project file, only what is referred to there is
 * sent, and what the config holds to no other place. A URL holds the prefix, beside a variable of a
 * driver it comes from the database. Throws `usage`.
 */
export function resolveStore(sources: StoreSources): StoreDestination {
  const { variables, project, recorded } = sources;
  const url = namedUrl(sources);
  if (url !== undefined) return fromUrl(url.url, url.placeFrom, variables);
  if (project !== undefined) return fromProject(project, sources);
  const variable = variableInEnvironment(sources);
  if (variable !== undefined) return fromEnvironment(variable, sources);
  if (recorded?.config !== undefined) {
    return resolveRecorded(recorded.type, recorded.config, sources);
  }
  driverOfType(recorded?.type);
  throw new LenkwerkError('usage', 'no key-value store is configured', {
    hint: `give --kv ${DRIVERS.map(({ exampleUrl }) => exampleUrl).join(' or ')}, set ${placeVariables().join(' or ')}, or record kvstore_config`,
  });
}

/** The sources of a place, without those of a login. */
type Places = Pick<StoreSources, 'url' | 'variables' | 'project'>;

/** True when another source than the database has a URL of the store: it need not be read. */
export function isNamedByUrl(sources: Places): boolean {
  return namedUrl(sources) !== undefined || sources.project !== undefined;
}

/** The type of the store that a URL names; undefined: none does, or no driver has its scheme. */
export function namedStoreType(sources: Places): string | undefined {
  const url = namedUrl(sources)?.url.text ?? sources.project?.url;
  const isOf = (scheme: string) => url?.startsWith(`${scheme}://`) === true;
  return DRIVERS.find(({ schemes }) => schemes.some(isOf))?.type;
}

/** True when another source than the database names a store; its settings may still be wrong. */
export function isPlaceGiven(sources: Places & Pick<StoreSources, 'recorded'>): boolean {
  return isNamedByUrl(sources) || variableInEnvironment(sources) !== undefined;
}

/**
 * Reads the driver settings that Bagger keeps in `kvstore_type` and `kvstore_config`, or in an
 * entry of `kvstores`. Fields that the driver does not know belong to other programs and are passed
 * over. Without `sources` the settings have the place alone, and no login. Throws `usage`.
 */
export function resolveRecorded(
  type: JsonValue | undefined,
  config: JsonValue,
  sources: SecretSources | undefined,
): StoreDestination {
  const driver = driverOfType(type);
  if (!isJsonObject(config)) {
    throw new LenkwerkError('usage', `${CONFIG_ORIGIN} is not an object`);
  }
  const login = recordedLogin({ fields: config, origin: CONFIG_ORIGIN }, sources);
  const variables = chosen(sources?.variables ?? {}, driver.variables.byHost);
  const settings = driver.fromConfig(config, { login, variables });
  const byHost = driver.variables.byHost.length > 0 ? [driver.passwordPlace] : [];
  const loginFrom = login.from.length > 0 ? login.from : byHost;
  return { settings, placeFrom: CONFIG_ORIGIN, loginFrom };
}

function namedUrl({ url, variables }: Pick<StoreSources, 'url' | 'variables'>) {
  if (url !== undefined) return { url, placeFrom: '--kv' };
  const text = variables[URL_VARIABLE] ?? '';
  if (text === '') return undefined;
  return { url: { text, source: 'private' } as const, placeFrom: URL_VARIABLE };
}

function fromUrl(url: StoreUrl, placeFrom: string, variables: Variables): StoreDestination {
  const driver = driverOfUrl(url.text);
  const { login, byHost } = driver.variables;
  const settings = driver.fromUrl(url, chosen(variables, [...login, ...byHost]));
  const further = byHost.length > 0 ? [driver.passwordPlace] : setOf(variables, login);
  return { settings, placeFrom, loginFrom: [placeFrom, ...further] };
}

/** The URL with the login that is referred to beside it, as it would stand in a private one. */
function fromProject(project: ProjectStore, sources: SecretSources): StoreDestination {
  const { origin, url, userEnv = '', passwordEnv = '' } = project;
  const driver = driverOfUrl(url);
  const named = Object.entries({ userEnv, passwordEnv }).filter(([, name]) => name !== '');
  const login = recordedLogin({ fields: new Map(named), origin }, sources);
  const [, scheme = '', user, place = ''] = /^([^/]*:\/\/)(?:([^/?#]*)@)?(.*)$/s.exec(url) ?? [];
  if (user !== undefined && login.username !== undefined) {
    throw new LenkwerkError('usage', `${origin}: the URL has a user, and userEnv names another`);
  }
  const name = login.username === undefined ? user : encodeURIComponent(login.username);
  if (name === undefined && login.password !== undefined) {
    throw new LenkwerkError('usage', `${origin}: the store has a password and no user`);
  }
  const word = login.password === undefined ? '' : `:${encodeURIComponent(login.password)}`;
  const text = `${scheme}${name === undefined ? '' : `${name}${word}@`}${place}`;
  const byHost = chosen(sources.variables, driver.variables.byHost);
  const settings = driver.fromUrl({ text, source: 'repository' }, byHost);
  return { settings, placeFrom: origin, loginFrom: login.from };
}

interface NamingVariable extends EnvironmentSource<StoreSettings> {
  readonly login: readonly string[];
}

function fromEnvironment(source: NamingVariable, { variables, recorded }: StoreSources) {
  const { placeVariable: placeFrom, login, read } = source;
  const settings = read(chosen(variables, [placeFrom, ...login]), recordedPrefix(recorded?.config));
  return { settings, placeFrom, loginFrom: setOf(variables, login) };
}

function recordedPrefix(config: JsonValue | undefined): string {
  const text = config !== undefined && isJsonObject(config) ? configText(config, 'prefix') : '';
  return parseKeyPrefix(text ?? '', CONFIG_ORIGIN);
}

function variableInEnvironment({
  variables,
  recorded,
}: Pick<StoreSources, 'variables' | 'recorded'>): NamingVariable | undefined {
  const isRecorded = recorded?.type !== undefined || recorded?.config !== undefined;
  const recordedType = recorded?.type ?? driverOfType(undefined).type;
  return DRIVERS.filter(({ type }) => !isRecorded || type === recordedType)
    .flatMap(({ fromEnvironment: source, variables: { login } }) =>
      source === undefined ? [] : [{ ...source, login }],
    )
    .find(({ placeVariable }) => (variables[placeVariable] ?? '') !== '');
}

function placeVariables(): readonly string[] {
  return [
    URL_VARIABLE,
    ...DRIVERS.flatMap((driver) => driver.fromEnvironment?.placeVariable ?? []),
  ];
}

function chosen(variables: Variables, names: readonly string[]): Variables {
  return Object.fromEntries(names.map((name) => [name, variables[name]]));
}

function setOf(variables: Variables, names: readonly string[]): readonly string[] {
  return names.filter((name) => (variables[name] ?? '') !== '');
}
