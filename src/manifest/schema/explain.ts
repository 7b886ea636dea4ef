/** Explains violations of the schema to the author of a manifest. */

import { readFileSync } from 'node:fs';
import { JsonNumber } from '../../model/json.js';
import { hasHidden, nearestName } from '../../model/text.js';
import type { SourceNode } from '../source.js';

/** The part of ajv's error object that is used here. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer into the document. */
  readonly instancePath: string;
  /** `#` and a JSON pointer into the schema. */
  readonly schemaPath: string;
  readonly params: {
    readonly additionalProperty?: string;
    readonly missingProperty?: string;
    readonly type?: string | readonly string[];
    readonly allowedValue?: unknown;
    readonly allowedValues?: readonly unknown[];
    readonly limit?: number;
    readonly property?: string;
  };
  readonly message?: string;
  /** Set when the name of a property is wrong. */
  readonly propertyName?: string;
}

/** A file `schema/<name>.schema.json`. */
export type SchemaName = 'cluster' | 'overrides' | 'project';

/** A violation of one of the schemas. */
interface Violation extends SchemaError {
  readonly schema: SchemaName;
}

interface Explanation {
  readonly message: string;
  readonly hint?: string | undefined;
}

/**
 * The message, and the hint if there is one, for a violation. `node`: the value at its place;
 * undefined where the document has none.
 */
export function explain(error: Violation, node: SourceNode | undefined): Explanation {
  const { keyword, params } = error;
  switch (keyword) {
    case 'additionalProperties':
      return unknownField(error);
    case 'required':
      return { message: `${params.missingProperty} is missing` };
    case 'type':
      return wrongType(error, node);
    case 'enum':
      return notAllowed(params.allowedValues ?? [], node);
    case 'const':
      return notAllowed([params.allowedValue], node);
    case 'minimum':
      return { message: `must be at least ${params.limit}, not ${describe(node)}` };
    case 'maximum':
      return { message: `must be at most ${params.limit}, not ${describe(node)}` };
    case 'pattern':
      return wrongForm(error, node);
    case 'minLength':
      return { message: 'must not be empty' };
    case 'maxLength':
      return { message: `is longer than ${params.limit} characters` };
    case 'minItems':
      return { message: `needs at least ${params.limit} item${params.limit === 1 ? '' : 's'}` };
    case 'maxItems':
      return { message: `has more than ${params.limit} items` };
    case 'maxProperties':
      return { message: `has more than ${params.limit} fields` };
    case 'oneOf':
      return { message: `exactly one of ${choices(error).join(' and ')} is needed` };
    case 'anyOf':
      return { message: `${either(choices(error))} is needed` };
    case 'dependencies':
      return {
        message: `${params.property} goes with ${params.missingProperty}, which is missing`,
      };
    default:
      return { message: error.message ?? keyword };
  }
}

function unknownField(error: Violation): Explanation {
  const { properties } = schemaAt(error);
  const known = Object.keys(asObject(properties));
  const nearest = nearestName(error.params.additionalProperty ?? '', known);
  const hint =
    nearest === undefined ? `known here: ${known.join(', ')}` : `did you mean ${nearest}?`;
  return { message: 'unknown field', hint };
}

function wrongType(error: Violation, node: SourceNode | undefined): Explanation {
  const { params } = error;
  if (node?.kind === 'scalar' && node.value === null) return emptyValue(error);
  const wanted = (typeof params.type === 'string' ? params.type.split(',') : params.type) ?? [];
  const message = `must be ${either(wanted.map(typeName))}, not ${describe(node)}`;
  const scalar = node?.kind === 'scalar' ? node.value : null;
  if (wanted.length === 1 && wanted[0] === 'string' && scalar !== null) {
    const text = scalar instanceof JsonNumber ? scalar.text : String(scalar);
    return { message, hint: `quote it: "${text}"` };
  }
  if (wanted.length === 1 && wanted[0] === 'integer' && typeof scalar === 'string') {
    return { message, hint: 'write the number without quotes' };
  }
  return { message };
}

/** A key without a value, or null. */
function emptyValue({ instancePath, schema }: Violation): Explanation {
  const message = 'has no value';
  if (schema === 'cluster' && /^\/(?:instances|dimensions|indexes)$/.test(instancePath)) {
    return { message, hint: 'write [] for none at all; delete the key to leave the section alone' };
  }
  if (schema === 'cluster' && instancePath === '/config') {
    return { message, hint: 'write {} for none at all; delete the key to leave the section alone' };
  }
  return { message, hint: 'delete the key if nothing is meant' };
}

