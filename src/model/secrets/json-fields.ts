/** Secrets in the fields of JSON, wherever in a text it stands, whole or cut off. */
import { JsonNumber, type JsonValue } from '../json.js';
import { HIDDEN, isSecret, nameOfPart, secretKind } from './names.js';

/** Behind the name of a field, also within a string of JSON, where quotes are escaped. */
const NAME_END = /(\\{0,7})"\s{0,9}:\s{0,9}/g;
/** Of longer names the end decides. */
const LONGEST_NAME = 1000;

/** HIDDEN for each secret, quoted as its neighbours are; JSON stays JSON. Linear in the text. */
export function hideFields(text: string): string {
  const login = { name: '', end: 0 };
  let shown = '';
  let at = 0;
  let recordKey = '';
  NAME_END.lastIndex = 0;
  for (let match = NAME_END.exec(text); match !== null; match = NAME_END.exec(text)) {
    const [whole, escapes = ''] = match;
    const start = match.index + whole.length;
    const own = nameBefore(text, match.index);
    // A record of the configuration, and a variable, has its name beside its value.
    if (/^(?:key|name)$/i.test(own)) recordKey = scalarAt(text, start);
    const part = /^value$/i.test(own) ? recordKey : own;
    const name = start < login.end ? nameOfPart(login.name, part) : part;
    if (text[start] === '{' && start >= login.end && secretKind(name) === 'login') {
      login.name = name;
      login.end = endOfValue(text, start, escapes.length);
    }
    if (!isSecretAt(text, start, name)) continue;
    const end = endOfValue(text, start, escapes.length);
    shown += `${text.slice(at, start)}${escapes}"${HIDDEN}${escapes}"`;
    at = end;
    NAME_END.lastIndex = end;
  }
  return shown + text.slice(at);
}

/** From the quote before it; decoded, since escapes of plain letters serve to hide names only. */
function nameBefore(text: string, end: number): string {
  const before = text.slice(Math.max(0, end - LONGEST_NAME), end);
  const name = before.slice(before.lastIndexOf('"') + 1);
  if (!name.includes('\\')) return name;
  return name.replace(/\\+(?:u([\da-f]{4}))?/gi, (_, code?: string) =>
    code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function isSecretAt(text: string, start: number, name: string): boolean {
  const kind = secretKind(name);
  if (kind === undefined) return false;
  const begin = text.slice(start, start + LONGEST_LOOK);
  if (begin.startsWith('[') && kind === 'login') return !/^\[\s*\]/.test(begin);
  if (/^[[{]/.test(begin)) return isSecret(name, contentOf(begin));
  const word = scalarAt(text, start);
  if (/^(?:null|true|false)$/.test(word) && /^[ntf]/.test(begin)) return false;
  return isSecret(name, /^[-\d]/.test(begin) ? new JsonNumber(word) : word);
}

const LONGEST_LOOK = 200;

/** As much of a collection as decides whether it may hold a secret; in doubt it does. */
function contentOf(begin: string): JsonValue {
  const [scalars] = /^[[{](?:[^"[\]{}]|\\*"(?:[^"\\]|\\+[^"\\])*\\*"\s*:)*[\]}]/.exec(begin) ?? [];
  if (scalars === undefined) return ['text'];
  return /\d/.test(scalars) ? [new JsonNumber('0')] : [];
}

/** The beginning of a scalar of JSON, without quotes. */
function scalarAt(text: string, start: number): string {
  return /^\\*"?([^"\\,}\]\s]*)/.exec(text.slice(start, start + LONGEST_LOOK))?.[1] ?? '';
}

/**
 * The end of the JSON value that begins at `start`; of the text where it is not closed, since
 * excerpts of servers may end within it. `escapes`: how many backslashes stand before its quotes.
 */
function endOfValue(text: string, start: number, escapes: number): number {
  if (!/["[{\\]/.test(text.charAt(start))) {
    SCALAR.lastIndex = start;
    return SCALAR.test(text) ? SCALAR.lastIndex : start;
  }
  let depth = 0;
  let isInString = false;
  MARK.lastIndex = start;
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    const [, before = '', character = ''] = mark;
    // With each level of escaping their number doubles, and one more.
    const isEnd = before.length % (2 * escapes + 2) === escapes;
    if (character === '"') isInString = isInString !== isEnd;
    else if (!isInString) depth += character === '[' || character === '{' ? 1 : -1;
    if (!isInString && depth <= 0) return MARK.lastIndex;
  }
  return text.length;
}

const SCALAR = /[^\s,}\]]*/y;
const MARK = /(?<!\\)(\\*)(["[\]{}])/g;
