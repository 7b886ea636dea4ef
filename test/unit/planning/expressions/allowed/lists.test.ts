/** What is allowed in an expression, and what is said of the rest, changes only on purpose. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FUNCTIONS } from '../../../../../src/planning/expressions/allowed/functions.js';
import { CONSTANT_RULES } from '../../../../../src/planning/expressions/allowed/kinds.js';
import { nameTrouble } from '../../../../../src/planning/expressions/allowed/names.js';
import {
  BINARY_OPERATORS,
  CIVIL_TYPES,
  COLLATIONS,
  COMPARISONS,
  DICTIONARIES,
  FLOAT_TYPES,
  PREFIX_OPERATORS,
  SMALL_TYPES,
  TEXT_TYPES,
  TIME_FIELDS,
  TRUNCATIONS,
  TYPE_ALIASES,
} from '../../../../../src/planning/expressions/allowed/others.js';
import {
  functionReason,
  operatorReason,
  typeReason,
} from '../../../../../src/planning/expressions/allowed/refused.js';
import { isTimeZone } from '../../../../../src/planning/expressions/allowed/zones.js';

const ALLOWED = {
  functions: FUNCTIONS,
  'binary operators': BINARY_OPERATORS,
  aliases: TYPE_ALIASES,
  'prefix operators': PREFIX_OPERATORS,
  comparisons: COMPARISONS,
  texts: TEXT_TYPES,
  floats: FLOAT_TYPES,
  'small types': SMALL_TYPES,
  'civil types': CIVIL_TYPES,
  collations: COLLATIONS,
  dictionaries: DICTIONARIES,
  truncations: TRUNCATIONS,
  'fields of times': TIME_FIELDS,
  'rules of constants': new Set(CONSTANT_RULES),
};

test('what is allowed', async () => {
  const lines = Object.entries(ALLOWED).flatMap(([list, names]) =>
    [...names].map((one) => `${list}: ${typeof one === 'string' ? one : JSON.stringify(one)}`),
  );
  await expect(`${lines.toSorted().join('\n')}\n`).toMatchFileSnapshot('./allowed.golden');
});

/** Of each kind of name. */
const REASONS: Readonly<Record<string, (name: string) => string | undefined>> = {
  function: functionReason,
  operator: operatorReason,
  type: typeReason,
  name: (name) => nameTrouble('index', name),
  tablespace: (name) => nameTrouble('tablespace', name),
  zone: (name) => (isTimeZone(name) ? 'is one' : 'is none'),
};

test('why others are refused', () => {
  const golden = readFileSync(new URL('refused.golden', import.meta.url), 'utf8');
  const lines = golden.trimEnd().split('\n');
  const found = lines.map((line) => {
    const [kind = '', name = ''] = line.split(' ');
    return `${kind} ${name} ${REASONS[kind]?.(name)}`;
  });
  expect(found).toEqual(lines);
});
