/**
 * JSON whose numbers are kept as they were written: 20-digit integers and `1.10` pass through
 * unchanged. Objects are Maps, so that no key (`__proto__`) is special. RFC 8259:
 * https://www.rfc-editor.org/rfc/rfc8259
 */
import { assert, LenkwerkError } from './errors.js';

/** A JSON number as its literal text. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;

/** Deeper texts are refused: no cluster state nests so deeply, and the stack is limited. */
export const MAX_JSON_DEPTH = 512;

/**
 * What makes a text one that PostgreSQL stores within `json` but cannot take out of it: NUL, and
 * half a surrogate pair. https://www.postgresql.org/docs/current/datatype-json.html
 */
export const UNSTORABLE = /[\0\p{Cs}]/u;

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const LITERALS = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * What becomes of a name that an object has twice: the last value counts, as in jsonb, or the text
 * is refused.
 */
type RepeatedNames = 'last' | 'refused';

/** Reads a JSON text (RFC 8259). Throws `invalid-input`. */
export function parseJson(text: string, repeated: RepeatedNames = 'last'): JsonValue {
  const reader = new JsonReader(text, repeated);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Collections within collections: 0 for a scalar, 1 for `[]`. */
export function depthOfJson(value: JsonValue): number {
  const children = isJsonArray(value)
    ? value
    : isJsonObject(value)
      ? [...value.values()]
      : undefined;
  return children === undefined
    ? 0
    : children.reduce((depth: number, child) => Math.max(depth, 1 + depthOfJson(child)), 1);
}

/** The same, but returns undefined for a text that is not JSON (or nests too deeply). */
export function tryParseJson(
  text: string,
  repeated: RepeatedNames = 'last',
): JsonValue | undefined {
  try {
    return parseJson(text, repeated);
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}

class JsonReader {
  readonly #text: string;
  readonly #repeated: RepeatedNames;
  #offset = 0;

  constructor(text: string, repeated: RepeatedNames) {
    this.#text = text;
    this.#repeated = repeated;
  }

  value(depth: number): JsonValue {
    if (depth > MAX_JSON_DEPTH) this.#fail(`nested deeper than ${MAX_JSON_DEPTH} levels`);
    this.#take(WHITESPACE);
    switch (this.#text[this.#offset]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  end(): void {
    this.#take(WHITESPACE);
    if (this.#offset < this.#text.length) this.#fail('unexpected text after the value');
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.#offset += 1;
    if (this.#next('}')) return members;
    do {
      this.#take(WHITESPACE);
      const name = this.#string();
      const isRefused = this.#repeated === 'refused' && members.has(name);
      if (isRefused) this.#fail(`the name ${JSON.stringify(name)} is given twice`);
      if (!this.#next(':')) this.#fail('expected ":"');
      members.set(name, this.value(depth + 1));
    } while (this.#next(','));
    if (!this.#next('}')) this.#fail('expected "," or "}"');
    return members;
  }

  #array(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    this.#offset += 1;
    if (this.#next(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#next(','));
    if (!this.#next(']')) this.#fail('expected "," or "]"');
    return items;
  }

  #string(): string {
    const end = endOfString(this.#text, this.#offset);
    if (end === undefined) return this.#fail('expected a string');
    try {
      const value: unknown = JSON.parse(this.#text.slice(this.#offset, end));
      this.#offset = end;
      return String(value);
    } catch {
      return this.#fail('malformed string');
    }
  }

  #scalar(): JsonValue {
    const number = this.#take(NUMBER);
    if (number !== '') return new JsonNumber(number);
    const literal = LITERALS.get(this.#take(LITERAL));
    return literal === undefined ? this.#fail('expected a value') : literal;
  }

  /** Consumes what the sticky pattern matches here; the empty string when it does not. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const taken = pattern.exec(this.#text)?.[0] ?? '';
    this.#offset += taken.length;
    return taken;
  }

  #next(character: string): boolean {
    this.#take(WHITESPACE);
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #fail(problem: string): never {
    throw new LenkwerkError('invalid-input', `not JSON: ${problem} at offset ${this.#offset}`);
  }
}

/**
 * The offset after the string of JSON that begins there; undefined: none does, or it is not closed.
 * A loop: a pattern with a repeated group runs out of stack in strings of many megabytes.
 */
export function endOfString(text: string, start: number): number | undefined {
  if (text[start] !== '"') return undefined;
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === '\\') at += 1;
  }
  return undefined;
}

/** True for a JSON object, which is a Map. */
export function isJsonObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}

/** True for a JSON array. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Compact JSON text: members in their order, numbers as they were written. */
export function formatJson(value: JsonValue): string {
  return write(value, { members: (object) => [...object], number: (number) => number.text });
}

/** The canonical text of a JSON value, equal for equal values: sorted names, reduced numbers. */
export function canonicalJson(value: JsonValue): string {
  return write(value, {
    members: (object) => [...object].sort(([a], [b]) => (a < b ? -1 : 1)),
    number: (number) => canonicalNumber(number.text),
  });
}

/** Whether two values are equal. Numbers compare as decimals, exactly: `1.10` is `1.1`. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

interface Style {
  readonly members: (object: JsonObject) => readonly (readonly [string, JsonValue])[];
  readonly number: (number: JsonNumber) => string;
}

function write(value: JsonValue, style: Style): string {
  if (value instanceof JsonNumber) return style.number(value);
  if (isJsonObject(value)) {
    const members = style.members(value).map(([k, v]) => `${JSON.stringify(k)}:${write(v, style)}`);
    return `{${members.join(',')}}`;
  }
  if (isJsonArray(value)) return `[${value.map((item) => write(item, style)).join(',')}]`;
  return JSON.stringify(value);
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** `12.50` -> `1250e-2` -> `125e-1`: an integer without trailing zeros, and an exponent. */
function canonicalNumber(text: string): string {
  const match = DECIMAL.exec(text);
  assert(match !== null, `not a JSON number: ${text}`);
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match;
  const digits = `${integer}${fraction}`.replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = withoutTrailingZeros(digits);
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length);
  const power = scale - BigInt(significant.length);
  return power === 0n ? `${sign}${significant}` : `${sign}${significant}e${power}`;
}

/** A loop: a pattern that is tried at every zero takes quadratic time for long numbers. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
