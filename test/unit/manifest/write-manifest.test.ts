import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { decodeManifest } from '../../../src/manifest/decode.js';
import { SourceFile } from '../../../src/manifest/source.js';
import { writeManifest } from '../../../src/manifest/write-manifest.js';
import { JsonNumber, type JsonValue } from '../../../src/model/json.js';
import { type DesiredState, NOTHING_MANAGED } from '../../../src/model/resources.js';
import { desiredFromFiles } from '../../support/states/read-manifests.js';

const source = { file: 'written.yaml', line: 1, column: 1 };

function writtenAndRead(desired: DesiredState): unknown {
  const file = decodeManifest(source.file, Buffer.from(writeManifest(desired)));
  if (!(file instanceof SourceFile)) return file;
  const result = desiredFromFiles([file]);
  return result.kind === 'ok' ? withoutPlaces(result.desired) : result.problems;
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map || value instanceof JsonNumber) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'source');
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutPlaces(inner)]));
}

// A manifest refuses the key __proto__, which fast-check likes to try.
const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((characters) => characters !== '__proto__');
const number = fc
  .tuple(fc.bigInt(), fc.option(fc.nat()), fc.option(fc.integer({ min: -400, max: 400 })))
  .map(([integer, fraction, exponent]) => {
    const decimals = fraction === null ? '' : `.${fraction}`;
    return new JsonNumber(`${integer}${decimals}${exponent === null ? '' : `e${exponent}`}`);
  });
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((members) => new Map(members)),
  ),
})).value;

describe('writeManifest', () => {
  test('leaves out what is not managed and keeps what is empty', () => {
    expect(writeManifest({ ...NOTHING_MANAGED, dimensions: [] })).toBe(
      'apiVersion: lenkwerk/v1\nkind: Cluster\ndimensions: []\n',
    );
  });

  test('writes pointers as pointers and other expressions as they are', () => {
    const fields = [
      { expression: "((data->'a')->'b')::bigint", source },
      { expression: "lower(data->>'x')", source },
    ];
    const index = { name: 'i', method: 'gin', tablespace: 'pg_default', fields, source };
    expect(writeManifest({ ...NOTHING_MANAGED, indexes: [index] })).toContain(
      "      - pointer: /a/b\n        type: bigint\n      - expression: lower(data->>'x')\n",
    );
  });

  test('keeps the order of what is plain and what needs quotes', () => {
    const config = [
      { key: 'a', value: 'plain', source },
      { key: 'b', value: 'two words', source },
      { key: 'c', value: '1', source },
      { key: 'd', value: new JsonNumber('1.10'), source },
      { key: 'e e', value: new Map([['list', ['x', []]]]), source },
    ];
    const instances = [
      { host: 'h-1', port: 5432, username: 'two words', status: undefined, source },
    ];
    expect(writeManifest({ ...NOTHING_MANAGED, instances, config })).toBe(
      [
        'apiVersion: lenkwerk/v1',
        'kind: Cluster',
        'instances:',
        '  - host: h-1',
        '    username: two words',
        'config:',
        '  a: plain',
        '  b: two words',
        '  c: "1"',
        '  d: 1.10',
        '  e e:',
        '    list:',
        '      - x',
        '      - []',
        '',
      ].join('\n'),
    );
  });

  test('every config value is read back exactly as it was, digits and hidden characters too', () => {
    fc.assert(
      fc.property(
        json.filter((value) => value !== null),
        (value) => {
          const config = [{ key: 'any', value, source }];
          expect(writtenAndRead({ ...NOTHING_MANAGED, config })).toEqual(
            withoutPlaces({ ...NOTHING_MANAGED, config }),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    '\u202eevil',
    '\u0007',
    '\ufeff',
    'line\nbreak',
    '',
    ' ',
    '~',
    'yes',
    '0x1f',
    '1_000',
  ])('the text %j survives', (value) => {
    const config = [{ key: 'any', value, source }];
    expect(writtenAndRead({ ...NOTHING_MANAGED, config })).toEqual(
      withoutPlaces({ ...NOTHING_MANAGED, config }),
    );
  });
});

describe('readers of YAML 1.1 read the same', () => {
  const words = [
    ...['y', 'N', 'yes', 'No', 'on', 'OFF', '~', 'null', 'true', '=', '<<', '', ' a '],
    ...[
      '1:30',
      '-1:30:00.5',
      '0o7',
      '012',
      '0b11',
      '0x1F',
      '1_000',
      '+.5',
      '1e3',
      '1.',
      '.inf',
      '.NaN',
    ],
    ...[
      '2001-01-01',
      '2001-1-1 2:03',
      '2001-01-01T00:00:00Z',
      'a: b',
      '- a',
      '# a',
      '*a',
      '&a',
      '!a',
    ],
  ];

  test.each(words)('%j', (word) => {
    const value = new Map<string, JsonValue>([[word, [word]]]);
    const manifest = writeManifest({
      ...NOTHING_MANAGED,
      config: [
        { key: `k${word}`, value: word, source },
        { key: 'map', value, source },
      ],
    });
    const [older, newer] = (['1.1', '1.2'] as const).map((version) => parse(manifest, { version }));
    expect(newer).toEqual(older);
    expect(newer).toMatchObject({ config: { [`k${word}`]: word, map: { [word]: [word] } } });
  });

  test.each(['db1', 'a-1', '/foo', 'node.js', 'v1.2', 'e', 'host_1', '10.0.0.1'])(
    'needs no quotes: %s',
    (word) => {
      const config = [{ key: 'a', value: word, source }];
      expect(writeManifest({ ...NOTHING_MANAGED, config })).toContain(`a: ${word}\n`);
    },
  );
});

test('comments follow their section, and what is unmanaged comes last', () => {
  const state = { ...NOTHING_MANAGED, config: [], unmanaged: ['config/a', 'config/no'] };
  const comments = new Map([
    ['config', ['left out: config/a']],
    ['servermap', ['left out: servermap']],
  ] as const);
  expect(writeManifest(state, comments)).toBe(
    'apiVersion: lenkwerk/v1\nkind: Cluster\n  # left out: servermap\nconfig: {}\n' +
      '  # left out: config/a\nunmanaged:\n  - config/a\n  - config/no\n',
  );
});
