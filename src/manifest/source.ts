/** A manifest as written: values with their places, numbers as their text. */
import { JsonNumber, type JsonValue } from '../model/json.js';
import type { Span } from './source-file.js';

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: null | boolean | string | JsonNumber;
}

export interface SequenceNode {
  readonly kind: 'sequence';
  /** Offset of the first item, or of the bracket. */
  readonly start: number;
  readonly items: readonly SourceNode[];
}

export interface MappingEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: SourceNode;
}

export interface MappingNode {
  readonly kind: 'mapping';
  /** Offset of the first key, or of the brace. */
  readonly start: number;
  /** In the order of the text; no key occurs twice. */
  readonly entries: readonly MappingEntry[];
}

export type SourceNode = ScalarNode | SequenceNode | MappingNode;

/** The value with exact numbers. */
export function exactValue(node: SourceNode): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'sequence':
      return node.items.map(exactValue);
    case 'mapping':
      return new Map(node.entries.map(({ key, value }) => [key, exactValue(value)]));
  }
}

/** The value with JavaScript's objects and numbers, as a JSON Schema validator takes it. */
export function plainValue(node: SourceNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value instanceof JsonNumber ? plainNumber(node.value.text) : node.value;
    case 'sequence':
      return node.items.map(plainValue);
    case 'mapping': {
      const object: Record<string, unknown> = {};
      for (const { key, value } of node.entries) object[key] = plainValue(value);
      return object;
    }
  }
}

/**
 * `1.0`, `1e3` and numbers that only rounding makes whole stay text, so that a schema that asks
 * for a whole number refuses them; so do numbers beyond JavaScript's range, which it would refuse
 * everywhere.
 */
function plainNumber(text: string): number | string {
  const number = Number(text);
  const exact = Number.isInteger(number) ? !/[.e]/.test(text) : Number.isFinite(number);
  return exact ? number : text;
}

export function entryOf(node: SourceNode | undefined, key: string): MappingEntry | undefined {
  return node?.kind === 'mapping' ? node.entries.find((entry) => entry.key === key) : undefined;
}

export function childOf(node: SourceNode | undefined, step: string): SourceNode | undefined {
  return node?.kind === 'sequence' ? node.items[Number(step)] : entryOf(node, step)?.value;
}

/** `indexes[2].method`, from the steps of a path into `root`. */
export function formatPath(root: SourceNode, steps: readonly string[]): string {
  let node: SourceNode | undefined = root;
  let path = '';
  for (const step of steps) {
    path += node?.kind === 'sequence' ? `[${step}]` : propertyStep(step, path === '');
    node = childOf(node, step);
  }
  return path;
}

export function propertyStep(name: string, first: boolean): string {
  if (!/^[\w-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
  return first ? name : `.${name}`;
}
