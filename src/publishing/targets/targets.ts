/** Which stores the agent publishes to: `default`, and those that config `kvstores` names. */
import {
  isPlaceInEnvironment,
  resolveStoreSettings,
  type SettingsSources,
  settingsFromConfig,
} from '../../kvstore/resolve-settings.js';
import type { StoreSettings } from '../../kvstore/settings.js';
import { LenkwerkError } from '../../model/errors.js';
import { DEFAULT_TARGET } from '../../model/installation.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.js';

/** The config keys that hold the places of stores. */
export const STORE_CONFIG_KEYS = ['kvstore_type', 'kvstore_config', 'kvstores'] as const;

/** A slot's name may have 63 bytes, of which `lw_agent_` takes nine. */
const TARGET_NAME = /^[a-z0-9_]{1,40}$/;
/** Of a database, `default` included. */
const MAX_TARGETS = 32;

/** A target whose settings cannot be used does not affect the others. */
export type Target =
  | { readonly name: string; readonly settings: StoreSettings }
  | { readonly name: string; readonly problem: LenkwerkError };

export interface TargetSources {
  /** `--kv`: the place of `default`, or of the only requested target. */
  readonly url: SettingsSources['url'] | undefined;
  readonly variables: SettingsSources['variables'];
  /** undefined: the database was not read. */
  readonly recorded: ReadonlyMap<string, JsonValue> | undefined;
  /** The requested targets; empty: all. */
  readonly names: readonly string[];
}

/** Throws `usage`: the name becomes a part of slots and keys. */
function requireTargetName(name: string): string {
  if (TARGET_NAME.test(name)) return name;
  throw new LenkwerkError('usage', `not the name of a target: ${JSON.stringify(name)}`, {
    hint: 'it has 1 to 40 lower-case letters, digits and underscores',
  });
}

/** True when the URL alone determines the targets, so that the database is not read. */
export function isUrlEnough({ url, names }: Pick<TargetSources, 'url' | 'names'>): boolean {
  return url !== undefined && names.length === 1;
}

/**
 * The targets, `default` first, the others by name. Variables that hold a login or certificates
 * count for all of them, one that names the place of a store for `default`. Throws `usage` for
 * names and for `kvstores` that cannot be read, when no source has a store, and for a requested
 * target that is not configured; a fault of one target's settings is its `problem`, as is a place
 * behind the last possible one in that order, whichever are requested.
 */
export function resolveTargets(sources: TargetSources): readonly Target[] {
  const { targets, wanted } = resolveEach(sources);
  return refuseSharedStores(targets).slice(0, wanted);
}

/**
 * Why targets of these config values cannot be served beside one another: an error for each of
 * them, when they share a store or are too many. Whatever else is wrong with the values counts for
 * nothing.
 */
export function crowdedTargets(recorded: ReadonlyMap<string, JsonValue>): readonly LenkwerkError[] {
  try {
    const { targets } = resolveEach({ url: undefined, variables: {}, recorded, names: [] });
    const usable = targets.filter((target) => 'settings' in target);
    const surplus = targets.slice(MAX_TARGETS);
    return [...refuseSharedStores(usable), ...surplus].flatMap((target) =>
      'problem' in target ? [target.problem] : [],
    );
  } catch (error) {
    if (error instanceof LenkwerkError) return [];
    throw error;
  }
}

interface ResolvedTargets {
  /** Those that are wanted, then the others: an agent of theirs may run elsewhere. */
  readonly targets: readonly Target[];
  /** How many are wanted. */
  readonly wanted: number;
}

function resolveEach(sources: TargetSources): ResolvedTargets {
  const names = sources.names.map(requireTargetName);
  const further = furtherStores(sources.recorded?.get('kvstores'));
  const only = isUrlEnough(sources) ? names[0] : undefined;
  const every = everyTarget(sources, further);
  const wanted = names.length > 0 ? [...new Set(names)] : every;
  const surplus = new Set(only === undefined ? every.slice(MAX_TARGETS) : []);
  const all = only === undefined ? new Set([...wanted, ...every]) : wanted;
  const targets = [...all].map((name) =>
    attempt(name, () => {
      if (surplus.has(name)) throw tooMany(every.length);
      return name === DEFAULT_TARGET || name === only
        ? resolveStoreSettings(defaultSources(sources))
        : namedSettings(name, further, sources.variables);
    }),
  );
  return { targets, wanted: wanted.length };
}

