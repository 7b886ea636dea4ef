/** The source files of the repository, parsed for the checks of its style. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Export, exportsOf, type Import, importsOf } from './modules.js';
import { type Comment, type Syntax, syntaxOf, type Use, usesIn } from './syntax.js';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What is computed from the text is computed once, when it is first read. */
export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** The lines without their comments. */
  readonly code: readonly string[];
  readonly comments: readonly Comment[];
  readonly uses: readonly Use[];
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly generated: boolean;
}

const SOURCE = /\.[cm]?[jt]s$/;

/** A file of this path, from the root of the repository, with this text. */
export function sourceFile(path: string, text: string): SourceFile {
  const syntax = once((): Syntax => syntaxOf(path, text));
  const code = once(() => linesOf(withoutComments(text, syntax().comments)));
  const uses = once(() => usesIn(syntax()));
  const imports = once(() => importsOf(path, syntax()));
  const exports = once(() => exportsOf(syntax()));
  return {
    path,
    text,
    lines: linesOf(text),
    get code() {
      return code();
    },
    get comments() {
      return syntax().comments;
    },
    get uses() {
      return uses();
    },
    get imports() {
      return imports();
    },
    get exports() {
      return exports();
    },
    generated: path.includes('/generated/'),
  };
}

function once<T>(compute: () => T): () => T {
  let held: { readonly value: T } | undefined;
  return () => {
    held ??= { value: compute() };
    return held.value;
  };
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** The text with as many lines, and no comment. */
function withoutComments(text: string, comments: readonly Comment[]): string {
  let code = '';
  let at = 0;
  for (const { start, end } of comments) {
    code += text.slice(at, start) + text.slice(start, end).replace(/[^\n]/g, '');
    at = end;
  }
  return code + text.slice(at);
}

/** The source files below a folder of the repository, by their paths. */
export function filesBelow(folder: string): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => sourceFile(relative(ROOT, path), readFileSync(path, 'utf8')))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every source file of src and test, the generated ones included. */
export const ALL_FILES = [...filesBelow('src'), ...filesBelow('test')];

/** Those that people write. */
export const WRITTEN_FILES = ALL_FILES.filter(({ generated }) => !generated);

/** `path:line` of an offset in the text of the file. */
export function placeAt({ path, text }: SourceFile, offset: number): string {
  return `${path}:${text.slice(0, offset).split('\n').length}`;
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
  const paths = new Set(files.map(({ path }) => path));
  const importers = new Map<string, Map<string, readonly string[]>>();
  for (const { path: importer, imports } of files) {
    for (const { path: denoted, names } of imports) {
      if (denoted === undefined) continue;
      const path = paths.has(denoted) ? denoted : denoted.replace(/\.ts$/, '.js');
      const ofPath = importers.get(path) ?? new Map<string, readonly string[]>();
      importers.set(path, ofPath.set(importer, [...(ofPath.get(importer) ?? []), ...names]));
    }
  }
  return importers;
}
