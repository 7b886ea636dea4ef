/** The line that a problem is about, as far as it may be shown. */
import { HIDDEN } from '../../model/secrets/names.js';
import type { Span } from '../../model/text.js';

/** The part of a source line that a message points at. */
export interface Excerpt {
  /** The line, or a window of it when it is long; without its line break. */
  readonly text: string;
  /** Where the marked part begins in `text`, in UTF-16 code units from 0. */
  readonly start: number;
  /** How long the marked part is; at least 1. */
  readonly length: number;
}

const EXCERPT_BEFORE = 60;
const EXCERPT_LENGTH = 120;

interface Marked {
  /** Where the line begins. */
  readonly lineStart: number;
  /** Begins in the line. */
  readonly span: Span;
  /** The parts of the text that may be secrets, in its order. */
  readonly secrets: readonly Span[];
}

/** The excerpt of a line of `source`, with HIDDEN for each secret in it. */
export function excerptOf(source: string, { lineStart, span, secrets }: Marked): Excerpt {
  const from = Math.max(lineStart, span.start - EXCERPT_BEFORE);
  const [line = ''] = source.slice(from, from + EXCERPT_LENGTH).split('\n', 1);
  const to = from + line.length;
  const end = Math.min(Math.max(span.start, span.end), to);
  const near = secrets.filter((secret) => secret.end > from && secret.start < to);
  const shown = (start: number, until: number): string => {
    let text = '';
    let at = start;
    for (const secret of near) {
      if (secret.end <= at || secret.start >= until) continue;
      const begins = secret.start >= start || start === from;
      text += source.slice(at, Math.max(at, secret.start)) + (begins ? HIDDEN : '');
      at = Math.min(secret.end, until);
    }
    return text + source.slice(at, Math.max(at, until));
  };
  const before = shown(from, span.start);
  const marked = shown(span.start, end);
  const text = before + marked + shown(end, to);
  return { text, start: before.length, length: Math.max(1, marked.length) };
}

/** The words of a message or hint as far as they quote nothing. */
export function withoutQuotes(words: string): string {
  const start = words.search(QUOTED);
  return start === -1 ? words : words.slice(0, start) + HIDDEN;
}

const QUOTED = /["'`(\\&!%:.\d]/;
