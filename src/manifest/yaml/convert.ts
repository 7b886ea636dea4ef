/** Nodes of the YAML library -> our own, which have no anchors, aliases, tags or merge keys. */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Scalar } from 'yaml';
import { assert } from '../../model/errors.js';
import { UNSTORABLE } from '../../model/json.js';
import type { Span } from '../../model/text.js';
import type { ProblemList } from '../problems/problem-list.js';
import type {
  MappingEntry,
  ProblemDetails,
  ScalarNode,
  SourceFile,
  SourceNode,
} from '../source.js';
import { isNotFinite, resolvePlain } from './scalar.js';

const WRITE_OUT = 'anchors and aliases are not supported: write the value out';

/** The contents of a document, undefined when it is empty. Adds to `problems`. */
export function convertDocument(
  document: Document.Parsed,
  file: SourceFile,
  problems: ProblemList,
): SourceNode | undefined {
  const { contents } = document;
  if (contents === null) return undefined;
  if (isScalar(contents) && contents.source === '' && isPlain(contents)) return undefined;
  return new Converter(file, problems).convert(contents);
}

class Converter {
  readonly #file: SourceFile;
  readonly #problems: ProblemList;

  constructor(file: SourceFile, problems: ProblemList) {
    this.#file = file;
    this.#problems = problems;
  }

  /** Recursion is bounded: the parser has refused deeper nesting than MAX_DEPTH. */
  convert(node: unknown): SourceNode {
    if (isAlias(node)) {
      this.#refuse(spanOf(node), { message: 'aliases are not supported', hint: WRITE_OUT });
      return { kind: 'scalar', value: null, ...spanOf(node) };
    }
    assert(isScalar(node) || isSeq(node) || isMap(node), 'a parsed node has one of four kinds');
    this.#checkProperties(node, spanOf(node));
    if (isScalar(node)) return this.#scalar(node);
    const { start } = spanOf(node);
    if (isMap(node)) return { kind: 'mapping', entries: this.#entries(node.items), start };
    return { kind: 'sequence', items: node.items.map((item) => this.#item(item)), start };
  }

  /** In a flow sequence `[a: b]` is a mapping of one entry. */
  #item(item: unknown): SourceNode {
    if (!isPair(item)) return this.convert(item);
    const entries = this.#entries([item]);
    const [first] = entries.values();
    return { kind: 'mapping', entries, start: first?.keySpan.start ?? 0 };
  }

  #entries(pairs: readonly { key: unknown; value: unknown }[]): ReadonlyMap<string, MappingEntry> {
    const entries = new Map<string, MappingEntry>();
    for (const pair of pairs) {
      const key = this.#key(pair.key);
      if (key === undefined) continue;
      const { name, span } = key;
      const earlier = entries.get(name);
      const value = this.#value(pair.value, span);
      if (earlier === undefined) entries.set(name, { key: name, keySpan: span, value });
      else this.#duplicate(name, span, earlier.keySpan);
    }
    return entries;
  }

  #value(value: unknown, keySpan: Span): SourceNode {
    return value === null ? { kind: 'scalar', value: null, ...keySpan } : this.convert(value);
  }

  #duplicate(name: string, span: Span, earlier: Span): void {
    const related = this.#file.place(earlier.start);
    this.#refuse(span, { message: `the key ${JSON.stringify(name)} occurs twice`, related });
  }

  #key(node: unknown): { name: string; span: Span } | undefined {
    const span = spanOf(node);
    if (isAlias(node)) {
      this.#refuse(span, { message: 'aliases are not supported', hint: WRITE_OUT });
      return undefined;
    }
    if (!isScalar(node)) {
      this.#refuse(span, { message: 'a key must be a string, not a collection' });
      return undefined;
    }
    this.#checkProperties(node, span);
    const { value: name } = this.#scalar(node);
    if (typeof name !== 'string') {
      const hint = `quote it: "${node.source ?? ''}"`;
      this.#refuse(span, { message: 'a key must be a string', hint });
      return undefined;
    }
    return this.#isRefusedKey(name, node, span) ? undefined : { name, span };
  }

  #isRefusedKey(name: string, node: Scalar, span: Span): boolean {
    if (name === '<<' && isPlain(node)) {
      this.#refuse(span, { message: 'merge keys are not supported', hint: 'write the keys out' });
      return true;
    }
    if (name !== '__proto__') return false;
    this.#refuse(span, { message: 'the key "__proto__" is not allowed' });
    return true;
  }

  #scalar(node: Scalar): ScalarNode {
    const span = spanOf(node);
    const source = node.source ?? '';
    if (!isPlain(node)) {
      if (UNSTORABLE.test(source)) this.#refuse(span, NOT_STORABLE);
      return { kind: 'scalar', value: source, ...span };
    }
    if (isNotFinite(source)) {
      const hint = `JSON has no such number; for a text write "${source}"`;
      this.#refuse(span, { message: `${source} is not a JSON number`, hint });
    }
    return { kind: 'scalar', value: resolvePlain(source), ...span };
  }

  #checkProperties(node: { anchor?: string; tag?: string }, span: Span): void {
    if (node.anchor !== undefined) {
      this.#refuse(span, {
        message: `anchors (&${node.anchor}) are not supported`,
        hint: WRITE_OUT,
      });
    }
    if (node.tag !== undefined) {
      const hint = 'write the value without a tag; for a text, quote it';
      this.#refuse(span, { message: `tags (${node.tag}) are not supported`, hint });
    }
  }

  #refuse(span: Span, details: ProblemDetails): void {
    this.#problems.add(this.#file, span, () => details);
  }
}

/** PostgreSQL stores such JSON, but neither it nor a storage node can take the text out of it. */
const NOT_STORABLE = {
  message: 'a NUL character (\\0), or half of a pair of \\u escapes, cannot be stored as text',
};

function isPlain(node: Scalar): boolean {
  return node.type === undefined || node.type === 'PLAIN';
}

function spanOf(node: unknown): Span {
  if (!isAlias(node) && !isScalar(node) && !isSeq(node) && !isMap(node))
    return { start: 0, end: 0 };
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}
