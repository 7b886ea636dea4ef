/**
 * schema/cluster.schema.json as data: names and descriptions for messages. It is read only when
 * there is something to explain, so a correct manifest starts faster.
 */
import { readFileSync } from 'node:fs';

type SchemaNode = Readonly<Record<string, unknown>>;

const SCHEMA_FILE = new URL('../../schema/cluster.schema.json', import.meta.url);
let root: SchemaNode | undefined;

/** The part of the schema that describes the value at a JSON pointer into a document. */
export function schemaAt(instancePath: string): SchemaNode {
  root ??= asObject(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')));
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

export function asObject(value: unknown): SchemaNode {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
