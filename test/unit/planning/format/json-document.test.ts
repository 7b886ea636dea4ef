import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from '../../../../src/planning/format/json-document.js';

test.each([
  ['{"a":1,"a":1}', 'the name "a" is given twice (line 1, column 8)'],
  ['{"a":1,\n  "b":{"x":[],"y":{},"x":2}}', 'the name "x" is given twice (line 2, column 22)'],
  ['{"a":1, "\\u0061":2}', 'the name "a" is given twice (line 1, column 9)'],
  ['{"a\\n":1,\t"a\\n"\n:2}', 'the name "a\\n" is given twice (line 1, column 11)'],
  ['[{"a":"a","b":{"a":1},"a":0}]', 'the name "a" is given twice (line 1, column 23)'],
  ['[[[[1]]]]', 'it nests deeper than 3 levels (line 1, column 4)'],
  ['{"a":[{"b":[]}]}', 'it nests deeper than 3 levels (line 1, column 12)'],
  ['{"a":1', 'it is not JSON; was it cut short?'],
  ['', 'it is not JSON; was it cut short?'],
])('%j is refused: %s', (text, reason) => {
  expect(() => parseDocument(text, 3)).toThrow(
    expect.objectContaining({ code: 'invalid-input', message: reason }),
  );
});

test('any other document is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parseDocument(text, 32)).toEqual(JSON.parse(text));
    }),
  );
});

test('strings that look like names and brackets are none', () => {
  const value = { a: ['a', '"a":', '{"a":1,"a":2}', '[[[[[['], b: { a: { a: 1 } }, '\\"': '\\"' };
  expect(parseDocument(JSON.stringify(value), 3)).toEqual(value);
});
