/** How full folders are, and what could be a folder, or a part of another file. */
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Exemptions, judge } from '../../support/house/exemptions.js';
import {
  importersOf,
  type SourceFile,
  sourceFile,
  WRITTEN_FILES,
} from '../../support/house/source-files.js';

const MAX_FILES = 12;
const HARD_MAX_FILES = 18;
const SMALL_LINES = 40;
const FAMILY_SIZE = 3;

/** Folders of more than 12 files, each with the reason for it. */
const FULL_FOLDERS: Exemptions = {
  'src/model': 'each file is a word of the whole house, and imports none of the others but a few',
  'test/integration/publishing/agent': 'one file for each kind of fault that an agent meets',
};

/** Folders of entries of a registry, which may hold as many as there are. */
const REGISTRIES: readonly string[] = ['src/commands/verbs', 'test/bench/lines'];

/** Small files that stay beside their one importer, each with the reason for it. */
const SMALL_FILES: Exemptions = {
  'test/support/cli/report-memory.cjs': 'loaded into another process before its program',
};

/** The names of the files in each folder; files in folders below it do not count. */
function folders(files: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const grouped = new Map<string, string[]>();
  for (const { path } of files) {
    const names = grouped.get(dirname(path)) ?? [];
    grouped.set(dirname(path), [...names, basename(path)]);
  }
  return grouped;
}

/** The folders of more files than the limit, the registries apart. */
function fullFolders(
  files: readonly SourceFile[],
  limit: number,
  registries = REGISTRIES,
): readonly string[] {
  return [...folders(files)]
    .filter(([folder, names]) => names.length > limit && !registries.includes(folder))
    .map(([folder]) => folder);
}

/** `folder/word-*`, for each family of files that could be a folder of its own. */
function families(files: readonly SourceFile[], registries = REGISTRIES): readonly string[] {
  return [...folders(files)]
    .filter(([folder]) => !registries.includes(folder))
    .flatMap(([folder, names]) => {
      const words = names.flatMap((name) => /^([a-z\d]+)-/.exec(name)?.[1] ?? []);
      return [...new Set(words)]
        .filter((word) => words.filter((other) => other === word).length >= FAMILY_SIZE)
        .map((word) => `${folder}/${word}-*`);
    });
}

/** The small files that only a file beside them imports and that no unit test of theirs tries. */
function smallFiles(files: readonly SourceFile[], registries = REGISTRIES): readonly string[] {
  const importers = importersOf(files);
  const paths = new Set(files.map(({ path }) => path));
  return files
    .filter(({ path, lines }) => {
      const [importer, another] = [...(importers.get(path)?.keys() ?? [])].filter(
        (other) => !other.endsWith('.test.ts'),
      );
      const isBeside = importer !== undefined && dirname(importer) === dirname(path);
      const ownTest = path.replace(/^src\/(.*)\.ts$/, 'test/unit/$1.test.ts');
      const hasTest = path.startsWith('src/') && paths.has(ownTest);
      const isEntry = registries.includes(dirname(path));
      const isSmall = lines.length < SMALL_LINES && another === undefined;
      return isSmall && isBeside && !hasTest && !isEntry;
    })
    .map(({ path }) => path);
}

/** Whether one file imports all files of the folder, but for itself and what they alone import. */
function isRegistry(files: readonly SourceFile[], folder: string): boolean {
  const isIn = (path: string) => dirname(path) === folder;
  const users = new Map([...importersOf(files)].map(([path, of]) => [path, [...of.keys()]]));
  const entries = files.map(({ path }) => path).filter(isIn);
  return files.some(({ path: importer }) =>
    entries
      .filter((path) => path !== importer)
      .every((path) => {
        const importers = users.get(path) ?? [];
        const isHelper = importers.length > 0 && importers.every(isIn);
        return importers.includes(importer) || isHelper;
      }),
  );
}

/** `folder: what`, for each entry that is no registry, or keeps every limit like another folder. */
function registryProblems(
  files: readonly SourceFile[],
  registries = REGISTRIES,
): readonly string[] {
  return registries.flatMap((folder) => {
    const others = registries.filter((other) => other !== folder);
    const isNeeded = [
      ...fullFolders(files, MAX_FILES, others),
      ...[...families(files, others), ...smallFiles(files, others)].map((path) => dirname(path)),
    ].includes(folder);
    return [
      ...(isRegistry(files, folder) ? [] : [`${folder}: no file imports all of it`]),
      ...(isNeeded ? [] : [`${folder}: needs no exemption`]),
    ];
  });
}

