/** Tests stand where the code stands that they try; what they share stands in test/support. */
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALL_FILES, type SourceFile, sourceFile } from '../../support/house/source-files.js';

/** Folders of tests that are not about one folder of src. */
const OTHER_SUBJECTS = ['', 'bench', 'examples', 'fuzz', 'house', 'package'];
const FOLDERS_OF_TESTS = ['unit', 'integration'];
/** Each a program of its own, with a short form as a test beside it. */
const PROOFS = ['model', 'mutants', 'sim', 'soak'];
const FOLDERS_OF_HELPERS = [...PROOFS, 'support', 'bench', 'tools'];
const CONFIG = 'test/vitest.config.ts';

/** `path`, for each file below test that stands in the wrong place. */
function misplaced(files: readonly SourceFile[]): readonly string[] {
  const subjects = new Set(OTHER_SUBJECTS);
  for (const { path } of files) {
    const [top, ...below] = dirname(path).split('/');
    // The folder and those that it lies in.
    if (top !== 'src') continue;
    for (const depth of below.keys()) subjects.add(below.slice(0, depth + 1).join('/'));
  }
  return files
    .map(({ path }) => path)
    .filter((path) => path.startsWith('test/') && path !== CONFIG)
    .filter((path) => {
      const [, first = '', ...subject] = dirname(path).split('/');
      if (!path.endsWith('.test.ts')) return !FOLDERS_OF_HELPERS.includes(first);
      if (PROOFS.includes(first)) return false;
      return !FOLDERS_OF_TESTS.includes(first) || !subjects.has(subject.join('/'));
    });
}

/** The subjects of the list that have no test. */
function unusedSubjects(files: readonly SourceFile[]): readonly string[] {
  const folders = new Set(files.map(({ path }) => dirname(path).split('/').slice(2).join('/')));
  return OTHER_SUBJECTS.filter((subject) => !folders.has(subject));
}

test('every test and every helper has its place', () => {
  expect(misplaced(ALL_FILES)).toEqual([]);
  expect(unusedSubjects(ALL_FILES.filter(({ path }) => path.endsWith('.test.ts')))).toEqual([]);
});

describe('the check itself', () => {
  const source = sourceFile('src/a/b/c.ts', '');

  test.each([
    'test/unit/b/c.test.ts',
    'test/unit/a/b/c/c.test.ts',
    'test/integration/c.ts',
    'test/unit/a/b/helper.ts',
    'test/helper.ts',
    'test/support/a.test.ts',
    'test/other/a/b/c.test.ts',
    'test/c.test.ts',
  ])('finds %s', (path) => {
    expect(misplaced([source, sourceFile(path, '')])).toEqual([path]);
  });

  test.each([
    'test/unit/a/b/c.test.ts',
    'test/unit/a/c.test.ts',
    'test/integration/c.test.ts',
    'test/integration/package/c.test.ts',
    'test/support/a.ts',
    'test/support/deep/a.ts',
    'test/soak/c.test.ts',
    'test/bench/a.ts',
    'test/vitest.config.ts',
  ])('passes over %s', (path) => {
    expect(misplaced([source, sourceFile(path, '')])).toEqual([]);
  });

  test('finds a subject without a test', () => {
    expect(unusedSubjects([sourceFile('test/unit/house/a.test.ts', '')])).not.toContain('house');
    expect(unusedSubjects([sourceFile('test/unit/house/a.test.ts', '')])).toContain('package');
  });
});
