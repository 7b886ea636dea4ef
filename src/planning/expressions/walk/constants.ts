/** What a constant argument of a call may be. */
import type { ConstantRule } from '../allowed/kinds.js';
import { DICTIONARIES, TIME_FIELDS, TRUNCATIONS } from '../allowed/others.js';
import { SETTINGS } from '../allowed/settings.js';
import { isTimeZone } from '../allowed/zones.js';
import { type Constant, refuse, textsIn } from '../tree.js';

/** The largest constants, as the width of lpad() or the digits of round(). */
export const MAX_INTEGER = 1024;
/** The largest position in a text, which costs nothing. */
const MAX_LENGTH = 65_536;
/** A text that is searched: its length multiplies the work. */
const MAX_NEEDLE = 64;
const MAX_PATH_LENGTH = 256;
const MAX_PATH_EXPANSIONS = 2;

/** Each rule, as the end of a sentence. */
export const DESCRIPTIONS: Readonly<Record<ConstantRule, string>> = {
  text: 'a string',
  needle: `a string of at most ${MAX_NEEDLE} characters, since a search for a text of the document may take quadratic time`,
  integer: `a whole number up to ${MAX_INTEGER}`,
  length: `a whole number from 0 to ${MAX_LENGTH}`,
  position: `a whole number up to ${MAX_INTEGER}, and not 0`,
  divisor: 'a number other than zero',
  truncation: 'a unit such as hour or day',
  field: 'a part of a time such as hour or epoch',
  zone: 'UTC, an offset such as +02:00, or a region that PostgreSQL 15 to 18 know in every setting, such as Europe/Berlin',
  stride: 'a length such as 15 minutes, in one unit up to weeks',
  dictionary: 'a text search configuration that PostgreSQL 15 to 18 have, such as english',
  weight: 'a letter from A to D',
  jsonpath:
    'a plain path such as $.items[*].id, since filters, methods and .** may take more than linear time',
  bounds: 'a pair such as [)',
  encoding: 'hex, base64 or escape',
};

/** Whether the constant may stand where the rule is asked for. */
export function meets(constant: Constant, rule: ConstantRule): boolean {
  if (constant.type === 'number') return numberMeets(constant, rule);
  return constant.type === 'text' && textMeets(constant.text, rule);
}

function numberMeets(
  { value, integer }: { readonly value: number; readonly integer: boolean },
  rule: ConstantRule,
): boolean {
  if (rule === 'divisor') return value !== 0;
  if (rule === 'length') return integer && value >= 0 && value <= MAX_LENGTH;
  if (rule === 'position' && value === 0) return false;
  const counts = rule === 'integer' || rule === 'position';
  return counts && integer && Math.abs(value) <= MAX_INTEGER;
}

const NEVER = /(?!)/;

/** The texts that each rule of a pattern accepts. */
const PATTERNS: Readonly<Record<ConstantRule, RegExp>> = {
  text: /^/,
  needle: new RegExp(`^[^]{0,${MAX_NEEDLE}}$`),
  integer: NEVER,
  length: NEVER,
  position: NEVER,
  divisor: NEVER,
  truncation: /^/,
  field: /^/,
  zone: /^/,
  // Months have no fixed length, and a stride of zero is an error.
  stride: /^[1-9]\d{0,5} (?:(?:milli|micro)?second|minute|hour|day|week)s?$/,
  dictionary: /^/,
  weight: /^[A-Da-d]$/,
  // Members and subscripts: without filters (like_regex), methods and `.**`.
  jsonpath: /^(?:lax |strict )?\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\."[^"]*"|\[(?:\*|\d{1,6})\])*$/,
  bounds: /^[[(][\])]$/,
  encoding: /^(?:hex|base64|escape)$/,
};

function textMeets(text: string, rule: ConstantRule): boolean {
  if (!PATTERNS[rule].test(text)) return false;
  switch (rule) {
    case 'truncation':
      return TRUNCATIONS.has(text);
    case 'field':
      return TIME_FIELDS.has(text);
    case 'zone':
      return isTimeZone(text);
    case 'dictionary':
      return DICTIONARIES.has(text.replace(/^pg_catalog\./, ''));
    case 'jsonpath':
      return text.length <= MAX_PATH_LENGTH && text.split('[*]').length - 1 <= MAX_PATH_EXPANSIONS;
    default:
      return true;
  }
}

/** Throws Refusal when a text of the tree is an array with a NULL without quotes. */
export function refuseArrayNulls(tree: unknown): void {
  if (textsIn(tree).some(holdsArrayNull)) refuse(SETTINGS.arrayNull);
}

function holdsArrayNull(text: string): boolean {
  const isObject = /"\s*:/.test(text);
  const items = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]?.split(/[{},]/) ?? [];
  return !isObject && items.some((item) => /^\s*null\s*$/i.test(item));
}
