/** Ordinary messages for an index expression: one that works for none of them is of no use. */
import { recognisePointer } from '../../model/json-pointer.js';

/** What a member may hold; the first ones suit most expressions. */
const VALUES: readonly unknown[] = [
  ...['1700000000', '1', 1, 'some text', true, '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03'],
  ...['f47ac10b-58cc-4372-a567-0e02b2c3d479', '2024-02-29T12:34:56Z', 'a,b', '{"k": 1}', '1.5'],
  ...[null, [1, 'a'], { k: 1 }, [{ k: 'a' }], 'x'.repeat(5000)],
];
/** More names than that make no difference to whether the expression works. */
const MAX_NAMES = 8;
const MAX_DEPTH = 6;

/**
 * The texts of JSON objects; none for a compiled pointer, which never fails for a message without
 * it. The names are those that the expression's strings may denote: each beside the others, and
 * each inside the one before.
 */
export function sampleMessages(expression: string): readonly string[] {
  if (recognisePointer(expression) !== undefined) return [];
  const names = namesIn(expression);
  const messages = VALUES.flatMap((value) => {
    const beside = Object.fromEntries(names.map((name) => [name, value]));
    const inside = names
      .slice(0, MAX_DEPTH)
      .reduceRight((inner, name) => ({ [name]: inner }), value);
    return names.length > 1 ? [beside, inside] : [beside];
  });
  return [...new Set(['{}', ...messages.map((message) => JSON.stringify(message))])];
}

function namesIn(expression: string): readonly string[] {
  const texts = [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) =>
    text.replaceAll("''", "'"),
  );
  const names = texts.flatMap((text) => {
    const list = /^\{(.*)\}$/.exec(text)?.[1];
    return list === undefined ? [text] : list.split(',').map((name) => name.trim());
  });
  return [...new Set(names)].slice(0, MAX_NAMES);
}
