/**
 * The block style of the YAML library for values that need no quotes, byte for byte. The library
 * weighs every scalar in all its forms, which takes longer than planning and applying it.
 */
import { JsonNumber } from '../model/json.js';

/** What any reader takes for the text that it is: no spaces, and nothing special at either end. */
const PLAIN_TEXT = /^[A-Za-z_/(][!-~]{0,79}(?<!:)$/;
/** What the core schema reads as something else than text. */
const RESERVED = /^(?:null|true|false)$/i;

/**
 * `value` in lines that begin with `indent` spaces, each with its newline; undefined where it holds
 * anything that the library has to decide about. `value` is a list, a Map or a plain object.
 */
export function plainBlock(value: unknown, indent: number): string | undefined {
  if (Array.isArray(value)) return plainList(value, indent);
  const entries = entriesOf(value);
  return entries === undefined ? undefined : plainMap(entries, indent);
}

function plainList(items: readonly unknown[], indent: number): string | undefined {
  if (items.length === 0) return undefined;
  const margin = ' '.repeat(indent);
  let lines = '';
  for (const item of items) {
    const scalar = plainScalar(item);
    // A collection begins on the line of the dash, in the place of two of its spaces.
    const content = scalar === undefined ? plainBlock(item, indent + 2) : `${scalar}\n`;
    if (content === undefined) return undefined;
    lines += `${margin}- ${scalar === undefined ? content.slice(indent + 2) : content}`;
  }
  return lines;
}

function plainMap(entries: Iterable<[unknown, unknown]>, indent: number): string | undefined {
  const margin = ' '.repeat(indent);
  let lines = '';
  for (const [name, value] of entries) {
    const key = plainText(name);
    const scalar = plainScalar(value);
    const content = scalar === undefined ? plainBlock(value, indent + 2) : scalar;
    if (key === undefined || content === undefined) return undefined;
    lines += `${margin}${key}:${scalar === undefined ? `\n${content}` : ` ${content}\n`}`;
  }
  return lines === '' ? undefined : lines;
}

function entriesOf(value: unknown): Iterable<[unknown, unknown]> | undefined {
  if (value instanceof Map) return value;
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

function plainScalar(value: unknown): string | undefined {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return value instanceof JsonNumber ? value.text : plainText(value);
}

function plainText(value: unknown): string | undefined {
  const plain = typeof value === 'string' && PLAIN_TEXT.test(value) && !RESERVED.test(value);
  return plain ? value : undefined;
}
