/** Checks that a schema cannot express: references between the parts of the desired state. */
import { isJsonArray, JsonNumber } from '../model/json.js';
import type { DesiredConfigEntry, DesiredState } from '../model/resources.js';
import { literalSecrets, referenceProblem } from '../model/secrets.js';
import { nearestName } from '../model/text.js';
import type { Diagnostic } from './diagnostic.js';
import type { Merged } from './merge.js';
import { exactValue, type Located, type SourceNode } from './source.js';

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
  return [
    ...checkMethodsInPlace(merged),
    ...checkServermap(merged),
    ...merged.stores.flatMap(checkSecrets),
  ];
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

/** What config holds is published to every node, shown in plans and kept in the log of applies. */
function checkSecrets(store: Located): readonly Diagnostic[] {
  const literals = literalSecrets(exactValue(store.node)).map((path) => {
    const at = path.reduce(step, store);
    const holder = path.slice(0, -1).reduce(step, store);
    const key = holder.entries.find(({ key: name }) => name === path.at(-1))?.keySpan;
    // At its key: what is marked is shown.
    const span = key ?? { start: at.node.start, end: at.node.start + 1 };
    return at.file.problem(span, { path: at.path, ...WRITTEN_OUT });
  });
  return [...literals, ...checkReferencesToSecrets(store)];
}

const WRITTEN_OUT = {
  message: 'a secret is written out: it would be published, shown in plans and kept in the log',
  hint: 'refer to it: passwordEnv: LENKWERK_STORE_PASSWORD, or passwordFile below --secrets-dir',
};

function checkReferencesToSecrets(at: Located): readonly Diagnostic[] {
  return at.entries.flatMap((entry) => {
    const child = at.valueAt(entry);
    const message = referenceProblem(entry.key, exactValue(entry.value));
    const problems = checkReferencesToSecrets(child);
    return message === undefined ? problems : [child.problem({ message }), ...problems];
  });
}

function step(at: Located, name: string): Located {
  return at.node.kind === 'sequence' ? at.item(Number(name)) : at.child(name);
}

/** `host_port` of an instance in a server map. */
function instanceKey(instance: Located): string {
  return `${scalarText(instance.child('host').node)}_${scalarText(instance.child('port').node)}`;
}

function scalarText(node: SourceNode): string {
  if (node.kind !== 'scalar') return '';
  return node.value instanceof JsonNumber ? node.value.text : String(node.value);
}
