/** Files and exports that nothing uses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ALL_FILES,
  importersOf,
  ROOT,
  type SourceFile,
  sourceFile,
} from '../../support/house/source-files.js';

/** These name the files that are run, or imported from outside: `dist/cli.js`, `dist/index.js`. */
const ENTRY_POINTS = ['package.json', 'test/vitest.config.ts']
  .map((path) => readFileSync(join(ROOT, path), 'utf8'))
  .join('\n');

/** `path#name` of exports of src that only tests use, and no unit test; with the reason. */
const FOR_TESTS: Readonly<Record<string, string>> = {
  'src/dev/stores/etcd.ts#EtcdServer': 'tests crash and freeze it',
  'src/dev/programs/find-etcd.ts#installEtcd': 'tests fetch another release of etcd',
  'src/dev/stores/redis.ts#RedisServer': 'tests run against it; dev starts etcd so far',
  'src/dev/stores/zookeeper.ts#ZookeeperServer': 'tests start one',
  'src/dev/stores/zookeeper.ts#createZookeeper': 'tests start three',
  'src/manifest/load.ts#LoadResult': 'helpers load manifests that lie in memory',
  'src/manifest/load.ts#desiredFromParsed': 'tests read each manifest in two ways',
  'src/verifying/compare.ts#DifferenceKind': 'a campaign makes each of them',
};

function isEntryPoint({ path }: SourceFile, entryPoints: string): boolean {
  const built = path.replace(/^src\/(.*)\.ts$/, 'dist/$1.js');
  return /\.test\.ts$/.test(path) || entryPoints.includes(path) || entryPoints.includes(built);
}

/** The files that are no entry points, and that no other file imports or runs. */
function deadFiles(files: readonly SourceFile[], entryPoints = ENTRY_POINTS): readonly string[] {
  const importers = importersOf(files);
  return files
    .filter((file) => !importers.has(file.path) && !isEntryPoint(file, entryPoints))
    .map(({ path }) => path);
}

interface Use {
  /** `path#name`. */
  readonly name: string;
  readonly users: readonly string[];
}

/** Every export of the hand-written files, those of entry points apart, and its users. */
function exportUses(files: readonly SourceFile[], entryPoints = ENTRY_POINTS): readonly Use[] {
  const importers = importersOf(files);
  return files
    .filter((file) => !file.generated && !isEntryPoint(file, entryPoints))
    .flatMap(({ path, exports }) => {
      const uses = [...(importers.get(path) ?? [])];
      return exports.map(({ name }) => ({
        name: `${path}#${name}`,
        users: uses
          .filter(([, names]) => names.includes(name) || names.includes('*'))
          .map(([user]) => user),
      }));
    });
}

/** Exports that no other file uses. */
function deadExports(files: readonly SourceFile[]): readonly string[] {
  return exportUses(files)
    .filter(({ users }) => users.length === 0)
    .map(({ name }) => name);
}

/** Exports of src that tests use and src does not; a unit test may try a part of a file. */
function exportsForTests(files: readonly SourceFile[]): readonly string[] {
  const isUnitTest = (user: string) => /^test\/unit\/.*\.test\.ts$/.test(user);
  return exportUses(files)
    .filter(({ name, users }) => name.startsWith('src/') && users.length > 0)
    .filter(({ users }) => !users.some((user) => user.startsWith('src/') || isUnitTest(user)))
    .map(({ name }) => name);
}

test('every file is an entry point or used', () => {
  expect(deadFiles(ALL_FILES)).toEqual([]);
});

test('every export is used by another file', () => {
  expect(deadExports(ALL_FILES)).toEqual([]);
});

test('exports that are there for tests alone are listed, with a reason', () => {
  expect(exportsForTests(ALL_FILES).toSorted()).toEqual(Object.keys(FOR_TESTS).toSorted());
});

describe('the check itself', () => {
  const b = sourceFile('src/b.ts', 'export const c = 1;\nexport interface D {}');

  test.each([
    "import { c } from './b.js';",
    "import type { D } from './b.js';",
    "export { c } from './b.js';",
    "const { c } = await import('./b.js');",
    "const url = new URL('./b.ts', import.meta.url);",
  ])('a file is used by: %s', (text) => {
    expect(deadFiles([b, sourceFile('src/a.ts', text)], 'src/a.ts')).toEqual([]);
  });

  test('finds a dead file', () => {
    expect(deadFiles([b, sourceFile('src/a.test.ts', '')], 'dist/a.js')).toEqual(['src/b.ts']);
    expect(deadFiles([b], 'node dist/b.js')).toEqual([]);
  });

  test.each([
    ["import { c, type D } from './b.js';", []],
    ["import {\n  c as e,\n  type D as F,\n} from './b.js';", []],
    ["import * as b from './b.js';", ['src/b.ts#c', 'src/b.ts#D']],
    ["import * as b from './b.js';\nb.c();", ['src/b.ts#D']],
    ["import type * as b from './b.js';\nlet d: b.D;", ['src/b.ts#c']],
    ["import * as b from './b.js';\nconst { c } = b;", ['src/b.ts#D']],
    ["import * as b from './b.js';\nrun(b);", []],
    ["export * from './b.js';", []],
    ["export * as b from './b.js';", []],
    ["export { c as x } from './b.js';", ['src/b.ts#D', 'src/a.ts#x']],
    ["const b = await import('./b.js');\nb.c();", ['src/b.ts#D']],
    ["const [{ c }, x] = await Promise.all([import('./b.js'), y]);", ['src/b.ts#D']],
    ["const [x, b] = await Promise.all([y, import('./b.js')]);\nb.c();", ['src/b.ts#D']],
    ["const d: import('./b.js').D = 1;", []],
    ["const { c } = await import('./b.js');", ['src/b.ts#D']],
    ["const e = (await import('./b.js')).c;", ['src/b.ts#D']],
    ["const load = () => import('./b.js');", []],
    ["import type { D } from './b.js';", ['src/b.ts#c']],
    ["const url = new URL('./b.ts', import.meta.url);", ['src/b.ts#c', 'src/b.ts#D']],
    ["// import { c, D } from './b.js';", ['src/b.ts#c', 'src/b.ts#D']],
  ])('finds the exports that are not used by: %s', (text, dead) => {
    expect(deadExports([b, sourceFile('src/a.ts', text)])).toEqual(dead);
  });

  test.each([
    'export function e() {}',
    'export async function e() {}',
    'export function* e() {}',
    'export const e = 1;',
    'export class e {}',
    'export abstract class e {}',
    'export interface e {}',
    'export type e = 1;',
    'const a = 1;\nexport { a as e };',
    'export const { a: e } = b;',
  ])('knows the export %s', (text) => {
    expect(deadExports([sourceFile('src/a.ts', text)])).toEqual(['src/a.ts#e']);
  });

  test('finds exports that only tests use, unless a unit test tries them', () => {
    const text = "import { c, D } from '../../src/b.js';";
    const integration = sourceFile('test/integration/b.test.ts', text);
    const helper = sourceFile('test/unit/b.ts', text);
    expect(exportsForTests([b, integration, helper])).toEqual(['src/b.ts#c', 'src/b.ts#D']);
    expect(exportsForTests([b, integration, sourceFile('test/unit/b.test.ts', text)])).toEqual([]);
    expect(exportsForTests([b, sourceFile('src/a.ts', "import { c, D } from './b.js';")])).toEqual(
      [],
    );
  });
});
