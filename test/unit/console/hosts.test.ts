import { expect, test } from 'vitest';
import { lossesByHost } from '../../../src/console/hosts.js';

const entry = (name: string, ...readableNow: string[]) => {
  const copies = readableNow;
  return { entry: name, copies, generations: [1], readableNow, readableThen: readableNow };
};

test('two instances of a host go away together', () => {
  const entries = [entry('alone', 'a:1', 'a:2'), entry('two', 'a:1', 'b:1'), entry('none')];
  expect(lossesByHost(['a:1', 'a:2', 'b:1', 'c:1'], entries)).toEqual([
    { host: 'a', lost: ['alone'], thin: ['two'] },
    { host: 'b', lost: [], thin: ['two'] },
    { host: 'c', lost: [], thin: [] },
  ]);
});

test('a host is one, however its name is spelled', () => {
  const entries = [entry('one', 'db1:1', 'DB1.:2')];
  expect(lossesByHost(['db1:1', 'DB1.:2'], entries)).toEqual([
    { host: 'db1', lost: ['one'], thin: [] },
  ]);
});
