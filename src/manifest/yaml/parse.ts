/** Text -> documents of nodes. Ambiguous YAML (https://yaml.org/spec/1.2.2/) is refused. */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { assert } from '../../model/errors.js';
import type { Diagnostic } from '../diagnostic.js';
import type {
  MappingEntry,
  ProblemDetails,
  ScalarNode,
  SourceFile,
  SourceNode,
  Span,
} from '../source.js';
import { isNotFinite, resolvePlain } from './scalar.js';

/** Collections within collections; a manifest needs eight. */
export const MAX_DEPTH = 32;

export interface ParsedFile {
  /** The documents that are not empty. */
  readonly documents: readonly SourceNode[];
  readonly problems: readonly Diagnostic[];
}

/** Parses one file. With problems the documents are incomplete. */
export function parseManifest(file: SourceFile): ParsedFile {
  const tokens = tokenise(file);
  if (!Array.isArray(tokens)) return { documents: [], problems: [tokens] };
  const problems: Diagnostic[] = tokens.flatMap((token) => directiveProblem(file, token));
  const documents: SourceNode[] = [];
  for (const document of new Composer(COMPOSE_OPTIONS).compose(tokens)) {
    problems.push(...[...document.errors, ...document.warnings].map((e) => syntaxProblem(file, e)));
    const node = convertDocument(document, file, problems);
    if (node !== undefined) documents.push(node);
  }
  return { documents, problems };
}

const COMPOSE_OPTIONS = {
  version: '1.2',
  // Scalars stay text here: scalar.ts resolves them without losing digits.
  schema: 'failsafe',
  strict: true,
  // Checked in the conversion below: the library compares each key with all keys before it.
  uniqueKeys: false,
} as const;

/** The concrete syntax, or the problem that it nests too deeply. */
function tokenise(file: SourceFile): CST.Token[] | Diagnostic {
  const lexer = new Lexer();
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of lexer.lex(file.text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (depthOf(parser.stack) > MAX_DEPTH) return depthProblem(file, parser.offset);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** The stack holds the document, the open collections and perhaps a scalar. */
function depthOf(stack: readonly CST.Token[]): number {
  if (stack.length <= MAX_DEPTH) return 0;
  return stack.filter(({ type }) => COLLECTIONS.has(type)).length;
}

const COLLECTIONS: ReadonlySet<string> = new Set(['block-map', 'block-seq', 'flow-collection']);

function depthProblem(file: SourceFile, offset: number): Diagnostic {
  const start = Math.max(0, Math.min(offset, file.text.length) - 1);
  const message = `nested deeper than ${MAX_DEPTH} levels`;
  return file.problem({ start, end: start + 1 }, { message });
}

function directiveProblem(file: SourceFile, token: CST.Token): readonly Diagnostic[] {
  if (token.type !== 'directive' || /^%YAML\s+1\.2\s*$/.test(token.source)) return [];
  const span = { start: token.offset, end: token.offset + token.source.length };
  const hint = 'manifests are YAML 1.2 and need no directive: delete the line';
  return [file.problem(span, { message: `the directive ${token.source} is not supported`, hint })];
}

function syntaxProblem(file: SourceFile, error: YAMLError): Diagnostic {
  const [start, end] = error.pos;
  const hint = SYNTAX_HINTS.get(error.code);
  return file.problem({ start, end }, { message: syntaxMessage(error), hint });
}

const SYNTAX_HINTS = new Map<string, string>([
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['TAG_RESOLVE_FAILED', 'write the value without a tag'],
  ['BAD_ALIAS', 'anchors and aliases are not supported: write the value out'],
  ['BAD_INDENT', 'items of one list, and keys of one mapping, begin in the same column'],
]);

function syntaxMessage({ message }: YAMLError): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

// Nodes of the YAML library -> our own, which have no anchors, aliases, tags or merge keys.

const WRITE_OUT = 'anchors and aliases are not supported: write the value out';

/** The contents of a document, undefined when it is empty. Adds to `problems`. */
function convertDocument(
  document: Document.Parsed,
  file: SourceFile,
  problems: Diagnostic[],
): SourceNode | undefined {
  const { contents } = document;
  if (contents === null) return undefined;
  if (isScalar(contents) && contents.source === '' && isPlain(contents)) return undefined;
  return new Converter(file, problems).convert(contents);
}

class Converter {
  readonly #file: SourceFile;
  readonly #problems: Diagnostic[];

  constructor(file: SourceFile, problems: Diagnostic[]) {
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
    return { kind: 'mapping', entries, start: entries[0]?.keySpan.start ?? 0 };
  }

  #entries(pairs: readonly { key: unknown; value: unknown }[]): readonly MappingEntry[] {
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
    return [...entries.values()];
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
    if (!isPlain(node)) return { kind: 'scalar', value: source, ...span };
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
    this.#problems.push(this.#file.problem(span, details));
  }
}

function isPlain(node: Scalar): boolean {
  return node.type === undefined || node.type === 'PLAIN';
}

function spanOf(node: unknown): Span {
  if (!isAlias(node) && !isScalar(node) && !isSeq(node) && !isMap(node))
    return { start: 0, end: 0 };
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}
