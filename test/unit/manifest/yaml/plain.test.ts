import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newAllowance } from '../../../../src/manifest/allowance.js';
import { SourceFile } from '../../../../src/manifest/source.js';
import { readPlainYaml } from '../../../../src/manifest/yaml/plain.js';
import { parseBothWays } from '../../../support/states/read-manifests.js';

const RUNS = 4000;

/** Whether the plain reader read it; throws where that is not what the library reads. */
function isPlain(text: string): boolean {
  parseBothWays(new SourceFile('a.yaml', text));
  return readPlainYaml(text, newAllowance()).kind === 'plain';
}

describe('reads as the library does', () => {
  test.each([
    'a: 1\n',
    'a: 1',
    '# comment\n\na: b # comment\n  \n# end',
    'a:\n  b: c\nd: e\n',
    'a:\n- b: c\n  d: e\n- f\nb:\n    - 1\n    -   c: d\n        e: f\n',
    '- - a\n  - b\n-\n  c: d\n',
    '---\na: 1\n--- # next\nb: 2\n',
    '  a: 1\n  b: 2\n',
    "a: \"b\\n\\u0041\\\"\" # c\n'it''s': 'it''s'\n",
    "e: lower(data->>'email')\nf: a:b#c -d\n",
    'a: -1\nb: +1.50\nc: ~\nd: 0x1F\ne: .5\n',
    'a: []\nb: {}\nc: [ ]\nd: [a, "b", [c:d, 1]] # e\n',
    '- {a: 1, "b": [x y, {c: d}], e: { f: g } }\n- [a]\n',
  ])('%j', (text) => {
    expect(isPlain(text)).toBe(true);
  });

  test.each([
    'quickstart/cluster.yaml',
    'quickstart/cluster-next.yaml',
    'fleet/cluster/instances.yaml',
  ])('examples/%s', (name) => {
    expect(isPlain(readFileSync(`examples/${name}`, 'utf8'))).toBe(true);
  });
});

/** Either the library has something to say about them, or they are written in another form. */
const LEFT_TO_THE_LIBRARY = [
  ...['', '# only a comment', '---\n', 'a: 1\n---\n', 'a: 1\n...\n', '%YAML 1.2\n---\na: 1\n'],
  ...['text', 'a:\n', 'a: # nothing\n', '- \n', 'a: |\n  b\n', 'a: >\n  b\n'],
  ...['a: b\n  c\n', 'a: b\n  c: d\n', 'a: b: c\n', 'a: 1\n - b\n', 'a: 1\n- b\n', 'a: 1\na: 2\n'],
  ...['a:\n    b: 1\n  c: 2\n', ' a: 1\nb: 2\n', 'a:\tb\n', 'a: 1\r\nb: 2\r\n', '1: a\n'],
  ...['null: a\n', 'true: a\n', '<<: a\n', '__proto__: a\n', '"__proto__": a\n', '? a\n: b\n'],
  ...['a: &b c\n', 'a: *b\n', 'a: !!str b\n', 'a: .nan\n', 'a: "b\n', 'a: "\\x41"\n', 'a: "b" c\n'],
  ...[
    'a: @b\n',
    'a: %b\n',
    'a: b#\n  c\n',
    `${'a'.repeat(1001)}: b\n`,
    `a: ${'b'.repeat(10_001)}\n`,
  ],
  ...[`${'- '.repeat(17)}a\n`, 'a: \u00a0b\n', '\ufeffa: b\n', 'a: b\n\u00a0# c\n'],
];

test.each(LEFT_TO_THE_LIBRARY)('gives up at %j', (text) => {
  expect(isPlain(text)).toBe(false);
});

const IN_FLOW = [
  ...['a: [', 'a: {', 'a: [1', 'a: [1}', 'a: [1] b', 'a: [1]]', 'a: [1,]', 'a: [,1]', 'a: [a: b]'],
  ...[
    'a: {b}',
    'a: {b: }',
    'a: {b:c}',
    'a: {"b":c}',
    'a: {b: 1, b: 2}',
    'a: {b: c d: e}',
    'a: [#]',
  ],
  ...['a: [1,\n  2]', 'a: {b: [}', 'a: [b\n  c]', '[a]: b', '{a: b}: c', 'a: [- b]', 'a: [&b c]'],
  ...['a: [.inf]', 'a: [? b]', 'a: {null: b}', 'a: {__proto__: b}', `a: ${'['.repeat(17)}`],
];

test.each(IN_FLOW)('gives up at %j', (text) => {
  expect(isPlain(`${text}\n`)).toBe(false);
});

