/** How long lines and files are; the limits that biome checks are there. */
import { describe, expect, test } from 'vitest';
import { type Exemptions, judge } from '../../support/house/exemptions.js';
import { type SourceFile, sourceFile, WRITTEN_FILES } from '../../support/house/source-files.js';

const MAX_COLUMNS = 100;
const MAX_LINES = 250;
const HARD_MAX_LINES = 300;

/** Files of more than 250 lines, each with the reason for it. */
const LONG_FILES: Exemptions = {
  'src/publishing/stream/publisher.ts': 'every write of a session, with the rule that guards it',
  'src/replication/session.ts': 'one session, with the answers to the traps of its library',
  'test/integration/publishing/targets/targets.test.ts': 'one story over several targets',
  'test/integration/replication/session.test.ts': 'every end of a session',
  'test/integration/whole-loop.test.ts': 'one cluster from its first manifest to its end',
  'test/sim/database/source.ts': 'one implementation of the interface to the database',
  'test/sim/database/stream.ts': 'one walsender from its start to its end',
  'test/sim/oracle/oracle.ts': 'every promise, held against every write',
  'test/support/states/generate-state.ts': 'one generator per kind of row',
};

/** `path:line` of each line that is too long; a text or a pattern is one word, a comment never. */
function longLines(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line, index) => {
      if ([...line].length <= MAX_COLUMNS) return [];
      const isWord = line === file.code[index] && /['"`]|^\s*\/[^/*]/.test(line);
      return isWord ? [] : [`${file.path}:${index + 1}`];
    }),
  );
}

function longFiles(files: readonly SourceFile[], limit: number): readonly string[] {
  return files.filter(({ lines }) => lines.length > limit).map(({ path }) => path);
}

test(`no line is longer than ${MAX_COLUMNS} columns`, () => {
  expect(longLines(WRITTEN_FILES)).toEqual([]);
});

test(`files of more than ${MAX_LINES} lines are listed, with a reason`, () => {
  expect(judge(longFiles(WRITTEN_FILES, MAX_LINES), LONG_FILES)).toEqual([]);
});

test(`no file has more than ${HARD_MAX_LINES} lines`, () => {
  expect(longFiles(WRITTEN_FILES, HARD_MAX_LINES)).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    `const a = ${'b + '.repeat(30)}c;`,
    `// ${'word '.repeat(30)}`,
    `/** isn't ${'word '.repeat(30)}*/`,
    `const a = 'text'; // isn't ${'word '.repeat(30)}`,
  ])('finds a long line: %s', (line) => {
    expect(longLines([sourceFile('src/a.ts', `\n${line}\n`)])).toEqual(['src/a.ts:2']);
  });

  test('passes over a long text, and counts characters', () => {
    const text = `const a = '${'word '.repeat(30)}';\nconst ${'😀'.repeat(80)} = 1;`;
    expect(longLines([sourceFile('src/a.ts', text)])).toEqual([]);
  });

  test('counts the lines of a file', () => {
    const file = sourceFile('src/a.ts', 'a\n'.repeat(4));
    expect(longFiles([file], 3)).toEqual(['src/a.ts']);
    expect(longFiles([file], 4)).toEqual([]);
  });
});
