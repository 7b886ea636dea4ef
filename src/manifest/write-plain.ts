/** Values in YAML's block style, and the texts that need quotes. */
import { JsonNumber } from '../model/json.js';
import { holdsCommand } from '../model/text.js';

// The block style of the YAML library for values that need no quotes, byte for byte. The library
// compares all forms of every scalar, which takes longer than planning and applying it.

/** Plain scalars that every reader reads as text: no spaces, no indicator at either end. */
const PLAIN_TEXT = /^[A-Za-z_/(][!-~]{0,79}(?<!:)$/;
/** Plain scalars that the core schema does not read as text. */
const RESERVED = /^(?:null|true|false)$/i;
/**
 * Plain scalars that readers of YAML 1.1 do not read as text: switches, numbers with underscores or
 * to the base of 60, dates, the key that merges. https://yaml.org/type/
 */
const RESERVED_IN_YAML_11 = [
  /^(?:y|n|yes|no|on|off|=|<<)$/i,
  /^(?=.*\d)[-+]?(?:0b[01_]+|0x[\da-f_]+|[\d_]*\.?[\d_]*(?:e[-+]?\d+)?)$/i,
  /^[-+]?\d[\d_]*(?::\d\d?)+(?:\.[\d_]*)?$/,
  /^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/,
];

/** True for a text that readers of YAML 1.1 take for something else, when it has no quotes. */
export function isOtherInYaml11(value: string): boolean {
  return value.length <= MAX_SPECIAL && RESERVED_IN_YAML_11.some((form) => form.test(value));
}

/** Longer numbers have other forms as well: they are never text in either version. */
const MAX_SPECIAL = 80;

/**
 * `value` in lines that begin with `indent` spaces, each with its newline; undefined where the
 * library has to choose the form of a value. `value` is a list, a Map or a plain object.
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
    // A collection starts on the line of the dash, which replaces two of its spaces.
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
  if (typeof value !== 'string' || !PLAIN_TEXT.test(value) || RESERVED.test(value))
    return undefined;
  return holdsCommand(value) || isOtherInYaml11(value) ? undefined : value;
}
