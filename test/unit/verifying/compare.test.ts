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
