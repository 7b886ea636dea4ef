import { expect, test } from 'vitest';
import { mutantsOf, staleEntries } from './mutants.js';

test('an identity names the place and no line, and is numbered where the code occurs again', () => {
  const ids = (text: string) => mutantsOf('src/a.ts', text).map(({ id }) => id);
  const text = 'function f() { a(); a(); } class C { m() { b(); } } const d = x + 1;';
  expect(ids(text)).toEqual([
    'f: call: a();',
    'f: call: a(); (2)',
    'm: call: b();',
    'd: arithmetic: x + 1',
  ]);
  expect(ids(`// A comment.\n\n${text}`)).toEqual(ids(text));
});

test('a mutant has the line of its change', () => {
  expect(mutantsOf('src/a.ts', 'b;\n\na();\n')).toMatchObject([
    { path: 'src/a.ts', line: 3, change: 'a(); -> ;', text: 'b;\n\n;\n' },
  ]);
});

test('every entry of equivalent.json is a mutant of its file', () => {
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
