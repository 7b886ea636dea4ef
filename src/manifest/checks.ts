/** Checks that a schema cannot express: references between the parts of the desired state. */
import { isJsonArray, JsonNumber } from '../model/json.js';
import type { DesiredConfigEntry, DesiredState } from '../model/resources.js';
import { nearestName } from '../model/text.js';
import type { Diagnostic } from './diagnostic.js';
import type { Merged } from './merge.js';
import type { Located, SourceNode } from './source.js';

const BUILT_IN_METHODS = ['btree', 'hash', 'gist', 'gin'] as const;

/**
 * A problem for every index whose access method is neither built in nor among `additionalTypes`.
 * For manifests without config: only the database has config additional_index_types then. Where the
 * manifests hold config, loading them has checked the methods.
 */
export function checkMethods(
  desired: DesiredState,
  additionalTypes: readonly string[],
): readonly Diagnostic[] {
  return (desired.indexes ?? []).flatMap(({ name, method, source }) => {
    const wrong = methodProblem(method, additionalTypes);
    return wrong === undefined ? [] : [{ ...source, path: `index ${name}`, ...wrong }];
  });
}

/** The checks that need all documents; each problem at the value that causes it. */
export function checkReferences(merged: Merged): readonly Diagnostic[] {
  return [...checkMethodsInPlace(merged), ...checkServermap(merged)];
}

function checkMethodsInPlace({ desired, indexes }: Merged): readonly Diagnostic[] {
  if (desired.config === undefined) return [];
  const additional = additionalTypes(desired.config);
  return (desired.indexes ?? []).flatMap(({ name, method }) => {
    const wrong = methodProblem(method, additional);
    const at = indexes.get(name);
    return wrong === undefined || at === undefined ? [] : [at.child('method').problem(wrong)];
  });
}

/** The access methods that config adds; none when the key is missing. */
function additionalTypes(config: readonly DesiredConfigEntry[]): readonly string[] {
  const value = config.find(({ key }) => key === 'additional_index_types')?.value ?? [];
  return isJsonArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function methodProblem(
  method: string,
  additional: readonly string[],
): { readonly message: string; readonly hint: string } | undefined {
  const known = [...BUILT_IN_METHODS, ...additional];
  if (known.includes(method)) return undefined;
  const nearest = nearestName(method, known);
  const all = `known are ${known.join(', ')}; config additional_index_types adds more`;
  return {
    message: `unknown access method ${JSON.stringify(method)}`,
    hint: nearest === undefined ? all : `did you mean ${nearest}?`,
  };
}

/**
 * Checks a literal server map for contradictions, and against the instances where they are managed.
 */
function checkServermap({ desired, literalServermap }: Merged): readonly Diagnostic[] {
  if (literalServermap === undefined) return [];
  const { instances } = desired;
  const known = instances && new Set(instances.map(({ host, port }) => `${host}_${port}`));
  return literalServermap.entries
    .filter(({ key }) => key !== 'version')
    .flatMap((entry) => checkEntry(literalServermap.valueAt(entry), entry.key, known));
}

function checkEntry(
  entry: Located,
  key: string,
  known: ReadonlySet<string> | undefined,
): readonly Diagnostic[] {
  const schaufel = entry.child('schaufel');
  const copies = entry.child('copies');
  const problems = [schaufel, copies.item(0), copies.item(1)].flatMap((at) => {
    const name = instanceKey(at);
    const message = `${name} is not among the instances`;
    return known === undefined || known.has(name) ? [] : [at.problem({ message })];
  });
  const name = instanceKey(schaufel);
  if (name === key) return problems;
  const hint = `an entry is named after the host and port of its schaufel: ${name}`;
  return [...problems, schaufel.problem({ message: `does not belong to ${key}`, hint })];
}

/** `host_port` of an instance in a server map. */
function instanceKey(instance: Located): string {
  return `${scalarText(instance.child('host').node)}_${scalarText(instance.child('port').node)}`;
}

function scalarText(node: SourceNode): string {
  if (node.kind !== 'scalar') return '';
  return node.value instanceof JsonNumber ? node.value.text : String(node.value);
}
