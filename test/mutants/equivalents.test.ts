import { expect, test } from 'vitest';
import { staleEntries } from './equivalents.js';

test('every entry is a mutant of its file', () => {
  expect(staleEntries()).toEqual([]);
});

test('an entry that is none is found', () => {
  const file = 'src/model/lsn.ts';
  const known = 'laterLsn: comparison: one > other';
  expect(staleEntries({ [file]: { [known]: '' } })).toEqual([]);
  expect(staleEntries({ [file]: { [`${known} (2)`]: '' }, 'src/gone.ts': { a: '' } })).toEqual([
    `${file}: ${known} (2)`,
    'src/gone.ts: a',
  ]);
});
