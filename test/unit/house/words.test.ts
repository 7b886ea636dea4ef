/** Plain words: what comments, messages and test names avoid, for a word of the field. */
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SourceFile, sourceFile, WRITTEN_FILES } from '../../support/house/source-files.js';

/** The word, and what stands for it. */
const AVOIDED: Readonly<Record<string, string>> = {
  'told|tells?': 'receives, reports, names',
  says: 'reports',
  'somebody|anybody|someone|anyone|whoever': 'another client, a process, a caller',
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

/** Folders whose texts still have some of these words. Those below a folder are listed alone. */
const UNREVISED_FOLDERS: readonly string[] = [
  'src/applying',
  'src/commands',
  'src/commands/verbs',
  'src/database',
  'src/dev',
  'src/kvstore',
  'src/planning',
  'src/planning/kinds',
  'src/rendering',
  'src/rendering/plan',
  'test/integration/commands',
  'test/integration/database',
  'test/integration/database/setup',
  'test/integration/kvstore/etcd',
  'test/integration/kvstore/postgres',
  'test/integration/observing',
  'test/integration/publishing/agent',
  'test/integration/publishing/targets',
  'test/integration/replication',
  'test/integration/verifying',
  'test/support/states',
  'test/unit/kvstore',
  'test/unit/kvstore/etcd',
  'test/unit/observing/checks',
  'test/unit/planning',
  'test/unit/planning/expressions',
  'test/unit/publishing/agent',
  'test/unit/publishing/records',
  'test/unit/publishing/stream',
  'test/unit/publishing/targets',
  'test/unit/rendering',
  'test/unit/rendering/verify',
  'test/unit/verifying',
];

/** `path:line: word`, for each line with an avoided word. */
function avoidedWords(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const word = PATTERN.exec(line)?.[0];
      return word === undefined ? [] : [`${path}:${index + 1}: ${word}`];
    }),
  );
}

/** The folders of the list that are free of the words, or gone. */
function revisedFolders(
  files: readonly SourceFile[],
  unrevised: readonly string[],
): readonly string[] {
  return unrevised.filter(
    (folder) => avoidedWords(files.filter(({ path }) => dirname(path) === folder)).length === 0,
  );
}

/** This file names the words. */
const FILES = WRITTEN_FILES.filter(({ path }) => path !== 'test/unit/house/words.test.ts');

test('texts avoid the words, in all folders but those of the list', () => {
  const revised = FILES.filter(({ path }) => !UNREVISED_FOLDERS.includes(dirname(path)));
  expect(avoidedWords(revised)).toEqual([]);
});

test('every folder of the list has some of them', () => {
  expect(revisedFolders(FILES, UNREVISED_FOLDERS)).toEqual([]);
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

  test('finds a folder of the list that has none of the words any more', () => {
    const files = [sourceFile('src/a/b.ts', '// repairs'), sourceFile('src/a/c/d.ts', '// told')];
    expect(revisedFolders(files, ['src/a', 'src/a/c', 'src/gone'])).toEqual(['src/a', 'src/gone']);
  });
});
