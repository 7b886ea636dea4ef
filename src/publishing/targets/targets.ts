/** Which stores the agent publishes to: `default`, and those that config `kvstores` names. */

import type { SecretSources } from '../../kvstore/recorded-login.js';
import {
  isPlaceGiven,
  type RecordedStore,
  resolveRecorded,
  resolveStore,
  type StoreDestination,
  type StoreSources,
} from '../../kvstore/resolve-settings.js';
import type { StoreSettings } from '../../kvstore/settings.js';
import { LenkwerkError } from '../../model/errors.js';
import { DEFAULT_TARGET } from '../../model/installation.js';
import type { JsonValue } from '../../model/json.js';
import {
  FURTHER_STORES,
  type FurtherStores,
  furtherStores,
  namedDestination,
  requireTargetName,
} from './further-stores.js';

/** Of a database, `default` included. */
const MAX_TARGETS = 32;

/**
 * The URL of a store, without a prefix, where every target but `default` is, under its name: so
 * nothing that a rehearsed config names is reached.
 */
const EVERY_TARGET_VARIABLE = 'LENKWERK_STORES';

/** A target whose settings cannot be used does not affect the others. */
export type Target = ({ readonly name: string } & StoreDestination) | UnusableTarget;

interface UnusableTarget {
  readonly name: string;
  readonly problem: LenkwerkError;
}

/** `url` is the place of `default`, or of the only requested target. */
export interface TargetSources extends Omit<StoreSources, 'recorded'> {
  /** undefined: the database was not read. */
  readonly recorded: ReadonlyMap<string, JsonValue> | undefined;
  /** The requested targets; empty: all. */
  readonly names: readonly string[];
}

/** True when the URL alone determines the targets, so that the database is not read. */
export function isUrlEnough({ url, names }: Pick<TargetSources, 'url' | 'names'>): boolean {
  return url !== undefined && names.length === 1;
}

/**
 * The targets, `default` first, the others by name. Variables that name the place of a store, or
 * hold a login for it, count for `default` alone; one stands for all others. Throws `usage` for
 * names. A fault of one target's settings is its `problem`, as is that no source has a store, that
 * a requested target is not configured, and a place behind the last possible one in that order,
 * whichever are requested. What of `kvstores` cannot be read is a target with a problem as well.
 */
export function resolveTargets(sources: TargetSources): readonly Target[] {
  const { targets, wanted, problem } = resolveEach(sources);
  const served = refuseSharedStores(targets).slice(0, wanted);
  if (problem === undefined || sources.names.length > 0) return served;
  return [...served, { name: FURTHER_STORES, problem }];
}

/** Whether it stands for targets whose names are not known. */
export function isUnreadableConfig({ name }: Target): boolean {
  return name === FURTHER_STORES;
}

/** The names of all configured targets that are known, `default` first. */
export function configuredNames(sources: TargetSources): readonly string[] {
  return everyTarget(sources, furtherStores(sources.recorded?.get('kvstores')));
}

/**
 * Why targets of these config values cannot be served beside one another: an error for each of
 * them, when they share a store or are too many. Whatever else is wrong with the values counts for
 * nothing.
 */
export function crowdedTargets(recorded: ReadonlyMap<string, JsonValue>): readonly LenkwerkError[] {
  const { targets } = recordedPlaces(recorded);
  const usable = targets.filter((target) => 'settings' in target);
  const surplus = targets.slice(MAX_TARGETS);
  return [...refuseSharedStores(usable), ...surplus].flatMap((target) =>
    'problem' in target ? [target.problem] : [],
  );
}

/**
 * The targets of these config values that an agent cannot use wherever it runs, and why: their
 * places are malformed, whatever the logins are. What of `kvstores` cannot be read is one of them,
 * those that share a store are not. None of too many, which are refused as such.
 */
export function unusableTargets(
  recorded: ReadonlyMap<string, JsonValue>,
): readonly UnusableTarget[] {
  if (furtherStores(recorded.get('kvstores')).stores.size > MAX_TARGETS) return [];
  const { targets, problem } = recordedPlaces(recorded);
  const isRecorded = (name: string) => name !== DEFAULT_TARGET || recorded.has('kvstore_config');
  return [
    ...targets.flatMap((target) =>
      'problem' in target && isRecorded(target.name) ? [target] : [],
    ),
    ...(problem === undefined ? [] : [{ name: FURTHER_STORES, problem }]),
  ];
}

/** The targets by these values alone, without a login. */
function recordedPlaces(recorded: ReadonlyMap<string, JsonValue>): ResolvedTargets {
  const places = { url: undefined, variables: {}, project: undefined, secretsDir: undefined };
  return resolveEach({ ...places, recorded, names: [] }, 'places');
}

interface ResolvedTargets {
  /** Those that are wanted, then the others: an agent of theirs may run elsewhere. */
  readonly targets: readonly Target[];
  /** How many are wanted. */
  readonly wanted: number;
  /** What of `kvstores` cannot be read. */
  readonly problem: LenkwerkError | undefined;
}

/** Of targets that are not wanted, or with `places` of all of them, the logins are not read. */
function resolveEach(sources: TargetSources, purpose?: 'places'): ResolvedTargets {
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
      if (name === only) return resolveStore({ ...sources, recorded: undefined });
      const secrets = purpose === undefined && wanted.includes(name) ? sources : undefined;
      if (name !== DEFAULT_TARGET) {
        return (
          rehearsed(name, sources) ?? namedDestination(name, { ...further, names: every }, secrets)
        );
      }
      return defaultDestination(sources, secrets);
    }),
  );
  return { targets, wanted: wanted.length, problem: further.problem };
}

function tooMany(count: number): LenkwerkError {
  const message = `it is one of ${count} targets, and the first ${MAX_TARGETS} are served`;
  const hint = 'the order is default, then by name: take targets out of config kvstores';
  return new LenkwerkError('usage', message, { hint });
}

function everyTarget(
  sources: TargetSources,
  { stores, problem }: FurtherStores,
): readonly string[] {
  const recorded = defaultStore(sources);
  const hasDefault = recorded?.config !== undefined || isPlaceGiven({ ...sources, recorded });
  const named = [...stores.keys()].sort();
  const isAlone = named.length === 0 && problem === undefined;
  return hasDefault || isAlone ? [DEFAULT_TARGET, ...named] : named;
}

function defaultStore({ recorded }: TargetSources): RecordedStore | undefined {
  if (recorded === undefined) return undefined;
  return { type: recorded.get('kvstore_type'), config: recorded.get('kvstore_config') };
}

function defaultDestination(
  sources: TargetSources,
  secrets: SecretSources | undefined,
): StoreDestination {
  const recorded = defaultStore(sources);
  const isRecorded = recorded?.config !== undefined && !isPlaceGiven({ ...sources, recorded });
  if (isRecorded && secrets === undefined) {
    return resolveRecorded(recorded.type, recorded.config ?? null, undefined);
  }
  return resolveStore({ ...sources, recorded });
}

function rehearsed(name: string, sources: TargetSources): StoreDestination | undefined {
  const store = sources.variables[EVERY_TARGET_VARIABLE] ?? '';
  if (store === '') return undefined;
  const url = { text: `${store}?prefix=/${requireTargetName(name)}`, source: 'private' } as const;
  const { settings } = resolveStore({ ...sources, url, recorded: undefined });
  return { settings, placeFrom: EVERY_TARGET_VARIABLE, loginFrom: [EVERY_TARGET_VARIABLE] };
}

function attempt(name: string, resolve: () => StoreDestination): Target {
  try {
    return { name, ...resolve() };
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
