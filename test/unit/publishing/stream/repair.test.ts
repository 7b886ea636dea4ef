import { expect, test } from 'vitest';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import {
  type RepairKeys,
  repairChanges,
  requestedKeys,
  union,
} from '../../../../src/publishing/stream/repair.js';

test('a request names keys', () => {
  expect(requestedKeys('["/Config/a","/Config/b","/Config/a"]')).toEqual(
    new Set(['/Config/a', '/Config/b']),
  );
});

test.each(['', '[]', '{}', '"/Config/a"', 'null', '["/Config/a",1]', '["/Config/a"'])(
  'the request %s asks for everything',
  (content) => {
    expect(requestedKeys(content)).toBe('everything');
  },
);

test('requests that wait for each other become one', () => {
  const [a, b] = [new Set(['a']), new Set(['b'])];
  expect(union(undefined, a)).toEqual(a);
  expect(union(a, b)).toEqual(new Set(['a', 'b']));
  expect(union('everything', a)).toBe('everything');
  expect(union(a, 'everything')).toBe('everything');
  expect(union(undefined, 'everything')).toBe('everything');
  const many = new Set(Array.from({ length: 499 }, (_, at) => `k${at}`));
  expect(union(many, a)).toEqual(new Set([...many, 'a']));
  expect(union(new Set([...many, 'a']), b)).toBe('everything');
});

const KEY_SPACE = new KeySpace('/eu');
const RECORDS = new Map([
  ['/eu/Config/same', '1'],
  ['/eu/Config/altered', '2'],
  ['/eu/Config/missing', '3'],
]);
const HELD = new Map([
  ['/eu/Config/same', '1'],
  ['/eu/Config/altered', 'x'],
  ['/eu/Config/stray', '4'],
  ['/eu/Elsewhere/a', '5'],
]);

function changesFor(keys: RepairKeys) {
  const tables = {
    records: RECORDS,
    fingerprints: new Map(),
    generations: { records: new Map(), complete: true },
  };
  return repairChanges({ keys, tables }, KEY_SPACE, HELD);
}

test('a repair of everything changes what differs, strays included, and no key of others', () => {
  expect(changesFor('everything')).toEqual(
    new Map([
      ['/eu/Config/altered', '2'],
      ['/eu/Config/missing', '3'],
      ['/eu/Config/stray', undefined],
    ]),
  );
});

test('a repair of keys changes those of them that differ', () => {
  const keys = ['/eu/Config/same', '/eu/Config/stray', '/eu/Config/gone', '/eu/Elsewhere/a'];
  expect(changesFor(new Set(keys))).toEqual(new Map([['/eu/Config/stray', undefined]]));
});
