/** YAML that surprises, hides or explodes is refused, at its place. */
import { describe, expect, test } from 'vitest';
import { MAX_DEPTH } from '../../../../src/manifest/allowance.js';
import {
  byteProblems,
  desired,
  HEAD,
  load,
  problems,
  sectionProblems,
} from '../../../support/states/manifest-problems.js';

const JOINER = '1:2: a character that is not visible (U+200D) is not allowed';

describe('syntax', () => {
  test.each([
    ['duplicate key', 'config: {a: 1, a: 2}', ['3:16: : the key "a" occurs twice']],
    ['duplicate section', 'config: {}\nconfig: {}', ['4:1: : the key "config" occurs twice']],
    ['merge key', 'config:\n  <<: {a: 1}', ['4:3: : merge keys are not supported']],
    ['__proto__', 'config:\n  __proto__: 1', ['4:3: : the key "__proto__" is not allowed']],
    [
      '__proto__ deep inside',
      'config: {a: [{"__proto__": 1}]}',
      ['3:15: : the key "__proto__" is not allowed'],
    ],
    ['number as key', 'config:\n  1: x', ['4:3: : a key must be a string']],
    ['null as key', 'config:\n  ~: x', ['4:3: : a key must be a string']],
    ['list as key', 'config:\n  ? [a]\n  : x', ['4:5: : a key must be a string, not a collection']],
    ['not a number', 'config: {a: .nan}', ['3:13: : .nan is not a JSON number']],
    ['infinity', 'config: {a: -.inf}', ['3:13: : -.inf is not a JSON number']],
    ['anchor', 'config: &c {}', ['3:12: : anchors (&c) are not supported']],
    [
      'standard tag',
      'cluster: !!str 1',
      ['3:16: : tags (tag:yaml.org,2002:str) are not supported'],
    ],
  ])('%s', (_, section, expected) => {
    expect(sectionProblems(section)).toEqual(expected);
  });

  test('a duplicate key shows the first one', () => {
    expect(problems('a: 1\nb: 2\na: 3')).toEqual(['3:1: : the key "a" occurs twice']);
  });

  test('custom tags', () => {
    expect(sectionProblems('cluster: !secret x')[0]).toMatch(/^3:10: : unresolved tag: !secret/);
    expect(sectionProblems('config: !!js/function x')[0]).toMatch(/^3:9: : unresolved tag/);
  });

  test('tabs as indentation', () => {
    expect(sectionProblems('config:\n\ta: 1')[0]).toMatch(/^4:1: : tabs are not allowed/);
  });

  test('an alias bomb is refused without being expanded', () => {
    const levels = Array.from({ length: 30 }, (_, i) => {
      const alias = `*a${i}`;
      return `a${i + 1}: &a${i + 1} [${Array(9).fill(alias).join(',')}]`;
    });
    const bomb = ['a0: &a0 lol', ...levels].join('\n');
    const found = problems(bomb);
    expect(found).toContain('1:9: : anchors (&a0) are not supported');
    expect(found).toContain('2:10: : aliases are not supported');
    expect(load(bomb)).toMatchObject({ kind: 'problems', count: 31 + 30 * 9 });
  });

  test('directives other than YAML 1.2', () => {
    expect(problems(`%YAML 1.1\n---\n${HEAD}`)).toContain(
      '1:1: : the directive %YAML 1.1 is not supported',
    );
    expect(problems(`%YAML 1.2\n---\n${HEAD}`)).toEqual([]);
  });
});

describe('depth', () => {
  test.each([
    ['[', 1],
    ['{a: ', 1],
    ['- ', 2],
    ['? ', 1],
  ])('100,000 times %j', (opening) => {
    const found = problems(opening.repeat(100_000));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`: nested deeper than ${MAX_DEPTH} levels$`));
  });

  test('as deep as allowed, and one deeper', () => {
    // The document itself and `config` are the first two levels.
    const nested = (levels: number) =>
      `config: {a: ${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}}`;
    expect(sectionProblems(nested(MAX_DEPTH))).toEqual([]);
    expect(sectionProblems(nested(MAX_DEPTH + 1))).toEqual([
      `3:${12 + MAX_DEPTH - 1}: : nested deeper than ${MAX_DEPTH} levels`,
    ]);
  });
});

