/** Which folder imports what, and where each package is used. */
import { describe, expect, test } from 'vitest';
import { FOLDERS, PACKAGES, ROOT_FILES } from '../../support/house/import-rules.js';
import type { Import } from '../../support/house/modules.js';
import {
  type SourceFile,
  sourceFile,
  topFolder,
  WRITTEN_FILES,
} from '../../support/house/source-files.js';

const LISTS = { folders: FOLDERS, rootFiles: ROOT_FILES, packages: PACKAGES };

/** Without effects on, or knowledge of, the world. */
const PURE = ['model', 'planning'];
const PURE_BUILTINS = ['node:crypto'];

/** `ajv` of `ajv/dist/standalone`, `@scope/name` of `@scope/name/part`. */
function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

/** An entry of PACKAGES allows this import in this file. */
function placeAllows(place: string, file: SourceFile, { typesOnly }: Import): boolean {
  const folder = place.replace('type:', '');
  return file.path.startsWith(`src/${folder}/`) && (typesOnly || folder === place);
}

function allowedFolders(path: string): readonly string[] {
  const folder = topFolder(path);
  if (folder !== '') return [...(FOLDERS[folder] ?? []), folder];
  return [...(ROOT_FILES[path.slice('src/'.length)] ?? []), ''];
}

function isAllowed(file: SourceFile, imported: Import): boolean {
  const { from, path } = imported;
  if (path !== undefined) return allowedFolders(file.path).includes(topFolder(path));
  if (from.startsWith('node:')) {
    return !PURE.includes(topFolder(file.path)) || PURE_BUILTINS.includes(from);
  }
  const places = PACKAGES[packageOf(from)] ?? [];
  return places.some((place) => placeAllows(place, file, imported));
}

/** `file imports what`, for each import that no entry allows. */
function forbiddenImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => !isAllowed(file, imported))
      .map(({ from }) => `${file.path} imports ${from}`),
  );
}

/** `name: entry`, for each entry of the lists that no import of the files needs. */
function unusedEntries(files: readonly SourceFile[], lists = LISTS): readonly string[] {
  const imports = files.flatMap((file) => file.imports.map((imported) => ({ file, imported })));
  const unused = (
    lists: Readonly<Record<string, readonly string[]>>,
    needs: (name: string, entry: string, use: (typeof imports)[number]) => boolean,
  ) =>
    Object.entries(lists).flatMap(([name, entries]) =>
      entries
        .filter((entry) => !imports.some((use) => needs(name, entry, use)))
        .map((entry) => `${name}: ${entry}`),
    );
  const reaches = (folder: string, { path }: Import) =>
    path !== undefined && topFolder(path) === folder;
  return [
    ...unused(lists.folders, (name, entry, { file, imported }) => {
      return topFolder(file.path) === name && reaches(entry, imported);
    }),
    ...unused(lists.rootFiles, (name, entry, { file, imported }) => {
      return file.path === `src/${name}` && reaches(entry, imported);
    }),
    ...unused(lists.packages, (name, entry, { file, imported }) => {
      const isItsKind = entry.startsWith('type:') === imported.typesOnly;
      return packageOf(imported.from) === name && isItsKind && placeAllows(entry, file, imported);
    }),
  ];
}

/** Imports by which a file could reach a database by itself. */
function sessionsWithTheDatabase(file: SourceFile): readonly string[] {
  return file.imports
    .filter(({ from, typesOnly }) => {
      if (from === 'pg' || from.includes('/database/')) return true;
      // Pure: it opens no session, and what it demands of a stream is tried in the simulation.
      if (from.endsWith('/replication/walsender.js')) return false;
      return !typesOnly && /\/(?:replication|postgres\/connection)/.test(from);
    })
    .map(({ from }) => `${file.path} imports ${from}`);
}

const files = WRITTEN_FILES.filter(({ path }) => path.startsWith('src/'));

test('folders stand in one order, each above what it may import', () => {
  const order = Object.keys(FOLDERS);
  for (const [folder, below] of Object.entries(FOLDERS)) {
    const lower = order.slice(0, order.indexOf(folder));
    expect(lower, folder).toEqual(expect.arrayContaining([...below]));
  }
});

