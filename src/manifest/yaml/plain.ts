/**
 * Reads the plain form of YAML in which nearly every manifest is written: block lists and mappings
 * of what fits on a line, comments, several documents. It returns the same as the YAML library for
 * the same text, in a fraction of the time and memory and without loading the library. For a text
 * that is not certainly plain it returns undefined, and the library reads the whole text: so
 * nothing is refused here.
 * Decision D2 in src/README.md.
 */
import type { Allowance } from '../allowance.js';
import type { MappingEntry, SourceNode } from '../source.js';
import {
  isKey,
  MAX_PLAIN_DEPTH,
  NotPlain,
  readKey,
  readNode,
  SCALAR,
  skipSpaces,
  TooMuch,
  take,
} from './inline.js';

/** Bounds the length of one match. */
const MAX_LINE_LENGTH = 10_000;

/** `- ` or a lone `-`. */
const ITEM = /-(?=[ \n]|$) */y;
/** The start of a document. */
const MARKER = /---(?= *(?: #|\n|$))/y;
const LINE_END = /(?: +#[^\n]*| *)(?=\n|$)/y;

type PlainReading =
  /** At least one. */
  | { readonly kind: 'plain'; readonly documents: readonly SourceNode[] }
  /** `at`: an offset close to the first place that is not plain. */
  | { readonly kind: 'other'; readonly at: number };

/**
 * The documents of `text`, which are subtracted from `allowance`; or where it is not plain, or more
 * than is left of the allowance, of which the library is left nothing then.
 */
export function readPlainYaml(text: string, allowance: Allowance): PlainReading {
  // Tabs and carriage returns are white space with other rules.
  const foreign = text.search(/[\t\r\ufeff]/);
  if (foreign !== -1) return { kind: 'other', at: foreign };
  const left = { ...allowance };
  const reader = new PlainReader(text, left);
  try {
    const documents = reader.documents();
    Object.assign(allowance, left);
    return { kind: 'plain', documents };
  } catch (error) {
    if (error instanceof NotPlain) return { kind: 'other', at: reader.at };
    if (error instanceof TooMuch) {
      // The library needs more memory for the same text.
      allowance.lexemes = 0;
      return { kind: 'other', at: reader.at };
    }
    throw error;
  }
}

class PlainReader {
  readonly #text: string;
  /** Where the next token begins, and its column; -1 at a marker and at the end. */
  #at = 0;
  #column = 0;
  readonly #left: Allowance;

  constructor(text: string, left: Allowance) {
    this.#text = text;
    this.#left = left;
  }

  /** Where the token begins that is read. */
  get at(): number {
    return this.#at;
  }

  documents(): readonly SourceNode[] {
    const documents: SourceNode[] = [];
    this.#nextLine();
    if (this.#atMarker()) this.#skipMarker();
    for (;;) {
      documents.push(this.#collection(1));
      this.#left.documents -= 1;
      if (this.#left.documents < 0) throw new NotPlain();
      if (this.#at === this.#text.length) return documents;
      if (!this.#atMarker()) throw new NotPlain();
      this.#skipMarker();
    }
  }

  #collection(depth: number): SourceNode {
    if (depth > MAX_PLAIN_DEPTH || this.#column === -1) throw new NotPlain();
    take(this.#left, 'collection');
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
    const { value, end } = readNode(this.#text, this.#at, {
      depth,
      scalar: SCALAR,
      left: this.#left,
    });
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
