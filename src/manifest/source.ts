/** A manifest as written: values with their places, numbers as their text. */

import { assert } from '../model/errors.js';
import { JsonNumber, type JsonValue } from '../model/json.js';
import type { SourcePlace } from '../model/resources.js';
import { redact } from '../model/secrets/redact.js';
import type { Span } from '../model/text.js';
import type { Diagnostic } from './problems/diagnostic.js';
import { excerptOf, withoutQuotes } from './problems/excerpt.js';
import { secretSpans } from './problems/secret-spans.js';

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: null | boolean | string | JsonNumber;
}

interface SequenceNode {
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

interface MappingNode {
  readonly kind: 'mapping';
  /** Offset of the first key, or of the brace. */
  readonly start: number;
  /** By key, in the order of the text. */
  readonly entries: ReadonlyMap<string, MappingEntry>;
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
      return new Map([...node.entries].map(([key, { value }]) => [key, exactValue(value)]));
  }
}

/** The value with JavaScript's objects and numbers, as a JSON Schema validator expects it. */
export function plainValue(node: SourceNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value instanceof JsonNumber ? plainNumber(node.value.text) : node.value;
    case 'sequence':
      return node.items.map(plainValue);
    case 'mapping': {
      const object: Record<string, unknown> = {};
      for (const [key, { value }] of node.entries) object[key] = plainValue(value);
      return object;
    }
  }
}

/**
 * `1.0`, `1e3` and numbers that are whole only after rounding stay text, so that a schema for a
 * whole number refuses them; so do numbers beyond JavaScript's range.
 */
function plainNumber(text: string): number | string {
  const number = Number(text);
  const exact = Number.isInteger(number) ? !/[.e]/.test(text) : Number.isFinite(number);
  return exact ? number : text;
}

/** The entry of a mapping by its key; undefined for a missing key, and for other nodes. */
export function entryOf(node: SourceNode | undefined, key: string): MappingEntry | undefined {
  return node?.kind === 'mapping' ? node.entries.get(key) : undefined;
}

/** The item of a sequence or the value of a mapping at `step`; undefined where there is none. */
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

function propertyStep(name: string, first: boolean): string {
  if (!/^[\w-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
  return first ? name : `.${name}`;
}

// One manifest file in memory, and the places in it.

export interface ProblemDetails {
  readonly path?: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly related?: SourcePlace | undefined;
  /** True where message and hint quote nothing of the file. */
  readonly quotesNothing?: boolean;
}

/** The text of one manifest file: turns offsets into lines and columns, and creates diagnostics. */
export class SourceFile {
  /** The name in messages: the given path, or `<stdin>`. */
  readonly name: string;
  readonly text: string;
  /** The offset of each line, computed for the first place. */
  #lines: readonly number[] | undefined;
  /** What may be secrets, computed for the first problem. */
  #secrets: readonly Span[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  place(offset: number): SourcePlace {
    const { line, start } = this.#lineAt(offset);
    return { file: this.name, line, column: offset - start + 1 };
  }

  /** A diagnostic that points at `span`; what may be a secret there is neither shown nor quoted. */
  problem(span: Span, details: ProblemDetails): Diagnostic {
    this.#secrets ??= secretSpans(this.text);
    const { path = '', hint, related } = details;
    const secrets = this.#secrets;
    const isSecret = secrets.some(({ start, end }) => start < span.end && span.start < end);
    const mayQuote = isSecret && details.quotesNothing !== true;
    const words = (text: string): string => redact(mayQuote ? withoutQuotes(text) : text);
    const lineStart = this.#lineAt(span.start).start;
    return {
      ...this.place(span.start),
      path: redact(path, 'data'),
      message: words(details.message),
      excerpt: excerptOf(this.text, { lineStart, span, secrets }),
      ...(hint === undefined ? {} : { hint: words(hint) }),
      ...(related === undefined ? {} : { related }),
    };
  }

  #lineAt(offset: number): { line: number; start: number } {
    this.#lines ??= lineStarts(this.text);
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: low, start: this.#lines[low - 1] ?? 0 };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

// A node together with its file and its path, for messages about it.

/** A node of a manifest that can name its place and its path. */
export class Located {
  readonly file: SourceFile;
  readonly node: SourceNode;
  /** The containing node; undefined for the whole document. */
  readonly #parent: Located | undefined;
  /** Its key or position there. */
  readonly #step: string | number;

  private constructor(parent: Located | SourceFile, step: string | number, node: SourceNode) {
    const isRoot = parent instanceof SourceFile;
    this.file = isRoot ? parent : parent.file;
    this.node = node;
    this.#parent = isRoot ? undefined : parent;
    this.#step = step;
  }

  static document(file: SourceFile, root: SourceNode): Located {
    return new Located(file, '', root);
  }

  /** Computed on demand: most paths are never shown. */
  get path(): string {
    if (this.#parent === undefined) return '';
    const above = this.#parent.path;
    if (typeof this.#step === 'number') return `${above}[${this.#step}]`;
    return above + propertyStep(this.#step, above === '');
  }

  get place(): SourcePlace {
    return this.file.place(this.node.start);
  }

  /** The value of a property that the schema requires or that was found before. */
  child(key: string): Located {
    const entry = entryOf(this.node, key);
    assert(entry !== undefined, `the mapping has ${key}`);
    return this.valueAt(entry);
  }

  /** The properties of a mapping in the order of the text; none of anything else. */
  get entries(): readonly MappingEntry[] {
    return this.node.kind === 'mapping' ? [...this.node.entries.values()] : [];
  }

  /** The value of one of `entries`, without the search of `child`. */
  valueAt({ key, value }: MappingEntry): Located {
    return new Located(this, key, value);
  }

  item(position: number): Located {
    const item = this.node.kind === 'sequence' ? this.node.items[position] : undefined;
    assert(item !== undefined, 'the list has the item');
    return new Located(this, position, item);
  }
}

/** What to underline for a node: all of a scalar, the first key of a mapping. */
export function markOf(node: SourceNode): Span {
  if (node.kind === 'scalar') return node;
  const [first] = node.kind === 'mapping' ? node.entries.values() : [];
  return first?.keySpan ?? { start: node.start, end: node.start + 1 };
}
