/**
 * Reads the plain form of YAML in which nearly every manifest is written: block lists and mappings
 * of what fits on a line, comments, several documents. It gives what the YAML library gives for
 * the same text, in a fraction of the time and memory and without loading the library. At whatever
 * is not surely plain it gives up, and the library reads the whole text: so nothing is refused
 * here, and no message is made.
 */
import {
  isKey,
  MAX_PLAIN_DEPTH,
  NotPlain,
  readInline,
  readKey,
  skipSpaces,
} from '../plain-scalar.js';
import type { MappingEntry, SourceNode } from '../source.js';

/** Bounds what one match takes. */
const MAX_LINE_LENGTH = 10_000;

/** `- ` or a lone `-`. */
const ITEM = /-(?=[ \n]|$) */y;
/** A document begins here. */
const MARKER = /---(?= *(?: #|\n|$))/y;
const LINE_END = /(?: +#[^\n]*| *)(?=\n|$)/y;

/** The documents of `text`, at least one; undefined when it is not plain throughout. */
export function readPlainYaml(text: string): readonly SourceNode[] | undefined {
  // Tabs and carriage returns are white space with rules of their own.
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
    return { kind: 'mapping', entries: [...entries.values()], start };
  }

  /** Behind the colon of a key at `column`: a list may begin in the column of its key. */
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

  /** A line that continued it would be indented beyond all that is open, where nothing begins. */
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

  /** From behind the last token of a line. */
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
