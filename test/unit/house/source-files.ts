import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** As written: `pg`, `node:fs`, `../model/json.js`. */
  readonly from: string;
  /** Gone when the program runs. */
  readonly typesOnly: boolean;
}

/** Every TypeScript file that people write below a folder of the repository. */
export function sourceFiles(folder: 'src' | 'test'): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/generated/'))
    .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const STATIC_IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC_IMPORT = /\bimport\('([^']+)'\)/g;

/** All imports and re-exports of a file that biome has formatted. */
export function importsOf({ text }: SourceFile): readonly Import[] {
  const fixed = [...text.matchAll(STATIC_IMPORT)].map(([, type, from = '']) => {
    return { from, typesOnly: type !== undefined };
  });
  const dynamic = [...text.matchAll(DYNAMIC_IMPORT)].map(([, from = '']) => {
    return { from, typesOnly: false };
  });
  return [...fixed, ...dynamic];
}

/** The file without its comments, line for line. */
export function codeOf({ text }: SourceFile): string {
  const withoutBlocks = text.replace(/\/\*[\s\S]*?\*\//g, (comment) =>
    comment.replace(/[^\n]/g, ''),
  );
  return withoutBlocks.replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** `path:line` of every place where the code of a file matches. */
export function placesOf(pattern: RegExp, file: SourceFile): readonly string[] {
  const lines = codeOf(file).split('\n');
  return lines.flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}`] : []));
}
