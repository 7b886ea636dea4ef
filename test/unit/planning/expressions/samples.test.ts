/** The messages on which an expression is tried. */
import { expect, test } from 'vitest';
import { sampleMessages } from '../../../../src/planning/expressions/samples.js';

const filled = (expression: string) =>
  sampleMessages(expression).filled.map((text): unknown => JSON.parse(text));

test('a compiled pointer needs none', () => {
  expect(sampleMessages("data->'a'")).toEqual({ filled: [], bare: [] });
});

test('the members that its strings name hold values of many kinds', () => {
  const messages = filled("lower(data->>'it''s')");
  for (const value of [
    'some text',
    '1.5',
    1,
    true,
    '10.0.0.1',
    '2024-02-29T12:34:56Z',
    '{"k": 1}',
  ]) {
    expect(messages).toContainEqual({ "it's": value });
  }
});

test('a member that is cast holds such a value first', () => {
  const [first] = filled("(data->>'n')::numeric + coalesce((data->>'id')::int, 0)");
  expect(first).toEqual({ n: 1.5, id: 7 });
});

test('several names stand beside each other, and inside one another', () => {
  const messages = filled("lower(data #>> '{a, b}')");
  expect(messages).toContainEqual({ a: 1, b: 1 });
  expect(messages).toContainEqual({ a: { b: 1 } });
});
