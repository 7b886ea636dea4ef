/**
 * Where a manifest may hold secrets, by its text alone: excerpts are shown of what cannot be parsed
 * as well. In doubt a place counts as one.
 */
import { isSecret, isSecretName, mayNameSecret } from '../../model/secrets/names.js';
import { urlPasswords } from '../../model/secrets/urls.js';
import type { Span } from '../../model/text.js';
import { doubtfulSpans } from './doubtful-spans.js';

/** What a secret follows; the bounds keep the cost linear in the text. */
const START = new RegExp(
  [
    '(?<armour>-----BEGIN )',
    // A word and what makes a key of it. The colon may be forgotten, or stand on a later line.
    String.raw`(?<![\w.\u0080-\uffff-])(?<word>[\w.\u0080-\uffff-]+)["']?(?=[ \t]*(?<sign>[:=])|[ \t\n]|$)`,
  ].join('|'),
  'g',
);

/** The parts of the text that may be secrets, in the order of the text, not overlapping. */
export function secretSpans(text: string): readonly Span[] {
  if (!mayNameSecret(text) && !/[@\\]|''|-----BEGIN/.test(text)) return [];
  const spans = [...namedSpans(text), ...urlPasswords(text), ...doubtfulSpans(text)];
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || span.start > last.end) merged.push(span);
    else if (span.end > last.end) merged[merged.length - 1] = { start: last.start, end: span.end };
  }
  return merged;
}

function namedSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  let line = { start: 0, end: endOfLine(text, 0) };
  START.lastIndex = 0;
  for (let match = START.exec(text); match !== null; match = START.exec(text)) {
    while (line.end < match.index)
      line = { start: line.end + 1, end: endOfLine(text, line.end + 1) };
    const span = secretBehind(text, match, line.start);
    if (span === undefined) continue;
    spans.push(span);
    START.lastIndex = span.end;
  }
  return spans;
}

/** The secret that `match` begins, in a line from `lineStart` on; undefined where there is none. */
function secretBehind(text: string, match: RegExpExecArray, lineStart: number): Span | undefined {
  const { word = '', sign, armour } = match.groups ?? {};
  const start = match.index + match[0].length;
  if (armour !== undefined) return { start, end: endOfArmour(text, start) };
  if (!isSecretName(word)) return undefined;
  const before = text.slice(lineStart, match.index);
  if (isNoSecret(text, { name: word, start, indent: indentOf(before) })) return undefined;
  const isFirst = before.length < MAX_INDENT && /^[ \t?-]*["']?$/.test(before);
  if (sign === undefined && !isFirst) return undefined;
  const value = /[ \t]*[:=]?/y;
  value.lastIndex = start;
  const from = value.test(text) && sign !== undefined ? value.lastIndex : start;
  const indent = isFirst ? before.replace(/["']$/, '').length : indentOf(before);
  return { start: from, end: endOfValue(text, from, indent) };
}

interface Key {
  readonly name: string;
  /** Behind the name. */
  readonly start: number;
  /** Of its line. */
  readonly indent: number;
}

/** `tokens: 3`, `auth: basic`, with nothing below it that may be a part of it. */
function isNoSecret(text: string, { name, start, indent }: Key): boolean {
  NO_SECRET.lastIndex = start;
  const value = NO_SECRET.exec(text)?.[1];
  if (value === undefined || isSecret(name, value)) return false;
  const end = NO_SECRET.lastIndex;
  if (text[end] !== '\n' || end + 1 === text.length) return true;
  return !isContinuation(lineOf(text, end + 1), indent);
}

const NO_SECRET = /[ \t]*:[ \t]+([\w-]{1,20})(?=[,}\]\n]|$)/y;

const MAX_INDENT = 1000;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Up to the end of the last line that may belong to the value of a key that is so indented. */
function endOfValue(text: string, start: number, indent: number): number {
  PROPERTIES.lastIndex = start;
  const first = PROPERTIES.test(text) ? PROPERTIES.lastIndex : start;
  let end = endOfLine(text, start);
  const isContinued = (line: string) => isContinuation(line, indent);
  const hasValue = first <= end || isContinued(lineOf(text, text.lastIndexOf('\n', first) + 1));
  if (hasValue) end = endOfLine(text, endOfDelimited(text, first));
  if (hasValue && text.startsWith('-----BEGIN ', first)) end = endOfArmour(text, end);
  while (end < text.length) {
    const line = lineOf(text, end + 1);
    if (!isContinued(line)) return end;
    end += 1 + line.length;
    if (line.includes('-----BEGIN ')) end = endOfArmour(text, end);
  }
  return end;
}

/** Space, anchors and tags before a value. */
const PROPERTIES = /(?:[&!]\S*)?(?:\s+(?:[&!]\S*)?)*/y;

/** True for a line that may belong to the value above it. */
function isContinuation(line: string, indent: number): boolean {
  const trimmed = line.trim();
  if (trimmed === '' || indentOf(line) > indent) return true;
  if (indentOf(line) === indent && /^(?:-(?:\s|$)|#)/.test(trimmed)) return true;
  return !NEXT_THING.test(trimmed);
}

/** A comment, a marker, an item, a key: the value has ended before. */
const NEXT_THING =
  /^(?:#|(?:---|\.\.\.|[-?])(?=\s|$)|(?:"[^"]{0,500}"|'[^']{0,500}'|[^\s"'{[:#,][^:,{}[\]]{0,500}):(?=\s|$))/;

/** After the closing quote or bracket of what begins at `start`; `start` where nothing does. */
function endOfDelimited(text: string, start: number): number {
  const opening = text.charAt(start);
  if (opening === '"' || opening === "'") return endOfQuoted(text, start);
  if (opening !== '[' && opening !== '{') return start;
  let depth = 0;
  BRACKET.lastIndex = start;
  for (let match = BRACKET.exec(text); match !== null; match = BRACKET.exec(text)) {
    const [mark] = match;
    if (mark === '"' || mark === "'") BRACKET.lastIndex = endOfQuoted(text, match.index);
    else depth += mark === '[' || mark === '{' ? 1 : -1;
    if (depth === 0) return BRACKET.lastIndex;
  }
  return text.length;
}

/** Quotes within a word are none. */
const BRACKET = /[[\]{}]|(?<=[\s,:[{])["']/g;

function endOfQuoted(text: string, start: number): number {
  const quoted = text.charAt(start) === '"' ? DOUBLE_QUOTED : SINGLE_QUOTED;
  quoted.lastIndex = start;
  return quoted.test(text) ? quoted.lastIndex : text.length;
}

const DOUBLE_QUOTED = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const SINGLE_QUOTED = /'[^']*(?:''[^']*)*'/y;

/** Up to the end of the line that ends a key or a certificate. */
function endOfArmour(text: string, start: number): number {
  return endOfLine(text, indexOr(text, '-----END', start));
}

function indexOr(text: string, searched: string, from: number): number {
  const at = text.indexOf(searched, from);
  return at === -1 ? text.length : at;
}

function endOfLine(text: string, from: number): number {
  return indexOr(text, '\n', from);
}

function lineOf(text: string, start: number): string {
  return text.slice(start, endOfLine(text, start));
}
