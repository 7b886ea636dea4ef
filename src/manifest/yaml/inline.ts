/**
 * Scalars and collections on one line, as far as their meaning is certain: a part of the plain
 * reader.
 */
import { UNSTORABLE } from '../../model/json.js';
import type { Allowance } from '../allowance.js';
import type { MappingEntry, ScalarNode, SourceNode } from '../source.js';
import { isNotFinite, resolvePlain } from './scalar.js';

/** Collections within collections; the library's limit is above it. */
export const MAX_PLAIN_DEPTH = 16;
/** The library has such a limit, for keys before their colon. */
const MAX_KEY_LENGTH = 1000;

const DOUBLE_QUOTED = String.raw`"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`;
const SINGLE_QUOTED = String.raw`'(?:[^'\n]|'')*'`;
const QUOTED = `${DOUBLE_QUOTED}|${SINGLE_QUOTED}`;
/** No indicator at the beginning, no `: ` and no ` #` inside, no space at the end. */
const FIRST = String.raw`(?:[^\s\-?:,[\]{}#&*!|>'"%@\x60]|-(?=[\w.]))`;
const PLAIN = String.raw`${FIRST}(?: *(?:[^\s:#]|:(?=\S)|(?<=\S)#))*`;
const PLAIN_IN_FLOW = String.raw`${FIRST}(?: *(?:[^\s:#,[\]{}]|:(?=[^\s,[\]{}])|(?<=\S)#))*`;

/** A scalar in block context. */
export const SCALAR = new RegExp(`${QUOTED}|${PLAIN}`, 'y');
const SCALAR_IN_FLOW = new RegExp(`${QUOTED}|${PLAIN_IN_FLOW}`, 'y');
const KEY = new RegExp(String.raw`(?:[A-Za-z_/][\w./-]*|${QUOTED})(?=:(?:[ \n]|$))`, 'y');

/** Ends the plain reading of a text, which the library has to read. */
export class NotPlain extends Error {}

/** The value that was read, and the offset after it. */
interface Read<Value> {
  readonly value: Value;
  readonly end: number;
}

/** Ends the reading of a text that is more than may be read. */
export class TooMuch extends Error {}

/** Before another value is read. Throws TooMuch when none is left. */
export function take(left: Allowance, kind: 'scalar' | 'collection'): void {
  left.values -= 1;
  if (kind === 'collection') left.collections -= 1;
  if (left.values < 0 || left.collections < 0) throw new TooMuch();
}

/** True where a key with its colon begins at `at`. */
export function isKey(text: string, at: number): boolean {
  KEY.lastIndex = at;
  return KEY.test(text);
}

/** A key with its colon. Throws NotPlain. */
export function readKey(text: string, at: number): Read<Omit<MappingEntry, 'value'>> {
  const end = endOf(KEY, text, at);
  const key = scalarValue(text.slice(at, end));
  if (typeof key !== 'string' || key === '__proto__' || end - at > MAX_KEY_LENGTH) {
    throw new NotPlain();
  }
  return { value: { key, keySpan: { start: at, end } }, end: end + 1 };
}

interface Flow {
  readonly depth: number;
  readonly scalar: RegExp;
  readonly left: Allowance;
}

/** A scalar, or a collection in brackets, that begins at `at`. Throws NotPlain and TooMuch. */
export function readNode(
  text: string,
  at: number,
  { depth, scalar, left }: Flow,
): Read<SourceNode> {
  if (depth > MAX_PLAIN_DEPTH) throw new NotPlain();
  take(left, /[[{]/.test(text.charAt(at)) ? 'collection' : 'scalar');
  const within = { depth: depth + 1, scalar: SCALAR_IN_FLOW, left };
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

/** The offset of the next character that is no space. */
export function skipSpaces(text: string, from: number): number {
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
