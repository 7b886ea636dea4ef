/** Secrets behind their names in texts that are not JSON: `password=x`, `token: x`, `--token x`. */
import type { Span } from '../text.js';
import { HIDDEN, isSecret, secretKind } from './names.js';

/**
 * Whose text it is. `data`: a value of the configuration, a manifest; what may be a secret is
 * hidden to the end of its line or block. `message`: sentences of programs, in which a colon has
 * other uses as well.
 */
export type Content = 'data' | 'message';

/** A name and what makes an assignment of it. */
const ASSIGNMENT =
  /(?<![\w.\u0080-\uffff-])([\w.\u0080-\uffff-]+)(["']?[^\S\n]{0,9}(?:=[=>]?|:=|:(?!\/\/))[^\S\n]{0,9}|[^\S\n]{1,9}(?=[^\s-]))/g;
/** A quote that ends a string of JSON, and a backslash before one, end a value. */
const NO_END = String.raw`\\+(?!["\\])|"(?![,}\]\s:]|$)`;
const PLAIN = runOf(String.raw`[^\s&"\\]`, NO_END);
/** Outside of a URL, an & is a part of it. */
const WITH_AMPERSAND = runOf(String.raw`[^\s"\\]`, NO_END);
const LINE = runOf(String.raw`[^\n"\\]`, String.raw`\\+(?!["\\])|"(?![,}\]:]|\s{0,9}$)`);
const ONE_WORD = /[^\s,;"')}\]]+(?=[,;"')}\]]|\s{0,9}(?:\n|$))/y;
const SCHEME_AND_WORD = /(?:basic|bearer|digest|token|apikey|negotiate) +[^\s,;"')}\]]+/iy;
const SINGLE_QUOTED = runOf(String.raw`[^'\\\n]`, String.raw`\\.|''`, "'");
const DOUBLE_QUOTED = runOf(String.raw`[^"\\\n]`, String.raw`\\.`, '"');
const ESCAPED_QUOTED = /\\+"[^"\\]*(?:\\+")?/y;
/** `token = lower(data->>'a')` is an expression. */
const CALL = /[\w.]+\(/y;
/** What begins a block of YAML: `|`, `>-`, or nothing, and a comment. */
const BLOCK = /(?:[|>][+-]?\d?[+-]?)?[^\S\n]*(?:#[^\n]*)?(?=\n)/y;

/** Units that follow one another, between quotes where there are any; the last may be missing. */
interface Run {
  readonly unit: RegExp;
  readonly quote: string;
}

/** Characters, and between them something of several. */
function runOf(character: string, several: string, quote = ''): Run {
  return { unit: new RegExp(`${character}+|${several}`, 'y'), quote };
}

/** A loop: as one pattern, a long text would run out of stack. The place itself without a run. */
function endOfRun({ unit, quote }: Run, text: string, place: number): number {
  if (!text.startsWith(quote, place)) return place;
  let end = place + quote.length;
  for (unit.lastIndex = end; unit.test(text); end = unit.lastIndex) {}
  return quote !== '' && text.startsWith(quote, end) ? end + quote.length : end;
}

/** The secrets behind names, in the order of the text. Linear in the text. */
export function assignedSecrets(text: string, content: Content): readonly Span[] {
  const spans: Span[] = [];
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match !== null; match = ASSIGNMENT.exec(text)) {
    const [whole, name = '', sign = ''] = match;
    const place = { name, sign, nameAt: match.index, start: match.index + whole.length };
    const end = endOfSecret(text, place, content);
    ASSIGNMENT.lastIndex = end ?? match.index + name.length;
    if (end !== undefined) spans.push({ start: place.start, end });
  }
  return spans;
}

interface Place {
  readonly name: string;
  readonly sign: string;
  readonly nameAt: number;
  /** Where the value begins. */
  readonly start: number;
}

function endOfSecret(text: string, place: Place, content: Content): number | undefined {
  const { name, sign, start } = place;
  const kind = secretKind(name);
  if (kind === undefined || isClosing(text, start)) return undefined;
  const isFlag = sign.trim() === '';
  if (isFlag && !(kind === 'sure' && mayBeSpaced(text, place, content))) return undefined;
  const hasColon = sign.includes(':') && !sign.includes('=');
  if (hasColon && !mayHaveColon(text, place)) return undefined;
  const end = hasColon ? endBehindColon(text, place, content) : endOfWord(text, place);
  const value = withoutQuotes(text.slice(start, end));
  if (value === HIDDEN || /^(?:true|false|null|undefined)$/i.test(value)) return undefined;
  return isSecret(name, value) ? end : undefined;
}

function withoutQuotes(value: string): string {
  if (value.length > LONGEST_KNOWN) return value;
  return value.replace(/^\\{0,7}["']|\\{0,7}["']?[,;.)\s]{0,9}$/g, '');
}

/** Of values that are known to be no secrets. */
const LONGEST_KNOWN = 400;

/** `--password x`, and `PASSWORD 'x'` of SQL. */
function mayBeSpaced(text: string, { name, start }: Place, content: Content): boolean {
  return text[start] === "'" || (content === 'data' && name.startsWith('-'));
}

function endOfWord(text: string, { nameAt, sign, start }: Place): number {
  const quoted = endOfQuoted(text, start);
  if (/\s/.test(sign) && matchAt(CALL, text, start) > start) return start;
  const isInUrl = /[?&]/.test(text.charAt(nameAt - 1));
  const end = endOfRun(isInUrl ? PLAIN : WITH_AMPERSAND, text, quoted);
  return Math.max(end, matchAt(SCHEME_AND_WORD, text, start));
}

/** A colon also ends what a sentence is about, and the port of an address follows one. */
function mayHaveColon(text: string, { name, sign, nameAt, start }: Place): boolean {
  const isSpaced = /\s$/.test(sign) || /["'\n]/.test(text.charAt(start)) || start >= text.length;
  const before = text.slice(Math.max(0, nameAt - 50), nameAt);
  if (/[/:]$/.test(before)) return false;
  if (secretKind(name) === 'sure') return true;
  if (!isSpaced) return false;
  const isFirst = /(?:^|[\n,;{([&?"'])[^\S\n]*(?:- )?$/.test(before);
  return isFirst || matchAt(SCHEME_AND_WORD, text, start) > start;
}

function endBehindColon(text: string, { nameAt, start }: Place, content: Content): number {
  const quoted = endOfQuoted(text, start);
  if (quoted > start) return quoted;
  if (content === 'message') {
    return Math.max(matchAt(SCHEME_AND_WORD, text, start), matchAt(ONE_WORD, text, start));
  }
  if (matchAt(BLOCK, text, start) > start || text[start] === '\n') {
    return endOfBlock(text, nameAt, start);
  }
  return endOfRun(LINE, text, start);
}

/** The end of the lines that are indented deeper than that of the name. */
function endOfBlock(text: string, nameAt: number, start: number): number {
  const indent = indentAt(text, text.lastIndexOf('\n', nameAt) + 1);
  let end = start;
  for (let line = text.indexOf('\n', start); line !== -1; line = text.indexOf('\n', line + 1)) {
    const next = text.indexOf('\n', line + 1);
    const isEmpty = /^\s*$/.test(text.slice(line + 1, next === -1 ? text.length : next));
    const isItem = /^[^\S\n]*- /.test(text.slice(line + 1, line + 1 + indent + 2));
    const depth = indentAt(text, line + 1);
    if (!isEmpty && depth <= indent && !(isItem && depth === indent)) break;
    if (!isEmpty) end = next === -1 ? text.length : next;
  }
  return end;
}

function indentAt(text: string, lineStart: number): number {
  return matchAt(INDENT, text, lineStart) - lineStart;
}

const INDENT = /[^\S\n]*/y;

/** The place itself where no quote stands there. */
function endOfQuoted(text: string, place: number): number {
  for (const quoted of [SINGLE_QUOTED, DOUBLE_QUOTED]) {
    const end = endOfRun(quoted, text, place);
    if (end > place) return end;
  }
  return matchAt(ESCAPED_QUOTED, text, place);
}

/** The end of the match at a place; the place itself without one. */
function matchAt(pattern: RegExp, text: string, place: number): number {
  pattern.lastIndex = place;
  return pattern.test(text) ? pattern.lastIndex : place;
}

/** A quote that ends a string of JSON begins no value. */
function isClosing(text: string, place: number): boolean {
  return matchAt(CLOSING, text, place) > place;
}

const CLOSING = /\\*"(?:[,}\]\s:]|$)/y;
