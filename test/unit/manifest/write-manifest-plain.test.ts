import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { plainBlock } from '../../../src/manifest/write-plain.js';
import { JsonNumber } from '../../../src/model/json.js';

/** What the library would write below `name:`. */
function libraryBlock(value: unknown): string {
  return stringify({ name: value }, { lineWidth: 100 }).slice('name:\n'.length);
}

// Mostly characters and words that mean something to YAML.
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abAZ09_-./:#()>\'"?%@ \n~,[]{}&*!|`=^'), maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom(...'abc-./'), minLength: 70, maxLength: 130 }),
  fc.constantFrom('true', 'False', 'NULL', 'nUll', 'yes', 'no', '~', '/a/b', 'a:', 'a:b', 'a #b'),
  fc.constantFrom('1', '0x1f', '.inf', '.nan', '1e3', '-', '?', '---', '...', '%a', '<<', '='),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 5432),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((members) => new Map(members)),
  ),
}));

describe('plainBlock', () => {
  test('writes the text of the library, or nothing', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (list) => {
        const plain = plainBlock(list, 2);
        if (plain !== undefined) expect(plain).toBe(libraryBlock(list));
      }),
      { numRuns: 5_000 },
    );
  });

  test('writes maps, lists in maps and numbers as they were given', () => {
    const fields = [{ pointer: '/user/id', type: 'bigint' }, { pointer: '/a' }];
    const list = [{ name: 'idx', fields, exact: new JsonNumber('1.10') }, new Map([['a', true]])];
    expect(plainBlock(list, 2)).toBe(
      [
        '  - name: idx',
        '    fields:',
        '      - pointer: /user/id',
        '        type: bigint',
        '      - pointer: /a',
        '    exact: 1.10',
        '  - a: true',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['two words'],
    ['colon:'],
    ['true'],
    ['Null'],
    ['1'],
    ['-'],
    [''],
    ['ä'],
    ['\u202e'],
    [null],
    [[]],
    [new Map()],
    [{}],
  ])('leaves %j to the library', (item) => {
    expect(plainBlock([item], 2)).toBeUndefined();
    expect(plainBlock(new Map([['key', item]]), 2)).toBeUndefined();
  });
});
