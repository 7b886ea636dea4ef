/** What a schema cannot say: references between the parts of the desired state. */
import { isJsonArray, isJsonObject, JsonNumber, type JsonValue } from '../model/json.js';
import type { DesiredConfigEntry, DesiredState } from '../model/resources.js';
import type { Diagnostic } from './diagnostic.js';
import { nearestName } from './suggest.js';

export const BUILT_IN_METHODS = ['btree', 'hash', 'gist', 'gin'] as const;

/**
 * A problem for every index whose access method is neither built in nor among `additionalTypes`,
 * which is what config additional_index_types holds: the desired one where config is managed,
 * else the recorded one.
 */
export function checkMethods(
  desired: DesiredState,
  additionalTypes: readonly string[],
): readonly Diagnostic[] {
  const known = [...BUILT_IN_METHODS, ...additionalTypes];
  const unknown = (desired.indexes ?? []).filter(({ method }) => !known.includes(method));
  return unknown.map(({ name, method, source }) => {
    const nearest = nearestName(method, known);
    const allowed = `known are ${known.join(', ')}; config additional_index_types adds more`;
    return {
      ...source,
      path: `index ${name}`,
      message: `unknown access method ${JSON.stringify(method)}`,
      hint: nearest === undefined ? allowed : `did you mean ${nearest}?`,
    };
  });
}

/** The access methods that config adds; none when the key is missing. */
export function additionalTypes(config: readonly DesiredConfigEntry[]): readonly string[] {
  const value = config.find(({ key }) => key === 'additional_index_types')?.value ?? [];
  return isJsonArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Checks a literal server map against itself and, where they are managed, the instances. */
export function checkServermap({ servermap, instances }: DesiredState): readonly Diagnostic[] {
  if (servermap?.algorithm !== 'literal' || !isJsonObject(servermap.map)) return [];
  const known = instances && new Set(instances.map(({ host, port }) => `${host}_${port}`));
  const problems: Diagnostic[] = [];
  for (const [key, entry] of servermap.map) {
    if (key === 'version' || !isJsonObject(entry)) continue;
    const schaufel = instanceKey(entry.get('schaufel'));
    const copies = entry.get('copies');
    const named = [schaufel, ...(isJsonArray(copies ?? null) ? [] : [])];
    if (schaufel !== key) {
      problems.push(problem(key, `the entry ${key} sends to ${schaufel}`));
    }
    const members = copies !== undefined && isJsonArray(copies) ? copies.map(instanceKey) : [];
    for (const member of new Set([...named, ...members])) {
      if (known?.has(member) === false) problems.push(problem(key, `${member} is not an instance`));
    }
  }
  return problems;

  function problem(key: string, message: string): Diagnostic {
    const place = servermap?.source ?? { file: '', line: 1, column: 1 };
    return { ...place, path: `servermap.map.${key}`, message };
  }
}

/** `host_port` of an instance in a server map. */
function instanceKey(instance: JsonValue | undefined): string {
  if (instance === undefined || !isJsonObject(instance)) return '?';
  const port = instance.get('port');
  return `${instance.get('host')}_${port instanceof JsonNumber ? port.text : port}`;
}
