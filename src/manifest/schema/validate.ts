/** Checks a document against the schema of its kind and describes its violations. */

import type { Span } from '../../model/text.js';
import type { ProblemList } from '../problems/problem-list.js';
import type { SourceFile } from '../source.js';
import { childOf, entryOf, formatPath, markOf, plainValue, type SourceNode } from '../source.js';
import { explain, type SchemaError, type SchemaName } from './explain.js';
import type { ClusterManifest } from './generated/cluster.js';
import { clusterErrors } from './generated/cluster-validator.js';

/** A kind of document, with the check that is generated from its schema. */
export interface DocumentKind<Manifest> {
  readonly schema: SchemaName;
  /** Adds the violations to `errors`. */
  readonly isValid: (value: unknown, errors: SchemaError[]) => value is Manifest;
}

/** The kind with this schema and the generated check for it. */
export function documentKind<Manifest>(
  schema: SchemaName,
  check: (document: unknown) => readonly SchemaError[],
): DocumentKind<Manifest> {
  return {
    schema,
    isValid: (value, errors): value is Manifest => {
      for (const error of check(value)) errors.push(error);
      return errors.length === 0;
    },
  };
}

/** Manifests of the cluster. */
export const CLUSTER = documentKind<ClusterManifest>('cluster', clusterErrors);

interface RootOfFile {
  readonly file: SourceFile;
  readonly root: SourceNode;
}

/**
 * The manifest; undefined where the document violates the schema. Adds every violation to
 * `problems`, each at the place in the text that causes it.
 */
export function validateDocument<Manifest>(
  kind: DocumentKind<Manifest>,
  { file, root }: RootOfFile,
  problems: ProblemList,
): Manifest | undefined {
  const plain = plainValue(root);
  const errors: SchemaError[] = [];
  if (kind.isValid(plain, errors)) return plain;
  const { schema } = kind;
  for (const error of withoutConsequences(errors)) {
    diagnose({ file, root, error: { ...error, schema }, problems });
  }
  return undefined;
}

/**
 * Where "one of" or "any of" fails, its branches fail too, and an empty text is too short and has
 * the wrong form; one message is enough.
 */
function withoutConsequences(errors: readonly SchemaError[]): readonly SchemaError[] {
  const failed = errors.filter(({ keyword }) => /^(?:one|any)Of$/.test(keyword));
  const unchosen = new Set(failed.map(({ instancePath }) => instancePath));
  const choices = new Set(failed.map((e) => `${e.instancePath} ${e.schemaPath}`));
  const empty = new Set(
    errors.filter((e) => e.keyword === 'minLength').map(({ instancePath }) => instancePath),
  );
  return errors.filter(({ instancePath, schemaPath, keyword }) => {
    if (keyword === 'propertyNames') return false;
    if (keyword === 'pattern' && empty.has(instancePath)) return false;
    if (keyword === 'dependencies') return !unchosen.has(instancePath);
    const [, choice] = /^(.*\/(?:one|any)Of)\/\d+\//.exec(schemaPath) ?? [];
    return choice === undefined || !choices.has(`${instancePath} ${choice}`);
  });
}

interface Context extends RootOfFile {
  readonly error: SchemaError & { readonly schema: SchemaName };
  readonly problems: ProblemList;
}

function diagnose({ file, root, error, problems }: Context): void {
  const steps = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => (step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step));
  const node = steps.reduce<SourceNode | undefined>(childOf, root);
  const key = error.params.additionalProperty ?? error.propertyName;
  problems.add(file, spanFor({ root, steps, node, key }), () => {
    const path = formatPath(root, key === undefined ? steps : [...steps, key]);
    return { path, ...explain(error, node) };
  });
}

interface Target {
  readonly root: SourceNode;
  readonly steps: readonly string[];
  readonly node: SourceNode | undefined;
  readonly key: string | undefined;
}

/** The invalid key; else the value, or the start of a collection. */
function spanFor({ root, steps, node, key }: Target): Span {
  const entry = key === undefined ? undefined : entryOf(node, key);
  if (entry !== undefined) return entry.keySpan;
  if (node === undefined) return markOf(root);
  if (node.kind === 'scalar') return node.start === node.end ? keyOf(root, steps) : node;
  return markOf(node);
}

/** For a missing value: its key. */
function keyOf(root: SourceNode, steps: readonly string[]): Span {
  const parent = steps.slice(0, -1).reduce<SourceNode | undefined>(childOf, root);
  return entryOf(parent, steps.at(-1) ?? '')?.keySpan ?? markOf(root);
}
