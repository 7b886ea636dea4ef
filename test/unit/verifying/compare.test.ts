import { expect, test } from 'vitest';
import { compareRecords } from '../../../src/verifying/compare.js';

const EXPECTED = new Map([
  ['/Config/a', '1'],
  ['/Config/b', '2'],
  ['/Config/c', '3'],
]);

function kindsOf(found: Readonly<Record<string, string>>): readonly string[] {
  const records = Object.entries(found).map(([key, value]) => ({ key, value }));
  return compareRecords(EXPECTED, records).map(({ key, kind }) => `${kind} ${key}`);
}

test('equal sides have no differences', () => {
  expect(kindsOf({ '/Config/c': '3', '/Config/a': '1', '/Config/b': '2' })).toEqual([]);
});

test('every kind of difference is reported, in the order of the keys', () => {
  expect(kindsOf({ '/Config/z': '9', '/Config/b': '0', '/Config/a': '1' })).toEqual([
    'altered /Config/b',
    'missing /Config/c',
    'stray /Config/z',
  ]);
});

test('a stray key does not make up for a missing one', () => {
  expect(kindsOf({ '/Config/a': '1', '/Config/b': '2', '/Config/z': '3' })).toEqual([
    'missing /Config/c',
    'stray /Config/z',
  ]);
});

test('an empty side', () => {
  expect(kindsOf({})).toEqual(['missing /Config/a', 'missing /Config/b', 'missing /Config/c']);
});

test('a difference shows no recorded secret', () => {
  const record = (password: string) =>
    `{"key":"kvstore_config","value":{"password":"${password}"}}`;
  const expected = new Map([
    ['/a', record('hunter2')],
    ['/b', record('hunter2')],
  ]);
  const differences = compareRecords(expected, [
    { key: '/a', value: record('hunter3') },
    { key: '/c', value: record('hunter4') },
  ]);
  expect(differences.map(({ kind }) => kind)).toEqual(['altered', 'missing', 'stray']);
  expect(JSON.stringify(differences)).not.toMatch(/hunter/);
});