test('every folder of src has its place', () => {
  const folders = new Set(files.map(({ path }) => topFolder(path)).filter((name) => name !== ''));
  expect(Object.keys(FOLDERS).toSorted()).toEqual([...folders].toSorted());
});

test('publishing/ knows the database by source/ alone, and replication/ by its types', () => {
  const outside = files.filter(({ path }) => {
    return path.startsWith('src/publishing/') && !path.startsWith('src/publishing/source/');
  });
  expect(outside.length).toBeGreaterThan(20);
  expect(outside.flatMap(sessionsWithTheDatabase)).toEqual([]);
});

test('imports point one way, and packages stay where they belong', () => {
  expect(forbiddenImports(files)).toEqual([]);
});

test('every import that the lists allow is used', () => {
  expect(unusedEntries(files)).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    ['src/model/a.ts', "import { b } from '../planning/b.js';"],
    ['src/model/a.ts', "import type { B } from '../planning/b.js';"],
    ['src/model/a.ts', "export {\n  b,\n  c,\n} from '../planning/b.js';"],
    ['src/model/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/planning/deep/a.ts', "import '../../database/b.js';"],
    ['src/planning/a.ts', "const b = await import('../database/b.js');"],
    ['src/publishing/a.ts', "import { Client } from 'pg';"],
    ['src/rendering/a.ts', "import type { Client } from 'pg';"],
    ['src/commands/verbs/a.ts', "import type { Client } from 'pg';"],
    ['src/commands/verbs/a.ts', "import type { StoreSettings } from '../../kvstore/settings.js';"],
    ['src/applying/a.ts', "import type { CommandContext } from '../commands/command.js';"],
    ['src/kvstore/connect.ts', "import { Etcd3 } from 'etcd3';"],
    ['src/kvstore/etcd/store.ts', "import { left } from 'left-pad';"],
    ['src/cli.ts', "import { plan } from './planning/plan.js';"],
    ['src/model/a.ts', "import { main } from '../cli.js';"],
  ])('forbids %s: %s', (path, text) => {
    expect(forbiddenImports([sourceFile(path, text)])).toHaveLength(1);
  });

  test.each([
    "import type { Client } from 'pg';",
    "import { readConfigValues } from '../../database/state.js';",
    "import { openConnection } from '../../postgres/connection.js';",
    "import { startSession } from '../../replication/session.js';",
  ])('finds a way around source/: %s', (text) => {
    const file = sourceFile('src/publishing/agent/a.ts', text);
    expect(sessionsWithTheDatabase(file)).toHaveLength(1);
  });

  test.each([
    ['src/planning/deep/a.ts', "import { b } from '../../model/b.js';"],
    ['src/planning/deep/a.ts', "import { b } from '../b.js';"],
    ['src/publishing/source/a.ts', "import type { Client } from 'pg';"],
    ['src/kvstore/etcd/watch.ts', "import { Etcd3 } from 'etcd3';"],
    ['src/replication/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/cli.ts', "import { main } from './commands/main.js';"],
  ])('allows %s: %s', (path, text) => {
    const file = sourceFile(path, text);
    expect(file.imports).toHaveLength(1);
    expect(forbiddenImports([file])).toEqual([]);
  });

  test('finds the entries that no file needs', () => {
    const lists = {
      folders: { model: [], manifest: ['model'], planning: ['model'] },
      rootFiles: { 'cli.ts': ['manifest', 'planning'] },
      packages: { pg: ['model', 'type:planning'], diff: ['manifest'] },
    };
    const sources = [
      sourceFile('src/planning/a.ts', "import { b } from '../model/b.js';"),
      sourceFile('src/cli.ts', "import { a } from './planning/a.js';"),
      sourceFile('src/planning/b.ts', "import type { Client } from 'pg';"),
      sourceFile('src/manifest/a.ts', "import type { Diff } from 'diff';"),
    ];
    expect(unusedEntries(sources, lists)).toEqual([
      'manifest: model',
      'cli.ts: manifest',
      'pg: model',
      'diff: manifest',
    ]);
  });
});