function tooMany(count: number): LenkwerkError {
  const message = `it is one of ${count} targets, and the first ${MAX_TARGETS} are served`;
  const hint = 'the order is default, then by name: take targets out of config kvstores';
  return new LenkwerkError('usage', message, { hint });
}

function everyTarget(sources: TargetSources, further: JsonObject): readonly string[] {
  const { url, variables, recorded } = sources;
  const isGiven = url !== undefined || isPlaceInEnvironment(variables);
  const hasDefault = isGiven || recorded?.has('kvstore_config') === true;
  const named = [...further.keys()].sort();
  return hasDefault || further.size === 0 ? [DEFAULT_TARGET, ...named] : named;
}

function defaultSources({ url, variables, recorded }: TargetSources): SettingsSources {
  const type = recorded?.get('kvstore_type');
  const config = recorded?.get('kvstore_config');
  return {
    variables,
    ...(url === undefined ? {} : { url }),
    ...(recorded === undefined ? {} : { database: { type, config } }),
  };
}

function furtherStores(value: JsonValue | undefined): JsonObject {
  if (value === undefined) return new Map();
  if (!isJsonObject(value)) {
    throw new LenkwerkError('usage', 'config kvstores is not an object', {
      hint: 'it looks like {"eu": {"type": "etcd", "config": {"host": "etcd-eu", "port": 2379}}}',
    });
  }
  if (!value.has(DEFAULT_TARGET)) return value;
  throw new LenkwerkError('usage', `config kvstores names ${DEFAULT_TARGET}`, {
    hint: 'kvstore_type and kvstore_config define that target',
  });
}

function namedSettings(
  name: string,
  further: JsonObject,
  variables: SettingsSources['variables'],
): StoreSettings {
  requireTargetName(name);
  const store = further.get(name);
  if (store === undefined) {
    throw new LenkwerkError('usage', 'config kvstores has no such target', {
      hint: further.size === 0 ? 'record kvstores' : `it has: ${[...further.keys()].join(', ')}`,
    });
  }
  const config = isJsonObject(store) ? store.get('config') : undefined;
  if (!isJsonObject(store) || config === undefined) {
    throw new LenkwerkError('usage', 'it is no object with type and config');
  }
  return settingsFromConfig(store.get('type'), config, variables);
}

function attempt(name: string, resolve: () => StoreSettings): Target {
  try {
    return { name, settings: resolve() };
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    return { name, problem: nameTarget(name, error) };
  }
}

function nameTarget(name: string, error: LenkwerkError): LenkwerkError {
  const { code, hint, message } = error;
  const details = { cause: error, ...(hint === undefined ? {} : { hint }) };
  return new LenkwerkError(code, `target ${JSON.stringify(name)}: ${message}`, details);
}

/**
 * Two agents whose keys lie in one another, each with a checkpoint of its own, would delete each
 * other's records as strays. Neither is served then: the order of names must not decide which one
 * deletes. One that runs already continues until it ends.
 */
function refuseSharedStores(targets: readonly Target[]): readonly Target[] {
  return targets.map((target) => {
    if ('problem' in target) return target;
    const { name, settings } = target;
    const other = targets.find(
      (candidate) =>
        candidate.name !== name &&
        'settings' in candidate &&
        isShared(settings, candidate.settings),
    );
    return other !== undefined && 'settings' in other
      ? { name, problem: nameTarget(name, sharedStore(settings, other)) }
      : target;
  });
}

function isShared(one: StoreSettings, other: StoreSettings): boolean {
  if (!one.places.some((place) => other.places.includes(place))) return false;
  return lies(one.prefix, other.prefix) || lies(other.prefix, one.prefix);
}

/** Whether keys under `prefix` are keys under `outer` as well. */
function lies(prefix: string, outer: string): boolean {
  return prefix === outer || prefix.startsWith(`${outer}/`);
}

function sharedStore(
  { prefix }: StoreSettings,
  { name, settings }: Extract<Target, { settings: unknown }>,
): LenkwerkError {
  const shown = (text: string) => (text === '' ? 'no prefix' : `prefix ${text}`);
  const message =
    prefix === settings.prefix
      ? `it has the same store and prefix as ${name}`
      : `it shares a store and keys with ${name}: ${shown(prefix)} and ${shown(settings.prefix)}`;
  const hint = 'give each a prefix that is not the beginning of the other, such as /a and /b';
  return new LenkwerkError('usage', message, { hint });
}
