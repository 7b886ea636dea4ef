import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TABLES } from '../../../../src/model/resources.js';
import { KeySpace, keyColumns } from '../../../../src/publishing/records/key-space.js';
import { fingerprint } from '../../../../src/publishing/records/published-tables.js';
import {
  createCodec,
  encodeRecord,
  requireColumns,
  tableOf,
} from '../../../../src/publishing/records/record-codec.js';

const column = (name: string, typeOid: number) => ({ name, typeOid });
const CONFIG = [column('id', 23), column('key', 25), column('value', 114)];

describe('keys', () => {
  const keySpace = new KeySpace('/eu');

  test('are those of the interface', () => {
    expect(keySpace.recordKey('config', ['a/b c'])).toBe('/eu/Config/a/b c');
    expect(keySpace.recordKey('postgres_instance', ['h', '5432'])).toBe(
      '/eu/PostgresInstance/h/5432',
    );
    expect(keySpace.recordKey('servermap', [])).toBe('/eu/Servermap');
    expect(keySpace.recordKey('dimension', ['1'])).toBe('/eu/Dimension/1');
    expect(keySpace.recordKey('index', ['1'])).toBe('/eu/Index/1');
    expect(keySpace.recordKey('index_field', ['1', '2'])).toBe('/eu/Index/1/2');
    expect(keySpace.checkpointKey('default')).toBe('/eu/Lenkwerk/default/Checkpoint');
  });

  test('identify their table, and other keys are ignored', () => {
    const tables = (keys: string[]) => keys.map((key) => keySpace.tableOfKey(key));
    const keys = TABLES.map((table) => keySpace.recordKey(table, keyColumns(table)));
    expect(tables(keys)).toEqual(TABLES);
    expect(
      tables(['/Config/a', '/eu/Servermap2', '/eu/Lenkwerk/default/Checkpoint', '/eu/Other', '']),
    ).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(tables(['/eu/Index/1/2/3', '/eu/Config/'])).toEqual(['index_field', 'config']);
  });

  test('have the value of their first column, whatever it is', () => {
    const rows = TABLES.filter((table) => keyColumns(table).length > 0);
    const text = fc.string({ unit: fc.constantFrom('a', '/', '7') });
    fc.assert(
      fc.property(fc.constantFrom(...rows), text, (table, first) => {
        const numbers = keyColumns(table)
          .slice(1)
          .map(() => '7');
        const key = keySpace.recordKey(table, [first, ...numbers]);
        expect(keySpace.firstOfKey(table, key)).toBe(first);
      }),
    );
    expect(keySpace.firstOfKey('postgres_instance', '/eu/PostgresInstance/a/b/5432')).toBe('a/b');
    expect(keySpace.firstOfKey('index_field', '/eu/Index/foreign')).toBe('');
  });

  test('are all covered by the prefixes that are read', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TABLES), fc.array(fc.string()), (table, parts) => {
        const key = keySpace.recordKey(table, parts);
        if (keySpace.tableOfKey(key) === undefined) return;
        expect(keySpace.recordPrefixes.filter((prefix) => key.startsWith(prefix))).toHaveLength(1);
      }),
    );
  });
});

describe('records', () => {
  test('keep the exact text of numbers and JSON', () => {
    const columns = [
      column('id', 20),
      column('value', 114),
      column('b', 16),
      column('n', 1700),
      column('t', 1114),
    ];
    expect(
      encodeRecord(columns, [
        '12345678901234567890',
        ' {"a" : 1.10}',
        't',
        'NaN',
        '2026-11-23 10:00:00',
      ]),
    ).toBe(
      '{"id":12345678901234567890,"value": {"a" : 1.10},"b":true,"n":"NaN","t":"2026-11-23 10:00:00"}',
    );
    expect(encodeRecord([column('a"', 25)], [null])).toBe('{"a\\"":null}');
  });

  test.each([
    [16, 't', 'true'],
    [16, 'f', 'false'],
    [20, '9223372036854775807', '9223372036854775807'],
    [21, '-1', '-1'],
    [23, '5', '5'],
    [114, ' [1.0] ', ' [1.0] '],
    [3802, '{}', '{}'],
    [700, '1.5', '1.5'],
    [701, '1e+30', '1e+30'],
    [701, '-Infinity', '"-Infinity"'],
    [1700, '-0.10', '-0.10'],
    [1700, '12345678901234567890.5', '12345678901234567890.5'],
    [1700, 'NaN', '"NaN"'],
    [25, '5', '"5"'],
    [1114, 'infinity', '"infinity"'],
  ])('of the type %i hold %s as %s', (typeOid, text, json) => {
    const columns = [column('a', 23), column('b', typeOid)];
    expect(encodeRecord(columns, ['1', text])).toBe(`{"a":1,"b":${json}}`);
    expect(encodeRecord(columns, ['1', null])).toBe('{"a":1,"b":null}');
  });

  test('belong to the tables of one schema', () => {
    const table = (schema: string, name: string) => tableOf({ schema, name, columns: CONFIG });
    expect(table('storage', 'config')).toBe('config');
    expect(table('storage', 'index_field')).toBe('index_field');
    expect(table('public', 'config')).toBeUndefined();
    expect(table('storage', 'other')).toBeUndefined();
  });

  test('need the columns of their key, and the id', () => {
    const missing = (name: string) =>
      expect.objectContaining({
        code: 'database-not-initialised',
        message: `storage.config has no column ${name}`,
      });
    requireColumns('config', CONFIG);
    for (const name of ['id', 'key']) {
      const columns = CONFIG.filter((one) => one.name !== name);
      expect(() => requireColumns('config', columns)).toThrow(missing(name));
      expect(() => createCodec('config', columns, new KeySpace(''))).toThrow(missing(name));
    }
  });

  test('of any text are read back as it was', () => {
    const codec = createCodec('config', CONFIG, new KeySpace(''));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.json(), (key, value) => {
        const row = codec.values({ id: '7', key, value });
        expect(JSON.parse(codec.encode(row))).toEqual({ id: 7, key, value: JSON.parse(value) });
        expect(codec.key(row)).toBe(`/Config/${key}`);
      }),
    );
  });

  test('that the stream does not hold whole require a resync', () => {
    const codec = createCodec('config', CONFIG, new KeySpace(''));
    expect(() => codec.values({ id: '7', key: 'k', value: undefined })).toThrow(
      expect.objectContaining({ code: 'resync-required' }),
    );
  });
});

test('a fingerprint changes with names, types and order', () => {
  const shapes = [
    CONFIG,
    [...CONFIG].reverse(),
    CONFIG.slice(1),
    CONFIG.map((c) => column(c.name, 25)),
    CONFIG.map((c) => column(`${c.name}_`, c.typeOid)),
  ];
  expect(new Set(shapes.map(fingerprint)).size).toBe(shapes.length);
  expect(fingerprint([...CONFIG])).toBe(fingerprint(CONFIG));
});
