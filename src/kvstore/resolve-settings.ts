/** Chooses the source of a store's settings. */
import { LenkwerkError } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import type { EnvironmentSource } from './driver-kit.js';
import { DRIVERS, driverOfType, driverOfUrl } from './drivers.js';
import { CONFIG_ORIGIN, type StoreSettings, type StoreUrl, type Variables } from './settings.js';

/** Every source that may name a store. */
export interface SettingsSources {
  /** As given to `--kv`, or read from a private place. */
  readonly url?: StoreUrl;
  /** The environment; each driver reads its own variables. */
  readonly variables: Variables;
  /** What the database records, where it has been read. */
  readonly database?: {
    readonly type: JsonValue | undefined;
    readonly config: JsonValue | undefined;
  };
}

/**
 * Takes the store's settings from the URL, else from a variable that names a place, else from the
 * database. A URL holds everything but the login and certificates, which the variables may add;
 * with variables the prefix comes from the database. A login that the database records is never
 * sent to another store. Throws `usage`.
 */
export function resolveStoreSettings({ url, variables, database }: SettingsSources): StoreSettings {
  if (url !== undefined) return driverOfUrl(url.text).fromUrl(url, variables);
  const recorded =
    database?.config === undefined
      ? undefined
      : settingsFromConfig(database.type, database.config, variables);
  const named = environmentSource(variables)?.read(variables, recorded?.prefix ?? '');
  const settings = named ?? recorded;
  if (settings !== undefined) return settings;
  throw new LenkwerkError('usage', 'no key-value store is configured', {
    hint: `give --kv ${DRIVERS.map(({ exampleUrl }) => exampleUrl).join(' or ')}, set ${placeVariables()}, or record kvstore_config`,
  });
}

/** True when a variable names a store; the settings of it may still be wrong. */
export function isPlaceInEnvironment(variables: Variables): boolean {
  return environmentSource(variables) !== undefined;
}

/**
 * Reads the driver settings that Bagger keeps in `kvstore_type` and `kvstore_config`, or in an
 * entry of `kvstores`. Fields that the driver does not know belong to other programs and are
 * ignored. Of the variables only those with a login or certificates are used. Throws `usage`.
 */
export function settingsFromConfig(
  type: JsonValue | undefined,
  config: JsonValue,
  variables: Variables = {},
): StoreSettings {
  const driver = driverOfType(type);
  if (config instanceof Map) return driver.fromConfig(config, variables);
  throw new LenkwerkError('usage', `${CONFIG_ORIGIN} is not an object`);
}

function environmentSource(variables: Variables): EnvironmentSource<StoreSettings> | undefined {
  return DRIVERS.map((driver) => driver.fromEnvironment).find(
    (source) => source !== undefined && (variables[source.placeVariable] ?? '') !== '',
  );
}

function placeVariables(): string {
  return DRIVERS.flatMap(({ fromEnvironment }) => fromEnvironment?.placeVariable ?? []).join(
    ' or ',
  );
}
