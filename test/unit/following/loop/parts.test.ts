import { expect, test } from 'vitest';
import { Parts } from '../../../../src/following/loop/parts.js';

test('the last change of a key counts', () => {
  const parts = new Parts();
  parts.add(
    new Map([
      ['a', '1'],
      ['b', '1'],
    ]),
  );
  parts.add(
    new Map<string, string | undefined>([
      ['a', undefined],
      ['c', '1'],
    ]),
  );
  expect(parts.take()).toEqual(
    new Map([
      ['a', undefined],
      ['b', '1'],
      ['c', '1'],
    ]),
  );
  expect(parts.take()).toEqual(new Map());
});

test('more than can be kept are forgotten, and said to be', () => {
  const parts = new Parts();
  const large = 'x'.repeat(20 * 1024 * 1024);
  parts.add(new Map([['a', large]]));
  parts.add(new Map([['b', large]]));
  parts.add(new Map([['c', '1']]));
  expect(parts.take()).toBeUndefined();
  parts.add(new Map([['d', '1']]));
  expect(parts.take()).toEqual(new Map([['d', '1']]));
});
