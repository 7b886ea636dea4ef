import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodePaths, parentOf, parentsOf } from '../../../../src/kvstore/zookeeper/paths.js';

const paths = new NodePaths({ chroot: '', prefix: '' });
const below = new NodePaths({ chroot: '/bagger', prefix: '/eu' });

const PIECES = [
  '/',
  '/',
  '.',
  '..',
  '%',
  '%2E',
  'a',
  'zookeeper',
  'Lenkwerk',
  'Journal',
  '\0',
  '😀',
];
const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
);

/**
 * As PathUtils in https://github.com/apache/zookeeper/tree/master/zookeeper-server
 */
function isAllowed(path: string): boolean {
  const names = path.slice(1).split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the server refuses them.
  const refused = /[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/;
  return (
    path.startsWith('/') &&
    names.every((name) => name !== '' && !/^\.\.?$/.test(name) && !refused.test(name))
  );
}

test('each key has a node that the server takes, and comes back from it', () => {
  fc.assert(
    fc.property(key, (one) => {
      for (const at of [paths, below]) {
        expect(at.keyOf(at.ofKey(one))).toBe(one);
        expect(isAllowed(at.ofKey(one))).toBe(true);
      }
    }),
  );
});

test('two keys never have the same node', () => {
  fc.assert(
    fc.property(key, key, (one, other) => {
      fc.pre(one !== other);
      expect(paths.ofKey(one)).not.toBe(paths.ofKey(other));
    }),
  );
});

describe.each([
  ['/Index/1', '/Index/1'],
  ['/a//b/', '/a/%/b/%'],
  ['/', '/%'],
  ['', '/%.'],
  ['a/b', '/%.a/b'],
  ['/./..', '/%2E/%2E%2E'],
  ['/100%', '/100%25'],
  ['/ä€ 😀\n', '/ä€ %F0%9F%98%80%0A'],
  ['/zookeeper/a/zookeeper', '/%7Aookeeper/a/zookeeper'],
  ['/eu/Lenkwerk/Journal/1', '/eu/Lenkwerk/%4Aournal/1'],
])('the key %j', (one, path) => {
  test(`is at ${path}`, () => {
    expect(paths.ofKey(one)).toBe(path);
    expect(below.ofKey(one)).toBe(`/bagger${path}`);
  });
});

test('nodes of the server, and journals whatever their prefix, are no keys', () => {
  const own = [paths.journal, paths.ofEntry(7), below.journal.slice('/bagger'.length)];
  for (const path of ['/zookeeper', '/zookeeper/config', ...own]) {
    expect(paths.keyOf(path)).toBeUndefined();
  }
  expect(below.journal).toBe('/bagger/eu/Lenkwerk/Journal');
  expect(below.ofEntry(7)).toBe('/bagger/eu/Lenkwerk/Journal/0000000007');
  expect(below.keyOf('/bagger/zookeeper')).toBe('/zookeeper');
});

test('a name of another program stays as it is where it is no encoding', () => {
  expect(paths.keyOf('/a%zz')).toBe('/a%zz');
});

test('parents are in order, from the top', () => {
  expect(parentsOf('/a/b/c')).toEqual(['/a', '/a/b']);
  expect(parentsOf('/a')).toEqual([]);
  expect([parentOf('/a/b'), parentOf('/a')]).toEqual(['/a', '/']);
});
