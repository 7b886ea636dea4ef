/** What is made of many uses of the message may be many times as long. */
import { beforeAll, expect, test } from 'vitest';
import {
  loadExpressionGrammar,
  vetExpression,
} from '../../../../../src/planning/expressions/vet.js';
import { growthOf, longestText } from '../../../../../src/planning/expressions/walk/sizes.js';
import { treeOf } from '../../../../support/expressions/expression-corpus.js';

beforeAll(loadExpressionGrammar);

const A = "(data->>'a')";
const LIST = `string_to_array(${A}, ',')`;

/** `count` of them, one within the other. */
function nested(count: number, start: string, wrap: (inner: string, at: number) => string): string {
  let expression = start;
  for (let at = 0; at < count; at += 1) expression = wrap(expression, at);
  return expression;
}

const listed = (count: number, item: string, between = ',') =>
  Array.from({ length: count }, () => item).join(between);

const LARGE: readonly (readonly [string, string])[] = [
  ['a list', `ARRAY[${listed(120, "data->>'a'")}]`],
  ['a list of messages', `ARRAY[${listed(230, 'data')}]`],
  ['a list within a function', `array_append(ARRAY[${listed(66, "data->>'a'")}], 'x')`],
  ['a list of lists', `ARRAY[${listed(33, 'ARRAY[data, data]')}]`],
  ['a list in a test', `cardinality(ARRAY[${listed(70, 'data')}]) > 1`],
  ['a list in a condition', `CASE WHEN ${A} = ANY (ARRAY[${listed(70, A)}]) THEN 1 END`],
  [
    'a list where no condition holds',
    `CASE WHEN ${A} = 'x' THEN ARRAY[data] ELSE ARRAY[${listed(70, 'data')}] END`,
  ],
  ['a list in a comparison', `${A} = ANY (ARRAY[${listed(70, A)}])`],
  ['a list beside NULL', `ARRAY[${listed(70, 'data')}] IS NULL`],
  ['an item of a list', `(ARRAY[${listed(70, 'data')}])[1]`],
  ['nullif', `nullif(ARRAY[${listed(70, 'data')}], ARRAY[data])`],
  ['jsonb_set', nested(70, 'data', (inner, at) => `jsonb_set(${inner},'{k${at}}',data)`)],
  ['jsonb_insert', nested(70, 'data', (inner, at) => `jsonb_insert(${inner},'{k${at}}',data)`)],
  ['array_append', nested(64, LIST, (inner) => `array_append(${inner}, data->>'a')`)],
  ['lists of texts', listed(17, LIST, ' || ')],
  ['||', listed(65, 'data', '||')],
  ['|| within coalesce', `coalesce(${listed(65, 'data', '||')}, data)`],
  ['|| with a collation', `(${listed(65, A, '||')}) COLLATE "C"`],
  ['capitals of what is joined', `upper(${listed(22, A, '||')})`],
  ['numbers', listed(65, "data['n']::numeric", '+')],
];

test.each(LARGE)('%s is refused', (_, expression) => {
  expect(vetExpression(expression)).toMatchObject({
    kind: 'unvetted',
    reason: expect.stringMatching(/^its value may be more than 64 times as long/),
  });
});

test.each([
  ['64 values', `ARRAY[${listed(64, 'data')}]`],
  ['one of many', `coalesce(${listed(80, A)})`],
  [
    'the result of one of many conditions',
    `CASE ${listed(40, "WHEN data ? 'a' THEN data", ' ')} END`,
  ],
  ['many tests', listed(66, "data ? 'a'", ' OR ')],
  ['many numbers', `ARRAY[${listed(66, "data['a']::int")}]`],
  ['many sums', listed(66, "data['a']::int", '+')],
  ['constants', `ARRAY[${listed(100, "'x'")}, data->>'a']`],
])('%s: passes', (_, expression) => {
  expect(vetExpression(expression)).toEqual({ kind: 'vetted' });
});

test.each([
  ["jsonb_set(data, '{a}', data->'b')", 2],
  ["data->'a'->'b'", 1],
  ["lower(upper(data->>'a'))", 9],
  [`translate(${A}, 'a', 'ä') || 'x'`, 2],
  ["((data->>'a')::jsonb)->>'b'", 16],
  [LIST, 4],
  ["length(data->>'a')", 0],
  ["sha256((data->>'a')::bytea)", 0],
])('%s: %i times the message', (expression, growth) => {
  expect(growthOf(treeOf(expression))).toBe(growth);
});

test.each([
  ["'abc' || 'de'", 5],
  ["coalesce(left(data->>'a', 7), 'abc')", 7],
  ["upper(coalesce(left(data->>'a', 2), 'abc'))", 3],
  ["coalesce(data->>'a', 'abc')", Number.POSITIVE_INFINITY],
])('%s has %d characters at most', (expression, longest) => {
  expect(longestText(treeOf(expression))).toBe(longest);
});