describe('numbers', () => {
  test.each([
    ['9007199254740993', '9007199254740993'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1.10', '1.10'],
    ['+5', '5'],
    ['-0', '-0'],
    ['007', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1E+3', '1e+3'],
    ['0x1F', '31'],
    ['0o17', '15'],
  ])('%s is kept as %s', (written, expected) => {
    expect(desired(`config: {a: ${written}}`).config?.[0]?.value).toEqual({ text: expected });
  });

  test.each(['1_000', '0b1', '12:30:00', '1.2.3', '.', '+', '1e', 'yes', 'on', '2026-01-01'])(
    '%s is text',
    (written) => {
      expect(desired(`config: {a: ${written}}`).config?.[0]?.value).toBe(written);
    },
  );
});

describe('characters', () => {
  test.each([
    ['NUL', 'a: \0', ['1:4: a NUL character (U+0000) is not allowed']],
    ['ESC', 'a: b\nc: \x1b[31m', ['2:4: an escape character (U+001B) is not allowed']],
    ['C1', 'a: \x9b', ['1:4: a control character (U+009B) is not allowed']],
    ['byte order mark', '\ufeff\ufeffa: 1', ['1:1: a byte order mark (U+FEFF) is not allowed']],
    [
      'carriage return',
      'a: 1\rb: 2',
      ['1:5: a carriage return without a line feed (U+000D) is not allowed'],
    ],
    [
      'bidi override in a comment',
      'a: 1 # \u202e',
      ['1:8: a character that is not visible (U+202E) is not allowed'],
    ],
    [
      'what Unicode has readers pass over',
      'a: 1\u200b # \u3164 \u{e0041}',
      [
        '1:5: a character that is not visible (U+200B) is not allowed',
        '1:9: a character that is not visible (U+3164) is not allowed',
        '1:11: a character that is not visible (U+E0041) is not allowed',
      ],
    ],
    ['a joiner without emoji', 'a\u200d: 1', [JOINER]],
  ])('%s', (_, text, expected) => {
    expect(byteProblems(text)).toEqual(expected);
  });

  test('emoji may be joined and select their form', () => {
    expect(byteProblems('# \u26a0\ufe0f \u{1f469}\u200d\u{1f4bb}, ok')).toEqual([]);
  });

  test('Windows line ends and tabs in comments are fine', () => {
    expect(byteProblems('a: 1\r\nb: 2\t# c\r\n')).toEqual([]);
  });

  test('invalid UTF-8 points at the first invalid byte', () => {
    const bytes = Buffer.concat([Buffer.from('a: é\nb: '), Buffer.from([0xc3, 0x28])]);
    expect(byteProblems(bytes)).toEqual(['2:4: not UTF-8']);
    expect(byteProblems(Buffer.from([0x61, 0xe2, 0x82]))).toEqual(['1:2: not UTF-8']);
    expect(byteProblems(Buffer.from('a: \ufffd'))).toEqual([]);
  });

  test('an escaped control character cannot hide in a name', () => {
    expect(sectionProblems('instances: [{host: "a\\u202eb", username: u}]')).toEqual([
      '3:20: instances[0].host: "a\u202eb" contains a character that is not visible',
    ]);
  });
});

describe('texts that PostgreSQL stores in JSON but cannot read again', () => {
  const cannot =
    'a NUL character (\\0), or half of a pair of \\u escapes, cannot be stored as text';

  test.each([
    ['a NUL', 'config:\n  x: "a\\0b"', '4:6'],
    ['a NUL by its code', 'config:\n  x: "a\\u0000b"', '4:6'],
    ['a NUL deep in a value', 'config:\n  x: {y: ["a\\x00"]}', '4:11'],
    ['the first half of a pair', 'config:\n  x: "\\ud83d"', '4:6'],
    ['the second half of a pair', 'config:\n  x: "\\ude00 "', '4:6'],
    ['halves in the wrong order', 'config:\n  x: "\\ude00\\ud83d"', '4:6'],
    ['in a key', 'config:\n  "x\\0": 1', '4:3'],
    ['in a key within a value', 'config:\n  x: {"\\udc00": 1}', '4:7'],
    ['in a server map', 'servermap: {map: {version: 1, x: {schaufel: "\\0"}}}', '3:45'],
    ['in an expression', 'indexes: [{expression: "\\0"}]', '3:24'],
  ])('are refused at their place: %s', (_, section, place) => {
    expect(sectionProblems(section)).toEqual([`${place}: : ${cannot}`]);
  });

  test('a whole pair is an ordinary character', () => {
    expect(sectionProblems('config:\n  x: "\\ud83d\\ude00"')).toEqual([]);
  });
});

test('git conflict markers', () => {
  const text = `${HEAD}<<<<<<< HEAD\ncluster: a\n=======\ncluster: b\n>>>>>>> other\n`;
  expect(byteProblems(text)).toEqual(['3:1: a git conflict marker']);
});

describe('documents', () => {
  test('an empty file', () => {
    expect(problems('')).toEqual(['1:1: : the file is empty']);
    expect(problems('# nothing\n---\n')).toEqual(['1:1: : the file is empty']);
  });

  test('empty documents beside others are passed over', () => {
    expect(problems(`---\n${HEAD}---\n`)).toEqual([]);
  });

  test.each([
    ['text', '1:1: : must be a mapping, not the text "text"'],
    ['[]', '1:1: : must be a mapping, not a list'],
  ])('a document that is %s', (text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });
});