const WORDS = [
  ...['a', 'b', 'host', '/x', '1', '-1', '0x1', '1.5', '.5', '.', '.inf', '~', 'null', 'true', '-'],
  ...['"a"', '"a\\"b"', "'a'", "'a''b'", '""', "''", 'a b', 'a  b', 'a:b', 'a#b', 'a #b', 'a: b'],
  ...[
    '---',
    '...',
    '- a',
    '?',
    '&x',
    '*x',
    '!t',
    '|',
    '>',
    '[',
    ']',
    '{}',
    '[]',
    '{a: b}',
    '[a, b]',
  ],
  ...[
    ',',
    '@',
    '%',
    '`',
    '<<',
    '__proto__',
    'a:',
    ':',
    '::',
    '#',
    'é',
    '\u2028',
    '\u00a0',
    '\ud800',
  ],
];
const word = fc.constantFrom(...WORDS);
const flow = fc
  .array(
    fc.constantFrom('[', ']', '{', '}', ', ', ',', 'a', 'b', '1', 'c: ', 'd:e', '"f"', ' ', '#'),
    {
      minLength: 1,
      maxLength: 9,
    },
  )
  .map((parts) => parts.join(''));
const tameFlow = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', '1', '"b"', 'c d', 'e:f'),
    fc.array(tie('node'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.array(tie('node'), { maxLength: 3 }).map((all) => `{${all.map((v, i) => `k${i}: ${v}`)}}`),
  ),
})).node;
const space = fc.constantFrom('', '', ' ', '  ', '    ');
const line = fc
  .tuple(
    fc.constantFrom('', '', '  ', '  ', '    ', ' ', '      '),
    fc.constantFrom('', '', '- ', '-', '-   ', '- - ', '? '),
    fc.option(word, { nil: '' }),
    fc.constantFrom(':', ':', ': ', ': ', ':  ', ' :', ''),
    fc.option(word, { nil: '' }),
    space,
    fc.constantFrom('', '', '', '', '# c', ' # c', '#'),
  )
  .map((parts) => parts.join(''));
const tame = fc
  .tuple(
    fc.constantFrom('', '', '  ', '  ', '    '),
    fc.constantFrom('', '', '- '),
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          'a: b',
          'c: d # e',
          'e:',
          'f: "g"',
          'h:',
          'i',
          '# j',
          '',
          '"k": 1',
          'l: m:n',
        ),
      },
      fc.tuple(fc.constantFrom('', 'o: '), fc.oneof(tameFlow, flow)).map((parts) => parts.join('')),
    ),
  )
  .map((parts) => parts.join(''));
const other = fc.constantFrom('---', '', '# comment', '  # comment', '   ', '...');
const end = fc.constantFrom('\n', '\n', '\n', '', '\r\n', '\n\n', ' \n');

test.each([
  ['tame', fc.oneof({ weight: 8, arbitrary: tame }, other)],
  ['wild', fc.oneof({ weight: 4, arbitrary: line }, { weight: 4, arbitrary: tame }, other)],
])('whatever %s lines it reads, it reads as the library does', (_, lines) => {
  let plain = 0;
  const text = fc
    .tuple(fc.array(lines, { minLength: 1, maxLength: 8 }), end)
    .map(([all, last]) => all.join('\n') + last);
  fc.assert(
    fc.property(text, (manifest) => {
      if (isPlain(manifest)) plain += 1;
    }),
    { numRuns: RUNS },
  );
  expect(plain).toBeGreaterThan(RUNS / 100);
});

describe('an allowance', () => {
  test('is reduced by what was read, and by nothing that the library has to read again', () => {
    const allowance = newAllowance();
    const { documents, values, collections } = newAllowance();
    // The mapping, the list, three scalars.
    expect(readPlainYaml('a: [1, 2]\nb: 3\n', allowance).kind).toBe('plain');
    const read = { documents: documents - 1, values: values - 5, collections: collections - 2 };
    expect(allowance).toEqual({ ...newAllowance(), ...read });
    expect(readPlainYaml('a: 1\nb: {c: &d 1}\n', allowance)).toEqual({ kind: 'other', at: 8 });
    expect(allowance.values).toBe(values - 5);
  });

  test.each([
    [{ values: 4 }, 'a: [1, 2]\nb: 3\n'],
    [{ collections: 1 }, 'a: [1, 2]\nb: 3\n'],
    [{ collections: 2 }, 'a: {b: 1}\nc:\n  - 1\n'],
    [{ documents: 1 }, 'a: 1\n---\nb: 2\n'],
  ])('%j', (few, text) => {
    expect(readPlainYaml(text, { ...newAllowance(), ...few }).kind).toBe('other');
  });

  test('that is spent leaves nothing to the library', () => {
    const allowance = { ...newAllowance(), values: 4 };
    readPlainYaml('a: [1, 2]\nb: 3\n', allowance);
    expect(allowance.lexemes).toBe(0);
  });
});
