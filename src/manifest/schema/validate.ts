/** Checks a document against schema/cluster.schema.json and describes its violations. */
import type { Diagnostic } from '../diagnostic.js';
import type { SourceFile, Span } from '../source.js';
import { childOf, entryOf, formatPath, markOf, plainValue, type SourceNode } from '../source.js';
import { explain, type SchemaError } from './explain.js';
import type { ClusterManifest } from './generated/cluster.js';
import { schemaErrors } from './generated/validator.js';

type Validated =
  | { readonly kind: 'valid'; readonly manifest: ClusterManifest }
  | { readonly kind: 'problems'; readonly problems: readonly Diagnostic[] };

/** Every violation is reported, each at the place in the text that causes it. */
export function validateDocument(file: SourceFile, root: SourceNode): Validated {
  const plain = plainValue(root);
  const errors: SchemaError[] = [];
  if (isManifest(plain, errors)) return { kind: 'valid', manifest: plain };
  const problems = new Map<string, Diagnostic>();
  for (const error of withoutConsequences(errors)) {
    const problem = diagnose({ file, root, error });
    // An empty text is too short and has the wrong form: reported once.
    problems.set(`${problem.path}: ${problem.message}`, problem);
  }
  return { kind: 'problems', problems: [...problems.values()] };
}

/** Adds the violations to `errors`. */
function isManifest(value: unknown, errors: SchemaError[]): value is ClusterManifest {
  for (const error of schemaErrors(value)) errors.push(error);
  return errors.length === 0;
}

/** Where "one of" fails, its branches fail too; one message is enough. */
function withoutConsequences(errors: readonly SchemaError[]): readonly SchemaError[] {
  const failed = errors.filter(({ keyword }) => keyword === 'oneOf');
  const unchosen = new Set(failed.map(({ instancePath }) => instancePath));
  const choices = new Set(failed.map((e) => `${e.instancePath} ${e.schemaPath}`));
  return errors.filter(({ instancePath, schemaPath, keyword }) => {
    if (keyword === 'propertyNames') return false;
    if (keyword === 'dependencies') return !unchosen.has(instancePath);
    const [, choice] = /^(.*\/oneOf)\/\d+\//.exec(schemaPath) ?? [];
    return choice === undefined || !choices.has(`${instancePath} ${choice}`);
  });
}

interface Context {
  readonly file: SourceFile;
  readonly root: SourceNode;
  readonly error: SchemaError;
}

function diagnose({ file, root, error }: Context): Diagnostic {
  const steps = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const node = steps.reduce<SourceNode | undefined>(childOf, root);
  const key = error.params.additionalProperty ?? error.propertyName;
  const path = formatPath(root, key === undefined ? steps : [...steps, key]);
  const { message, hint } = explain(error, node);
  return file.problem(spanFor({ root, steps, node, key }), { path, message, hint });
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