function notAllowed(allowed: readonly unknown[], node: SourceNode | undefined): Explanation {
  const names = allowed.map((value) => (typeof value === 'string' ? value : String(value)));
  const distinct = [...new Set(names)];
  const written =
    node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  const nearest = written === undefined ? undefined : nearestName(written, distinct);
  return {
    message: `must be ${either(distinct)}, not ${describe(node)}`,
    hint: nearest === undefined ? undefined : `did you mean ${nearest}?`,
  };
}

function wrongForm(error: Violation, node: SourceNode | undefined): Explanation {
  const written = error.propertyName ?? (node?.kind === 'scalar' ? String(node.value) : '');
  if (written === '') return { message: 'must not be empty' };
  if (hasHidden(written))
    return { message: `${quote(written)} contains a character that is not visible` };
  const { description } = schemaAt(error);
  const hint = typeof description === 'string' ? description : undefined;
  if (error.propertyName !== undefined) {
    return { message: `${quote(written)} is not a name that can be used here`, hint };
  }
  if (error.instancePath.endsWith('/pointer')) return noPointer(written);
  const form = error.instancePath.startsWith('/config/')
    ? 'a whole number within its bounds'
    : undefined;
  const message =
    form === undefined
      ? `${quote(written)} is not well-formed`
      : `must be ${form}, not ${quote(written)}`;
  return { message, hint };
}

function noPointer(written: string): Explanation {
  const hint = /[\s()>]/.test(written)
    ? 'SQL stands under expression'
    : `write /${shorten(written)}`;
  return { message: `${quote(written)} does not begin with a slash`, hint };
}

/** The fields of a choice. */
function choices(error: Violation): readonly string[] {
  const { oneOf, anyOf } = schemaAt(error);
  const branches: unknown = oneOf ?? anyOf;
  return Array.isArray(branches) ? branches.map((one) => String(asObject(one)['required'])) : [];
}

const TYPE_NAMES = new Map([
  ['array', 'a list'],
  ['boolean', 'true or false'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['object', 'a mapping'],
  ['string', 'a text'],
]);

function typeName(type: string): string {
  return TYPE_NAMES.get(type) ?? type;
}

function describe(node: SourceNode | undefined): string {
  if (node === undefined) return 'nothing';
  if (node.kind !== 'scalar') return node.kind === 'sequence' ? 'a list' : 'a mapping';
  if (node.value === null) return 'empty';
  if (node.value instanceof JsonNumber) return `the number ${shorten(node.value.text)}`;
  return typeof node.value === 'string' ? `the text ${quote(node.value)}` : String(node.value);
}

function either(names: readonly string[]): string {
  return [...names.slice(0, -2), names.slice(-2).join(' or ')].join(', ');
}

const LONGEST_QUOTE = 60;

function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

function shorten(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

// The schemas as data: names and descriptions for messages. One is read only for an explanation, so
// that correct manifests load faster.

type SchemaNode = Readonly<Record<string, unknown>>;

const roots = new Map<SchemaName, SchemaNode>();

function rootOf(schema: SchemaName): SchemaNode {
  const known = roots.get(schema);
  if (known !== undefined) return known;
  const file = new URL(`../../../schema/${schema}.schema.json`, import.meta.url);
  const root = asObject(JSON.parse(readFileSync(file, 'utf8')));
  roots.set(schema, root);
  return root;
}

/** The part of the schema that describes the value at a JSON pointer into a document. */
function schemaAt({ schema, instancePath }: Violation): SchemaNode {
  const root = rootOf(schema);
  let node = root;
  for (const step of instancePath.split('/').slice(1)) {
    node = resolve(child(node, step.replaceAll('~1', '/').replaceAll('~0', '~')), root);
  }
  return node;
}

function child(node: SchemaNode, step: string): SchemaNode {
  const { properties, items, additionalProperties } = node;
  const property = asObject(properties)[step];
  return asObject(property ?? items ?? additionalProperties);
}

/** Follows `#/definitions/name`; a definition is never a reference itself. */
function resolve(node: SchemaNode, schema: SchemaNode): SchemaNode {
  const { $ref } = node;
  if (typeof $ref !== 'string') return node;
  const { definitions } = schema;
  return asObject(asObject(definitions)[$ref.slice($ref.lastIndexOf('/') + 1)]);
}

function asObject(value: unknown): SchemaNode {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
