/** Plain words: what comments, messages and test names avoid, for a word of the field. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, type SourceFile, sourceFile } from '../../support/house/source-files.js';

/** The word, and what stands for it. */
const AVOIDED: Readonly<Record<string, string>> = {
  'told|tells?': 'receives, reports, names',
  says: 'reports',
  // After an @ it is a mention, in hostile values.
  '(?<!@)somebody|anybody|someone|whoever': 'another client, a process, a caller',
  // In quotes it is ZooKeeper's name of every client.
  "(?<!')anyone": 'each client, a caller',
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

/** This file names the words; the texts of those are not ours. */
const EXCEPTED = ['test/unit/house/words.test.ts', 'LICENSE', 'package-lock.json'];

/** Every file of the repository, those that are not yet in git included. */
function textFiles(): readonly SourceFile[] {
  const command = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', command, { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && !EXCEPTED.includes(path) && existsSync(join(ROOT, path)))
    .map((path) => sourceFile(path, readFileSync(join(ROOT, path), 'utf8')));
}

test('texts avoid the words', () => {
  const files = textFiles();
  expect(files.length).toBeGreaterThan(500);
  expect(avoidedWords(files)).toEqual([]);
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
