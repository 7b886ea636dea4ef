import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Import, importsOf, type SourceFile, sourceFiles } from './source-files.js';

/** A folder of src may import from these; it stands below them, so there are no cycles. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  runtime: ['model'],
  planning: ['model'],
  manifest: ['model'],
  postgres: ['model', 'runtime'],
  database: ['model', 'planning', 'runtime', 'postgres'],
  // postgres: how to connect to a PostgreSQL, for the driver of that name.
  kvstore: ['model', 'runtime', 'postgres'],
  replication: ['model', 'runtime', 'postgres'],
  publishing: ['model', 'runtime', 'postgres', 'database', 'kvstore', 'replication'],
  verifying: ['model', 'planning', 'runtime', 'postgres', 'database', 'kvstore', 'publishing'],
  observing: ['model', 'planning', 'runtime', 'postgres', 'database', 'kvstore', 'publishing'],
  rendering: ['model', 'planning', 'verifying', 'observing'],
  applying: [
    'model',
    'runtime',
    'planning',
    'manifest',
    'postgres',
    'database',
    'kvstore',
    'publishing',
    'verifying',
    'rendering',
  ],
  dev: ['model', 'runtime', 'postgres', 'database', 'kvstore', 'publishing'],
  commands: [
    'model',
    'runtime',
    'planning',
    'manifest',
    'rendering',
    'postgres',
    'database',
    'kvstore',
    'publishing',
    'verifying',
    'observing',
    'applying',
    'dev',
  ],
};

/** The files beside the folders. */
const ROOT_FILES: Readonly<Record<string, readonly string[]>> = {
  'cli.ts': ['commands', 'runtime', 'model'],
  'index.ts': ['model', 'planning', 'kvstore', 'database', 'publishing', 'verifying', 'manifest'],
};

/** Who may use a package; a folder after `type:` may name its types only. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  pg: [
    'postgres',
    'database',
    'replication',
    'kvstore/postgres',
    'type:publishing/source',
    'type:verifying',
    'type:observing',
    'type:dev',
    'type:applying',
    'type:commands',
  ],
  'pg-logical-replication': ['replication'],
  etcd3: ['kvstore/etcd'],
  protobufjs: ['kvstore/etcd'],
  yaml: ['manifest'],
  ajv: ['manifest'],
  'libpg-query': ['planning/expressions'],
  commander: ['commands'],
  diff: ['rendering'],
  'prom-client': ['publishing', 'commands', 'runtime'],
};

/** Without effects on, or knowledge of, the world. */
const PURE = ['model', 'planning'];
const PURE_BUILTINS = ['node:crypto'];

function folderOf(path: string): string {
  const [, first = '', second] = path.split('/');
  return second === undefined ? '' : first;
}

function allowedFolders(file: SourceFile): readonly string[] {
  const folder = folderOf(file.path);
  if (folder !== '') return [...(FOLDERS[folder] ?? []), folder];
  return [...(ROOT_FILES[file.path.slice('src/'.length)] ?? []), ''];
}

function mayUsePackage(file: SourceFile, { from, typesOnly }: Import): boolean {
  const name = from.startsWith('@') ? from : (from.split('/')[0] ?? from);
  const places = (PACKAGES[name] ?? []).filter((place) => typesOnly || !place.startsWith('type:'));
  return places
    .map((place) => `src/${place.replace('type:', '')}`)
    .some((place) => {
      if (place.endsWith('*')) return file.path.startsWith(place.slice(0, -1));
      return file.path.startsWith(`${place}/`);
    });
}

function isAllowed(file: SourceFile, imported: Import): boolean {
  const { from } = imported;
  const folder = folderOf(file.path);
  if (from.startsWith('.')) {
    return allowedFolders(file).includes(folderOf(join(dirname(file.path), from)));
  }
  if (from.startsWith('node:')) return !PURE.includes(folder) || PURE_BUILTINS.includes(from);
  return mayUsePackage(file, imported);
}

function forbiddenImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => !isAllowed(file, imported))
      .map(({ from }) => `${file.path} imports ${from}`),
  );
}

/** Imports by which a file could reach a database by itself. */
function sessionsWithTheDatabase(file: SourceFile): readonly string[] {
  return importsOf(file)
    .filter(({ from, typesOnly }) => {
      if (from === 'pg' || from.includes('/database/')) return true;
      return !typesOnly && /\/(?:replication|postgres\/connection)/.test(from);
    })
    .map(({ from }) => `${file.path} imports ${from}`);
}

const files = sourceFiles('src');

test('folders stand in one order, each above what it may import', () => {
  const order = Object.keys(FOLDERS);
  for (const [folder, below] of Object.entries(FOLDERS)) {
    const lower = order.slice(0, order.indexOf(folder));
    expect(lower, folder).toEqual(expect.arrayContaining([...below]));
  }
});

test('every folder of src has its place', () => {
  const folders = new Set(files.map(({ path }) => folderOf(path)).filter((name) => name !== ''));
  expect(Object.keys(FOLDERS)).toEqual(expect.arrayContaining([...folders]));
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
    ['src/kvstore/connect.ts', "import { Etcd3 } from 'etcd3';"],
    ['src/kvstore/etcd/store.ts', "import { left } from 'left-pad';"],
    ['src/cli.ts', "import { plan } from './planning/plan.js';"],
    ['src/model/a.ts', "import { main } from '../cli.js';"],
  ])('forbids %s: %s', (path, text) => {
    expect(forbiddenImports([{ path, text }])).toHaveLength(1);
  });

  test.each([
    "import type { Client } from 'pg';",
    "import { readConfigValues } from '../../database/state.js';",
    "import { openConnection } from '../../postgres/connection.js';",
    "import { startSession } from '../../replication/session.js';",
  ])('finds a way around source/: %s', (text) => {
    expect(sessionsWithTheDatabase({ path: 'src/publishing/agent/a.ts', text })).toHaveLength(1);
  });

  test.each([
    ['src/planning/deep/a.ts', "import { b } from '../../model/b.js';"],
    ['src/planning/deep/a.ts', "import { b } from '../b.js';"],
    ['src/publishing/source/a.ts', "import type { Client } from 'pg';"],
    ['src/kvstore/etcd/watch.ts', "import { Etcd3 } from 'etcd3';"],
    ['src/replication/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/cli.ts', "import { main } from './commands/main.js';"],
  ])('allows %s: %s', (path, text) => {
    expect(importsOf({ path, text })).toHaveLength(1);
    expect(forbiddenImports([{ path, text }])).toEqual([]);
  });
});
