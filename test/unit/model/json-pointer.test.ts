import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compilePointer,
  dimensionPointer,
  formatPointer,
  parsePointer,
  recognisePointer,
} from '../../../src/model/json-pointer.js';

/** RFC 6901, section 5; the pointer to the whole document names no field. */
const RFC_EXAMPLES: readonly (readonly [string, readonly string[]])[] = [
  ['/foo', ['foo']],
  ['/foo/0', ['foo', '0']],
  ['/', ['']],
  ['/a~1b', ['a/b']],
  ['/c%d', ['c%d']],
  ['/e^f', ['e^f']],
  ['/g|h', ['g|h']],
  ['/i\\j', ['i\\j']],
  ['/k"l', ['k"l']],
  ['/ ', [' ']],
  ['/m~0n', ['m~n']],
  ['/~01', ['~1']],
];

describe('pointers', () => {
  it.each(RFC_EXAMPLES)('%s is read and written', (pointer, tokens) => {
    expect(parsePointer(pointer)).toEqual(tokens);
    expect(formatPointer(tokens)).toBe(pointer);
  });

  it.each(['', 'foo', '/a~', '/a~2b', '~1a'])('%j is refused', (pointer) => {
    expect(() => parsePointer(pointer)).toThrow(/JSON pointer/);
  });

  it.each([
    ['foo', '/foo'],
    ['/foo', '/foo'],
    ['a/b', '/a~1b'],
    ['a~b', '/a~0b'],
    ['', '/'],
  ])('the recorded name %j is %s', (name, pointer) => {
    expect(dimensionPointer(name)).toBe(pointer);
  });
});

describe('expressions', () => {
  it.each([
    ['/foo', undefined, "data->'foo'"],
    ['/foo/bar/1/baz', undefined, "(((data->'foo')->'bar')->'1')->'baz'"],
    ['/user/id', 'bigint', "((data->'user')->'id')::bigint"],
    ['/a', 'double precision', "(data->'a')::double precision"],
    ['/a', 'My Type', `(data->'a')::"My Type"`],
    ['/a', 'x"; DROP', `(data->'a')::"x""; DROP"`],
    ["/it's", undefined, "data->'it''s'"],
    ["/'; DROP TABLE x; --", undefined, "data->'''; DROP TABLE x; --'"],
  ])('%s with type %s', (pointer, type, expression) => {
    expect(compilePointer(pointer, type)).toBe(expression);
    expect(recognisePointer(expression)).toEqual({ pointer, type });
  });

  it('are recognised exactly when a pointer compiles to them', () => {
    const part = fc.constantFrom(
      "'",
      "''",
      '->',
      "->'",
      ')',
      '(',
      '::',
      '"',
      '""',
      'a',
      'Ä',
      '\n',
      '~',
      '/',
      '\\',
      ' ',
      'data',
    );
    const token = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const type = fc.option(
      token.filter((text) => text !== ''),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 5 }), type, (tokens, cast) => {
        const pointer = formatPointer(tokens);
        expect(parsePointer(pointer)).toEqual(tokens);
        const form = recognisePointer(compilePointer(pointer, cast));
        expect(form).toEqual({ pointer, type: cast });
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "lower(data->>'email')",
    "data->>'a'",
    "data -> 'a'",
    "(data->'a')",
    "data->'a'->'b'",
    "data->'a'::text",
    `(data->'a')::"bigint"`,
    'data',
    '',
    "data->'a' OR true",
    "data->E'a'",
  ])('%s is no pointer', (expression) => {
    expect(recognisePointer(expression)).toBeUndefined();
  });
});
