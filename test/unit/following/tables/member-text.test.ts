import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memberText } from '../../../../src/following/tables/member-text.js';

const space = fc.constantFrom('', ' ', '\n\t');
/** JSON with any whitespace around it and inside. */
const value = fc
  .tuple(space, fc.json(), space, fc.constantFrom(undefined, 1))
  .map(([before, json, after, indent]) => {
    return `${before}${JSON.stringify(JSON.parse(json), null, indent)}${after}`;
  });

test('the value of each member is found as it was written', () => {
  const members = fc.uniqueArray(fc.tuple(fc.string(), value), { selector: ([name]) => name });
  fc.assert(
    fc.property(members, space, (pairs, before) => {
      const text = pairs.map(([name, json]) => `${before}${JSON.stringify(name)}${before}:${json}`);
      const object = `${before}{${text.join(',')}}`;
      for (const [name, json] of pairs) expect(memberText(object, name)).toBe(json);
    }),
  );
});

test.each([
  ['{"a":1,"b":2}', 'c', undefined],
  ['{"a":1,"a": 2}', 'a', ' 2'],
  ['{}', 'a', undefined],
  ['[]', 'a', undefined],
  ['', 'a', undefined],
  ['{"a', 'a', undefined],
  ['{"\u0001":1,"a":2}', 'a', '2'],
])('in %s of %s: %s', (object, name, text) => {
  expect(memberText(object, name)).toBe(text);
});

test('no text makes it fail', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\a 1') }), (text) => {
      expect(() => memberText(text, 'a')).not.toThrow();
    }),
  );
});
