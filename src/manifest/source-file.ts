/** One manifest file in memory, and the places in it. */
import type { SourcePlace } from '../model/resources.js';
import type { Diagnostic, Excerpt } from './diagnostic.js';

const EXCERPT_BEFORE = 60;
const EXCERPT_LENGTH = 120;

/** A stretch of the text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ProblemDetails {
  readonly path?: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly related?: SourcePlace | undefined;
}

export class SourceFile {
  /** As shown to people: the path that was given, or `<stdin>`. */
  readonly name: string;
  readonly text: string;
  /** The offset of each line, made when the first place is asked for. */
  #lines: readonly number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  place(offset: number): SourcePlace {
    const { line, start } = this.#lineAt(offset);
    return { file: this.name, line, column: offset - start + 1 };
  }

  /** A diagnostic that points at `span`. */
  problem(span: Span, details: ProblemDetails): Diagnostic {
    const { path = '', message, hint, related } = details;
    return {
      ...this.place(span.start),
      path,
      message,
      excerpt: this.#excerpt(span),
      ...(hint === undefined ? {} : { hint }),
      ...(related === undefined ? {} : { related }),
    };
  }

  #excerpt(span: Span): Excerpt {
    const { start: lineStart } = this.#lineAt(span.start);
    const from = Math.max(lineStart, span.start - EXCERPT_BEFORE);
    const window = this.text.slice(from, from + EXCERPT_LENGTH);
    const text = window.split('\n', 1)[0]?.replace(/\r$/, '') ?? '';
    const start = span.start - from;
    const length = Math.max(1, Math.min(span.end, from + text.length) - span.start);
    return { text, start, length };
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