test(`folders of more than ${MAX_FILES} files are listed, with a reason`, () => {
  expect(judge(fullFolders(WRITTEN_FILES, MAX_FILES), FULL_FOLDERS)).toEqual([]);
});

test(`no folder has more than ${HARD_MAX_FILES} files, those of registries apart`, () => {
  expect(fullFolders(WRITTEN_FILES, HARD_MAX_FILES)).toEqual([]);
});

test('every registry is one, and would break a limit otherwise', () => {
  expect(registryProblems(WRITTEN_FILES)).toEqual([]);
});

test(`${FAMILY_SIZE} files with a common first word are a folder`, () => {
  expect(families(WRITTEN_FILES)).toEqual([]);
});

test('a small file is a part of its one importer beside it', () => {
  expect(judge(smallFiles(WRITTEN_FILES), SMALL_FILES)).toEqual([]);
});

describe('the check itself', () => {
  const empty = (paths: readonly string[]) => paths.map((path) => sourceFile(path, ''));
  const numbered = (count: number, folder: string) =>
    empty(Array.from({ length: count }, (_, n) => `${folder}/${n}.ts`));

  test('finds what lacks an exemption, and an exemption that nothing needs', () => {
    expect(judge(['a', 'b'], { b: 'so', c: 'so' })).toEqual([
      'a: breaks the limit',
      'c: needs no exemption',
    ]);
  });

  test('counts the files of a folder, and not those of folders below it', () => {
    const files = [...numbered(4, 'src/a'), ...numbered(3, 'src/a/b')];
    expect(fullFolders(files, 3, [])).toEqual(['src/a']);
    expect(fullFolders(files, 4, [])).toEqual([]);
    expect(fullFolders(files, 2, ['src/a'])).toEqual(['src/a/b']);
  });

  test('finds families', () => {
    const files = empty(['src/a/get-x.ts', 'src/a/get-y.ts', 'src/a/get.ts', 'src/a/gets-z.ts']);
    expect(families(files, [])).toEqual([]);
    const more = [...files, ...empty(['src/a/get-z.test.ts', 'src/b/get-z.ts'])];
    expect(families(more, [])).toEqual(['src/a/get-*']);
    expect(families(more, ['src/a'])).toEqual([]);
  });

  test('knows a registry, and whether it has to be one', () => {
    const list = (path: string, names: readonly string[]) =>
      sourceFile(path, names.map((name) => `import { run } from '${name}';`).join('\n'));
    const names = Array.from({ length: 13 }, (_, n) => `./${n}.js`);
    const entries = numbered(13, 'src/a');
    const problems = (...files: readonly SourceFile[]) => registryProblems(files, ['src/a']);
    expect(problems(...entries, list('src/a/all.ts', names))).toEqual([]);
    const helped = [list('src/a/0.ts', ['./help.js']), ...entries.slice(1)];
    const helper = sourceFile('src/a/help.ts', '');
    expect(problems(...helped, helper, list('src/a/all.ts', names))).toEqual([]);
    const some = list('src/a/all.ts', names.slice(1));
    expect(problems(...entries, some)).toEqual(['src/a: no file imports all of it']);
    const few = list('src/b.ts', ['./a/0.js', './a/1.js']);
    expect(problems(...entries.slice(0, 2), few)).toEqual(['src/a: needs no exemption']);
    expect(problems(...numbered(2, 'src/b'))).toEqual(['src/a: needs no exemption']);
  });

  test('finds a small file with one importer beside it', () => {
    const small = sourceFile('src/a/small.ts', 'export const b = 1;\n');
    const importer = (path: string) => sourceFile(path, "import { b } from './small.js';");
    const beside = importer('src/a/b.ts');
    expect(smallFiles([small, beside], [])).toEqual(['src/a/small.ts']);
    const tested = sourceFile('test/unit/a/small.test.ts', '');
    expect(smallFiles([small, beside, tested], [])).toEqual([]);
    expect(smallFiles([small, beside], ['src/a'])).toEqual([]);
    expect(smallFiles([small, beside, importer('src/a/c.ts')], [])).toEqual([]);
    expect(smallFiles([small, beside, importer('src/a/c.test.ts')], [])).toEqual([small.path]);
    const elsewhere = sourceFile('src/c/d.ts', "import { b } from '../a/small.js';");
    expect(smallFiles([small, elsewhere], [])).toEqual([]);
    const helper = sourceFile('test/support/small.ts', 'export const b = 1;\n');
    expect(smallFiles([helper, importer('test/support/b.ts')], [])).toEqual([helper.path]);
    const long = sourceFile('src/a/small.ts', 'a\n'.repeat(SMALL_LINES));
    expect(smallFiles([long, beside], [])).toEqual([]);
  });
});
