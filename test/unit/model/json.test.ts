import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  equalJson,
  formatJson,
  isJsonObject,
  MAX_JSON_DEPTH,
  parseJson,
  tryParseJson,
} from '../../../src/model/json.js';

describe('parseJson', () => {
  it.each([
    '12345678901234567890',
    '1.10',
    '-0',
    '1E+400',
    '0.000000000000000000000000000001',
    '{"a":1,"__proto__":{"b":[]},"constructor":null}',
    '["\\u0000","ä","\\ud800"]',
  ])('gives %s back unharmed', (text) => {
    expect(JSON.parse(formatJson(parseJson(text)))).toEqual(JSON.parse(text));
    if (!text.includes('\\')) expect(formatJson(parseJson(text))).toBe(text);
  });

  it('keeps the last of two members of one name', () => {
    expect(formatJson(parseJson('{"a":1,"b":2,"a":3}'))).toBe('{"a":3,"b":2}');
  });

  it.each(['{"a":1,"b":2,"a":3}', '[{"a":{"b":1,"\\u0062":1}}]', '{"__proto__":1,"__proto__":1}'])(
    'refuses an object with a name twice where that is asked for: %s',
    (text) => {
      expect(() => parseJson(text, 'refused')).toThrow(
        /^not JSON: the name "(?:a|b|__proto__)" is given twice/,
      );
    },
  );

  it('gives the name __proto__ no special meaning', () => {
    const value = parseJson('{"__proto__":{"polluted":true}}');
    expect(isJsonObject(value) && value.has('__proto__')).toBe(true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it.each([
    ['', 0],
    ['   ', 3],
    ['[1,]', 3],
    ['{"a":1,}', 7],
    ['{a:1}', 1],
    ['{"a" 1}', 5],
    ['01', 1],
    ['1.', 1],
    ['+1', 0],
    ['.5', 0],
    ['NaN', 0],
    ['tru', 0],
    ['"abc', 0],
    ['"\\x"', 0],
    ['["a\nb"]', 1],
    ['[1', 2],
    ['[1}', 2],
    ["{'a':1}", 1],
    ['1 2', 2],
    ['// x\n1', 0],
    ['\ufeff1', 0],
  ])('refuses %j at offset %i', (text, offset) => {
    expect(tryParseJson(text)).toBeUndefined();
    expect(() => parseJson(text)).toThrow(new RegExp(`at offset ${offset}$`));
  });

  it('agrees with JSON.parse on what is JSON', () => {
    const alphabet = fc.constantFrom(...'[]{},:"\\ \n01.-+eE', 'true', 'null', '"a"', '\\u0041');
    const text = fc.oneof(
      fc.json(),
      fc.array(alphabet).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        expect(tryParseJson(candidate) !== undefined).toBe(isJson(candidate));
      }),
      { numRuns: 2000 },
    );
  });

  it('limits the depth', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(formatJson(parseJson(nested(MAX_JSON_DEPTH)))).toBe(nested(MAX_JSON_DEPTH));
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 2))).toThrow(/nested deeper/);
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).not.toThrow();
    expect(() => parseJson('['.repeat(100_000))).toThrow(/nested deeper/);
  });

  it('limits the depth of objects, and of lists within them', () => {
    const nested = (depth: number, inner: string): string =>
      `${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;
    const allowed = nested(MAX_JSON_DEPTH, '1');
    expect(formatJson(parseJson(allowed))).toBe(allowed);
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 1, '1'))).toThrow(/nested deeper/);
    expect(() => parseJson(nested(MAX_JSON_DEPTH, '[1]'))).toThrow(/nested deeper/);
  });

  it('reads a string of many megabytes', () => {
    const text = JSON.stringify('a\\n"'.repeat(4_000_000));
    expect(parseJson(text)).toHaveLength(16_000_000);
  });
});

describe('equalJson', () => {
  it.each([
    ['1', '1.0'],
    ['1.10', '1.1'],
    ['100', '1e2'],
    ['0', '-0.00e5'],
    ['-1.5e3', '-1500'],
    ['0.001', '1E-3'],
    ['{"a":1,"b":[true,null]}', '{"b":[true,null],"a":1}'],
    ['"\\u0041"', '"A"'],
    ['1e99999999999999999999', '10e99999999999999999998'],
  ])('%s means %s', (a, b) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(true);
  });

  it.each([
    ['1', '"1"'],
    ['1', '-1'],
    ['9007199254740993', '9007199254740992'],
    ['0.1', '0.10000000000000000001'],
    ['1e400', '1e401'],
    ['[1,2]', '[2,1]'],
    ['[12]', '[1,2]'],
    ['{"a":1}', '{"a":1,"b":null}'],
    ['null', 'false'],
    ['"e1"', '1e1'],
  ])('%s does not mean %s', (a, b) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(false);
  });

  it('compares integers as BigInt does', () => {
    const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(integer, integer, fc.nat({ max: 5 }), (a, b, zeros) => {
        const shifted = b === 0n ? '0' : `${b}${'0'.repeat(zeros)}`;
        const equal = equalJson(parseJson(`${a}`), parseJson(`${b}.${'0'.repeat(zeros + 1)}`));
        expect(equal).toBe(a === b);
        expect(equalJson(parseJson(shifted), parseJson(`${b}e${zeros}`))).toBe(true);
      }),
    );
  });

  it('takes no quadratic time for long numbers', () => {
    const text = `1${'0'.repeat(300_000)}1`;
    expect(canonicalJson(parseJson(text))).toBe(text);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
