/**
 * Where a manifest may hold secrets, by its text alone: excerpts are shown of what cannot be parsed
 * as well. In doubt a place counts as one.
 */
import { isSecretName, mayNameSecret } from '../../model/secrets/names.js';
import type { Span } from './excerpt.js';

/** What a secret follows; the bounds keep the cost linear in the text. */
const START = new RegExp(
  [
    '(?<armour>-----BEGIN )',
    // A word and what makes a key of it. The colon may be forgotten, or stand on a later line.
    String.raw`(?<![\w.-])(?<word>[\w.-]{1,200})["']?(?=[ \t]*(?<sign>[:=])|[ \t\n]|$)`,
    // With escapes a key is not as it looks.
    String.raw`(?<!\\)"(?<quoted>(?:[^"\\\n]|\\.){1,200})"(?=[ \t]*:)`,
    String.raw`:\/\/[^\s\/:@"'[\]]{0,200}(?<userinfo>:)`,
  ].join('|'),
  'g',
);

/** The parts of the text that may be secrets, in the order of the text, not overlapping. */
export function secretSpans(text: string): readonly Span[] {
  if (!mayNameSecret(text) && !/\\|:\/\/|-----BEGIN/.test(text)) return [];
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
  const { word, sign, quoted = '', armour, userinfo } = match.groups ?? {};
  const start = match.index + match[0].length;
  if (userinfo !== undefined) return userinfoAt(text, start);
  if (armour !== undefined) return { start, end: endOfArmour(text, start) };
  if (!quoted.includes('\\') && !isSecretName(word ?? quoted)) return undefined;
  const before = text.slice(lineStart, match.index);
  const isFirst = before.length < MAX_INDENT && /^[ \t?-]*["']?$/.test(before);
  if (word !== undefined && sign === undefined && !isFirst) return undefined;
  const value = /[ \t]*[:=]?/y;
  value.lastIndex = start;
  const from = value.test(text) && sign !== undefined ? value.lastIndex : start;
  const indent = isFirst ? before.replace(/["']$/, '').length : indentOf(before);
  return { start: from, end: endOfValue(text, from, indent) };
}

const MAX_INDENT = 1000;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Up to the end of the last line that may belong to the value of a key that is so indented. */
function endOfValue(text: string, start: number, indent: number): number {
  PROPERTIES.lastIndex = start;
  const first = PROPERTIES.test(text) ? PROPERTIES.lastIndex : start;
  let end = endOfLine(text, start);
  const isBelow = first > end;
  const isContinued = (line: string) => isContinuation(line, indent, isBelow);
  const hasValue = !isBelow || isContinued(lineOf(text, text.lastIndexOf('\n', first) + 1));
  if (hasValue) end = endOfLine(text, endOfDelimited(text, first));
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

/** True for a line that belongs to the value above it; `isBelow`: which begins below its key. */
function isContinuation(line: string, indent: number, isBelow: boolean): boolean {
  const trimmed = line.trim();
  if (trimmed === '' || indentOf(line) > indent) return true;
  if (isBelow && indentOf(line) === indent && /^-(?:\s|$)/.test(trimmed)) return true;
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

/** Up to the @, which may stand on a later line; undefined where a port follows the host. */
function userinfoAt(text: string, start: number): Span | undefined {
  const word = /^[^\s"]*/.exec(text.slice(start, start + MAX_USERINFO))?.[0] ?? '';
  if (word.includes('@')) {
    return { start, end: start + word.lastIndexOf('@') };
  }
  if (/^\d{1,5}(?![^/?#,\]}'])/.test(word)) return undefined;
  const end = start + word.length;
  const broken = /^[^@"]*@/.exec(text.slice(end, end + MAX_USERINFO))?.[0] ?? '';
  return { start, end: end + broken.length };
}

const MAX_USERINFO = 500;

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
