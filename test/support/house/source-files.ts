/** The TypeScript files of the repository, parsed for the checks of its style. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Import {
  /** As written: `pg`, `node:fs`, `../model/json.js`. */
  readonly from: string;
  /** The file that a relative path denotes: `src/model/json.ts`; undefined for packages. */
  readonly path: string | undefined;
  /** Erased by the compiler. */
  readonly typesOnly: boolean;
  /** The exported names that are used; `*` denotes all of them. */
  readonly names: readonly string[];
}

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** The lines without their comments. */
  readonly code: readonly string[];
  readonly imports: readonly Import[];
  /** The names that the file declares and exports. */
  readonly exports: readonly string[];
  readonly generated: boolean;
}

const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//g;
const LINE_COMMENT = /(^|\s)\/\/.*$/gm;
const STATIC_IMPORT = /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC_IMPORT = /(?:const \{([^}]*)\} = await )?\bimport\(\s*'([^']+)',?\s*\)(\)\.(\w+))?/g;
const PROGRAM_PATH = /new URL\('([^']+\.ts)', import\.meta\.url\)/g;
const EXPORT =
  /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;

/** Parses a file that biome has formatted. */
export function sourceFile(path: string, text: string): SourceFile {
  const code = withoutComments(text);
  return {
    path,
    text,
    lines: linesOf(text),
    code: linesOf(code),
    imports: importsOf(path, text),
    exports: [...code.matchAll(EXPORT)].map(([, name = '']) => name),
    generated: path.includes('/generated/'),
  };
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** The text with as many lines, and no comment. */
function withoutComments(text: string): string {
  const blank = (comment: string) => comment.replace(/[^\n]/g, '');
  return text.replace(BLOCK_COMMENT, blank).replace(LINE_COMMENT, '$1');
}

/** Imports, re-exports, dynamic imports, and programs that a file runs by their path. */
function importsOf(path: string, text: string): readonly Import[] {
  const found = (from: string, names: readonly string[], typesOnly = false): Import => {
    const denoted = from.startsWith('.') ? join(dirname(path), from) : undefined;
    return { from, typesOnly, names, path: denoted?.replace(/\.js$/, '.ts') };
  };
  const fixed = [...text.matchAll(STATIC_IMPORT)].map(([, type, clause = '', from = '']) =>
    found(from, namesOf(clause), type !== undefined),
  );
  const dynamic = [...text.matchAll(DYNAMIC_IMPORT)].map(([, clause, from = '', , member = '*']) =>
    found(from, clause === undefined ? [member] : namesOf(`{${clause}}`)),
  );
  const programs = [...text.matchAll(PROGRAM_PATH)].map(([, from = '']) => found(from, []));
  return [...fixed, ...dynamic, ...programs];
}

/** `{ a, type B as C, d: e }` gives a, B, d; everything else gives `*`. */
function namesOf(clause: string): readonly string[] {
  if (clause === '') return [];
  const braces = /^(?:\w+, )?\{([\s\S]*)\}$/.exec(clause);
  if (braces === null) return ['*'];
  return (braces[1] ?? '').split(',').flatMap((part) => {
    const name = /^\s*(?:type )?(\w+)/.exec(part)?.[1];
    return name === undefined ? [] : [name];
  });
}

function filesBelow(folder: string): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => sourceFile(relative(ROOT, path), readFileSync(path, 'utf8')))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every TypeScript file of src and test, the generated ones included. */
export const ALL_FILES = [...filesBelow('src'), ...filesBelow('test')];

/** Those that people write. */
export const WRITTEN_FILES = ALL_FILES.filter(({ generated }) => !generated);

/** `path:line` of every line of code that matches. */
export function placesOf(pattern: RegExp, { path, code }: SourceFile): readonly string[] {
  return code.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
}

/** The folder below src or test that a path lies in, such as `model`; empty: in none. */
export function topFolder(path: string): string {
  const [, first = '', second] = path.split('/');
  return second === undefined ? '' : first;
}

/** For each path that a file imports: the importing files, with the names that they use. */
export function importersOf(
  files: readonly SourceFile[],
): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const importers = new Map<string, Map<string, readonly string[]>>();
  for (const { path: importer, imports } of files) {
    for (const { path, names } of imports) {
      if (path === undefined) continue;
      const ofPath = importers.get(path) ?? new Map<string, readonly string[]>();
      importers.set(path, ofPath.set(importer, [...(ofPath.get(importer) ?? []), ...names]));
    }
  }
  return importers;
}
