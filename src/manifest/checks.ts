/** Checks that a schema cannot express: references between the parts of the desired state. */
import { isJsonArray, JsonNumber } from '../model/json.js';
import type { DesiredConfigEntry, DesiredState } from '../model/resources.js';
import { HIDDEN } from '../model/secrets/names.js';
import { referenceProblem } from '../model/secrets/references.js';
import { isStoreConfigKey, literalSecrets } from '../model/secrets/values.js';
import { type RingMember, servermapKey } from '../model/servermap.js';
import { nearestName } from '../model/text.js';
import type { Merged } from './merge.js';
import type { Diagnostic } from './problems/diagnostic.js';
import type { ProblemList } from './problems/problem-list.js';
import { entryOf, exactValue, type Located, type SourceNode } from './source.js';

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

/** The checks that need all documents; adds each problem at the value that causes it. */
export function checkReferences(merged: Merged, problems: ProblemList): void {
  checkMethodsInPlace(merged, problems);
  checkServermap(merged, problems);
  for (const config of merged.configs) checkSecrets(config, problems);
}

function checkMethodsInPlace({ desired, methods }: Merged, problems: ProblemList): void {
  if (!managesMethods(desired)) return;
  const additional = additionalTypes(desired.config ?? []);
  for (const { name, method } of desired.indexes ?? []) {
    const at = methods.get(name);
    const wrong = methodProblem(method, additional);
    if (at !== undefined && wrong !== undefined) problems.addAt(at, () => wrong);
  }
}

/** False where only the database has config additional_index_types. */
export function managesMethods({ config, unmanaged }: DesiredState): boolean {
  return config !== undefined && !unmanaged.includes('config/additional_index_types');
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
function checkServermap({ desired, literalServermap }: Merged, problems: ProblemList): void {
  if (literalServermap === undefined) return;
  const { instances } = desired;
  const known =
    instances &&
    new Set([
      ...instances.map((one) => servermapKey(one)),
      ...unmanagedInstances(desired).map((one) => servermapKey(one)),
    ]);
  for (const entry of literalServermap.entries) {
    if (entry.key === 'version') continue;
    const at = literalServermap.valueAt(entry);
    if (known !== undefined) checkKnown(at, known, problems);
    const schaufel = at.child('schaufel');
    const name = instanceKey(schaufel);
    if (name === entry.key) continue;
    const hint = `an entry is named after the host and port of its schaufel: ${name}`;
    problems.addAt(schaufel, () => ({ message: `does not belong to ${entry.key}`, hint }));
  }
}

/** From their addresses: they need not be such that a manifest could list them. */
function unmanagedInstances({ unmanaged }: DesiredState): readonly RingMember[] {
  return unmanaged.flatMap((address) => {
    const [, host, port] = /^instance\/(.*):(-?\d+)$/s.exec(address) ?? [];
    return host === undefined ? [] : [{ host, port: Number(port) }];
  });
}

function checkKnown(entry: Located, known: ReadonlySet<string>, problems: ProblemList): void {
  const copies = entry.child('copies');
  for (const at of [entry.child('schaufel'), copies.item(0), copies.item(1)]) {
    const name = instanceKey(at);
    const message = `${name} is not among the instances`;
    if (!known.has(name)) problems.addAt(at, () => ({ message }));
  }
}

/** What config holds is published to every node, shown in plans and kept in the log of applies. */
function checkSecrets(config: Located, problems: ProblemList): void {
  for (const entry of config.entries) {
    const hint = isStoreConfigKey(entry.key) ? REFER_TO_IT : LET_IT_STAY;
    for (const path of literalSecrets(new Map([[entry.key, exactValue(entry.value)]]))) {
      const at = path.reduce(step, config);
      const holder = path.slice(0, -1).reduce(step, config);
      const key = entryOf(holder.node, path.at(-1) ?? '')?.keySpan;
      // At its key: what is marked is shown.
      const span = key ?? { start: at.node.start, end: at.node.start + 1 };
      const details = { message: WRITTEN_OUT, hint, quotesNothing: true };
      problems.add(at.file, span, () => ({ path: at.path, ...details }));
    }
    if (isStoreConfigKey(entry.key)) checkReferencesToSecrets(config.valueAt(entry), problems);
  }
}

const WRITTEN_OUT =
  'a secret is written out: it would be published, shown in plans and kept in the log';
const REFER_TO_IT =
  'refer to it: passwordEnv: LENKWERK_STORE_PASSWORD, or passwordFile below --secrets-dir';
const LET_IT_STAY = `storage nodes that need it: record it with SQL, and write "${HIDDEN}" here`;

function checkReferencesToSecrets(at: Located, problems: ProblemList): void {
  for (const entry of at.entries) {
    const child = at.valueAt(entry);
    const message = referenceProblem(entry.key, exactValue(entry.value));
    if (message !== undefined) problems.addAt(child, () => ({ message }));
    checkReferencesToSecrets(child, problems);
  }
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
