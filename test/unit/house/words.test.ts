/** Plain words: what comments, messages and test names avoid, for a word of the field. */
import { describe, expect, test } from 'vitest';
import { type SourceFile, sourceFile, WRITTEN_FILES } from '../../support/house/source-files.js';

/** The word, and what stands for it. */
const AVOIDED: Readonly<Record<string, string>> = {
  'told|tells?': 'receives, reports, names',
  says: 'reports',
  // After an @ it is a mention, in hostile values.
  '(?<!@)somebody|anybody|someone|anyone|whoever': 'another client, a process, a caller',
  // In quotes it is the account of that name.
  "(?<!')nobody": 'no client, no process',
  'pens?': 'writer',
  'bells?': 'notifier',
  'doors?': 'entry point',
  room: 'space',
  'fights?': 'conflict',
  'sets? right': 'repairs',
  'made(?! of)': 'created',
};
const PATTERN = new RegExp(`\\b(?:${Object.keys(AVOIDED).join('|')})\\b`, 'i');

/** `path:line: word`, for each line with an avoided word. */
function avoidedWords(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const word = PATTERN.exec(line)?.[0];
      return word === undefined ? [] : [`${path}:${index + 1}: ${word}`];
    }),
  );
}

/** This file names the words. */
const FILES = WRITTEN_FILES.filter(({ path }) => path !== 'test/unit/house/words.test.ts');

test('texts avoid the words', () => {
  expect(avoidedWords(FILES)).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    '// Somebody else holds it.',
    "throw new Error('the agent says no');",
    '/** Sets right what differs. */',
    "test('a bell rings', () => {",
  ])('finds a word in: %s', (text) => {
    expect(avoidedWords([sourceFile('src/a/b.ts', text)])).toHaveLength(1);
  });

  test.each([
    'const doorway = headroom;',
    '// Another client holds it.',
    "const bellRope = 'told_by';",
  ])('finds none in: %s', (text) => {
    expect(avoidedWords([sourceFile('src/a/b.ts', text)])).toEqual([]);
  });
});
