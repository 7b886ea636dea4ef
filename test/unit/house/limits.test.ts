/** How long lines and files are, and how full folders; the limits that biome checks are there. */
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  importersOf,
  type SourceFile,
  sourceFile,
  WRITTEN_FILES,
} from '../../support/house/source-files.js';

const MAX_COLUMNS = 100;
const MAX_LINES = 250;
const HARD_MAX_LINES = 300;
const MAX_FILES = 12;
const HARD_MAX_FILES = 18;
const SMALL_LINES = 40;
const FAMILY_SIZE = 3;

/** Files of more than 250 lines, each with the reason for it. */
const LONG_FILES: Exemptions = {
  'src/database/apply-log.ts': 'writing, reading and checking one chain of entries',
  'src/manifest/yaml/plain.ts': 'one reader of the plain subset of YAML',
  'src/publishing/stream/publisher.ts': 'every write of a session, with the rule that guards it',
  'src/replication/session.ts': 'one session, with the answers to the traps of its library',
  'test/integration/publishing/targets/targets.test.ts': 'one story over several targets',
  'test/integration/replication/session.test.ts': 'every end of a session',
  'test/integration/whole-loop.test.ts': 'one cluster from its first manifest to its end',
  'test/sim/database/source.ts': 'one implementation of the interface to the database',
  'test/sim/database/stream.ts': 'one walsender from its start to its end',
  'test/support/states/generate-state.ts': 'one generator per kind of row',
};

/** Folders of more than 12 files, each with the reason for it. */
const FULL_FOLDERS: Exemptions = {
  'test/integration/publishing/agent': 'one file for each kind of fault that an agent meets',
};

/** Folders of entries of a registry, which may hold as many as there are. */
const REGISTRIES: readonly string[] = [
  'src/commands/verbs',
  'src/observing/checks',
  'src/planning/kinds',
  'test/bench/lines',
];

/** Small files that stay beside their one importer, each with the reason for it. */
const SMALL_FILES: Exemptions = {
  'test/support/store-contract/places.ts': 'the entries of a registry, one for each driver',
};

/** A path, and why it may break the limit. */
type Exemptions = Readonly<Record<string, string>>;

/** `path: what`, for each path that breaks a limit without an exemption or needs none. */
function judge(breaking: readonly string[], exemptions: Exemptions): readonly string[] {
  return [
    ...breaking
      .filter((path) => exemptions[path] === undefined)
      .map((path) => `${path}: breaks the limit`),
    ...Object.keys(exemptions)
      .filter((path) => !breaking.includes(path))
      .map((path) => `${path}: needs no exemption`),
  ];
}

/** `path:line` of each line that is too long; a text or a pattern is one word. */
function longLines(files: readonly SourceFile[]): readonly string[] {
  const isComment = (line: string) => /^\s*(?:\/\*\*|\*|\/\/) /.test(line);
  const isWord = (line: string) => /['"`]|^\s*\/[^/*]/.test(line) && !isComment(line);
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const isLong = [...line].length > MAX_COLUMNS && !isWord(line);
      return isLong ? [`${path}:${index + 1}`] : [];
    }),
  );
}

function longFiles(files: readonly SourceFile[], limit: number): readonly string[] {
  return files.filter(({ lines }) => lines.length > limit).map(({ path }) => path);
}

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

test(`no line is longer than ${MAX_COLUMNS} columns`, () => {
  expect(longLines(WRITTEN_FILES)).toEqual([]);
});

test(`files of more than ${MAX_LINES} lines are listed, with a reason`, () => {
  expect(judge(longFiles(WRITTEN_FILES, MAX_LINES), LONG_FILES)).toEqual([]);
});

test(`no file has more than ${HARD_MAX_LINES} lines`, () => {
  expect(longFiles(WRITTEN_FILES, HARD_MAX_LINES)).toEqual([]);
});

test(`folders of more than ${MAX_FILES} files are listed, with a reason`, () => {
  expect(judge(fullFolders(WRITTEN_FILES, MAX_FILES), FULL_FOLDERS)).toEqual([]);
});

test(`no folder has more than ${HARD_MAX_FILES} files, those of registries apart`, () => {
  expect(fullFolders(WRITTEN_FILES, HARD_MAX_FILES)).toEqual([]);
});

test('every registry is a folder', () => {
  expect([...folders(WRITTEN_FILES).keys()]).toEqual(expect.arrayContaining([...REGISTRIES]));
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

  test.each([
    `const a = ${'b + '.repeat(30)}c;`,
    `// ${'word '.repeat(30)}`,
    `  * isn't ${'word '.repeat(30)}`,
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
