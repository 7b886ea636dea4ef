/**
 * Reads the plain form of YAML in which nearly every manifest is written: block lists and mappings
 * of what fits on a line, comments, several documents. It returns the same as the YAML library for
 * the same text, in a fraction of the time and memory and without loading the library. For a text
 * that is not certainly plain it returns undefined, and the library reads the whole text: so
 * nothing is refused here.
 * Decision D2 in src/README.md.
 */
import { UNSTORABLE } from '../../model/json.js';
import type { MappingEntry, ScalarNode, SourceNode } from '../source.js';
import { isNotFinite, resolvePlain } from './scalar.js';

/** Bounds the length of one match. */
const MAX_LINE_LENGTH = 10_000;

/** `- ` or a lone `-`. */
const ITEM = /-(?=[ \n]|$) */y;
/** The start of a document. */
const MARKER = /---(?= *(?: #|\n|$))/y;
const LINE_END = /(?: +#[^\n]*| *)(?=\n|$)/y;

/** The documents of `text`, at least one; undefined when it is not plain throughout. */
export function readPlainYaml(text: string): readonly SourceNode[] | undefined {
  // Tabs and carriage returns are white space with other rules.
  if (/[\t\r\ufeff]/.test(text)) return undefined;
  try {
    return new PlainReader(text).documents();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class PlainReader {
  readonly #text: string;
  /** Where the next token begins, and its column; -1 at a marker and at the end. */
  #at = 0;
  #column = 0;

  constructor(text: string) {
    this.#text = text;
  }

  documents(): readonly SourceNode[] {
    const documents: SourceNode[] = [];
    this.#nextLine();
    if (this.#atMarker()) this.#skipMarker();
    for (;;) {
      documents.push(this.#collection(1));
      if (this.#at === this.#text.length) return documents;
      if (!this.#atMarker()) throw new NotPlain();
      this.#skipMarker();
    }
  }

  #collection(depth: number): SourceNode {
    if (depth > MAX_PLAIN_DEPTH || this.#column === -1) throw new NotPlain();
    return this.#isItem() ? this.#sequence(depth) : this.#mapping(depth);
  }

  #sequence(depth: number): SourceNode {
    const start = this.#at;
    const column = this.#column;
    const items: SourceNode[] = [];
    while (this.#column === column && this.#isItem()) {
      items.push(this.#item(depth));
    }
    return { kind: 'sequence', items, start };
  }

  /** At a dash that ITEM has just matched. */
  #item(depth: number): SourceNode {
    const column = this.#column;
    const width = ITEM.lastIndex - this.#at;
    this.#at += width;
    if (this.#isLineEnd()) {
      this.#endLine();
      if (this.#column <= column) throw new NotPlain();
      return this.#collection(depth + 1);
    }
    if (!isKey(this.#text, this.#at) && !this.#isItem()) return this.#restOfLine(depth);
    this.#column = column + width;
    return this.#collection(depth + 1);
  }

  #mapping(depth: number): SourceNode {
    const start = this.#at;
    const column = this.#column;
    const entries = new Map<string, MappingEntry>();
    while (this.#column === column && !this.#isItem()) {
      const { value: named, end } = readKey(this.#text, this.#at);
      if (entries.has(named.key)) throw new NotPlain();
      this.#at = end;
      const { key, keySpan } = named;
      entries.set(key, { key, keySpan, value: this.#valueOf(column, depth) });
    }
    return { kind: 'mapping', entries, start };
  }

  /** After the colon of a key at `column`: a list may begin in the column of its key. */
  #valueOf(column: number, depth: number): SourceNode {
    if (!this.#isLineEnd()) {
      this.#at = skipSpaces(this.#text, this.#at);
      return this.#restOfLine(depth);
    }
    this.#endLine();
    const within = this.#column > column || (this.#column === column && this.#isItem());
    if (!within) throw new NotPlain();
    return this.#collection(depth + 1);
  }

  /**
   * A continuation line would be indented deeper than all open collections, where no token begins.
   */
  #restOfLine(depth: number): SourceNode {
    const { value, end } = readInline(this.#text, this.#at, depth);
    this.#at = end;
    this.#endLine();
    return value;
  }

  #isItem(): boolean {
    ITEM.lastIndex = this.#at;
    return ITEM.test(this.#text);
  }

  #isLineEnd(): boolean {
    LINE_END.lastIndex = this.#at;
    return LINE_END.test(this.#text);
  }

  /** Starts after the last token of a line. */
  #endLine(): void {
    if (!this.#isLineEnd()) throw new NotPlain();
    this.#at = Math.min(LINE_END.lastIndex + 1, this.#text.length);
    this.#nextLine();
  }

  /** Goes to the first token of the next line that has one. */
  #nextLine(): void {
    while (this.#at < this.#text.length) {
      const newline = this.#text.indexOf('\n', this.#at);
      const end = newline === -1 ? this.#text.length : newline;
      if (end - this.#at > MAX_LINE_LENGTH) throw new NotPlain();
      const token = skipSpaces(this.#text, this.#at);
      if (token < end && this.#text[token] !== '#') {
        this.#column = token - this.#at;
        this.#at = token;
        if (this.#atMarker()) this.#column = -1;
        return;
      }
      this.#at = Math.min(end + 1, this.#text.length);
    }
    this.#column = -1;
  }

  #atMarker(): boolean {
    MARKER.lastIndex = this.#at;
    return MARKER.test(this.#text) && (this.#at === 0 || this.#text[this.#at - 1] === '\n');
  }

  #skipMarker(): void {
    this.#at += '---'.length;
    this.#endLine();
  }
}

// Scalars and collections on one line, as far as their meaning is certain.

/** Collections within collections; the library's limit is above it. */
const MAX_PLAIN_DEPTH = 16;
/** The library has such a limit, for keys before their colon. */
const MAX_KEY_LENGTH = 1000;

const DOUBLE_QUOTED = String.raw`"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`;
const SINGLE_QUOTED = String.raw`'(?:[^'\n]|'')*'`;
const QUOTED = `${DOUBLE_QUOTED}|${SINGLE_QUOTED}`;
/** No indicator at the beginning, no `: ` and no ` #` inside, no space at the end. */
const FIRST = String.raw`(?:[^\s\-?:,[\]{}#&*!|>'"%@\x60]|-(?=[\w.]))`;
const PLAIN = String.raw`${FIRST}(?: *(?:[^\s:#]|:(?=\S)|(?<=\S)#))*`;
const PLAIN_IN_FLOW = String.raw`${FIRST}(?: *(?:[^\s:#,[\]{}]|:(?=[^\s,[\]{}])|(?<=\S)#))*`;

const SCALAR = new RegExp(`${QUOTED}|${PLAIN}`, 'y');
const SCALAR_IN_FLOW = new RegExp(`${QUOTED}|${PLAIN_IN_FLOW}`, 'y');
const KEY = new RegExp(String.raw`(?:[A-Za-z_/][\w./-]*|${QUOTED})(?=:(?:[ \n]|$))`, 'y');

/** Ends the plain reading of a text, which the library has to read. */
class NotPlain extends Error {}

/** The value that was read, and the offset after it. */
interface Read<Value> {
  readonly value: Value;
  readonly end: number;
}

function isKey(text: string, at: number): boolean {
  KEY.lastIndex = at;
  return KEY.test(text);
}

/** A key with its colon. */
function readKey(text: string, at: number): Read<Omit<MappingEntry, 'value'>> {
  const end = endOf(KEY, text, at);
  const key = scalarValue(text.slice(at, end));
  if (typeof key !== 'string' || key === '__proto__' || end - at > MAX_KEY_LENGTH) {
    throw new NotPlain();
  }
  return { value: { key, keySpan: { start: at, end } }, end: end + 1 };
}

/** A scalar, or a collection in brackets, that begins at `at`. */
function readInline(text: string, at: number, depth: number): Read<SourceNode> {
  return readNode(text, at, { depth, scalar: SCALAR });
}

interface Flow {
  readonly depth: number;
  readonly scalar: RegExp;
}

function readNode(text: string, at: number, { depth, scalar }: Flow): Read<SourceNode> {
  if (depth > MAX_PLAIN_DEPTH) throw new NotPlain();
  const within = { depth: depth + 1, scalar: SCALAR_IN_FLOW };
  if (text[at] === '[') return readSequence(text, at, within);
  if (text[at] === '{') return readMapping(text, at, within);
  const end = endOf(scalar, text, at);
  const value = scalarValue(text.slice(at, end));
  return { value: { kind: 'scalar', value, start: at, end }, end };
}

function readSequence(text: string, start: number, flow: Flow): Read<SourceNode> {
  const items: SourceNode[] = [];
  const end = readList(text, start, (at) => {
    const item = readNode(text, at, flow);
    items.push(item.value);
    return item.end;
  });
  if (text[end - 1] !== ']') throw new NotPlain();
  return { value: { kind: 'sequence', items, start }, end };
}

function readMapping(text: string, start: number, flow: Flow): Read<SourceNode> {
  const entries = new Map<string, MappingEntry>();
  const end = readList(text, start, (at) => {
    const { value: named, end: colon } = readKey(text, at);
    const { value, end: behind } = readNode(text, skipSpaces(text, colon), flow);
    if (entries.has(named.key)) throw new NotPlain();
    entries.set(named.key, { ...named, value });
    return behind;
  });
  if (text[end - 1] !== '}') throw new NotPlain();
  return { value: { kind: 'mapping', entries, start }, end };
}

/** From after one bracket to after the other; `readItem` returns the end of its item. */
function readList(text: string, start: number, readItem: (at: number) => number): number {
  let at = skipSpaces(text, start + 1);
  if (text[at] === ']' || text[at] === '}') return at + 1;
  for (;;) {
    at = skipSpaces(text, readItem(at));
    if (text[at] === ']' || text[at] === '}') return at + 1;
    if (text[at] !== ',') throw new NotPlain();
    at = skipSpaces(text, at + 1);
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw new NotPlain();
  return pattern.lastIndex;
}

function scalarValue(source: string): ScalarNode['value'] {
  // The accepted escapes are JSON's.
  if (source.startsWith('"')) {
    const value: string = JSON.parse(source);
    if (UNSTORABLE.test(value)) throw new NotPlain();
    return value;
  }
  if (source.startsWith("'")) return source.slice(1, -1).replaceAll("''", "'");
  if (isNotFinite(source)) throw new NotPlain();
  return resolvePlain(source);
}
