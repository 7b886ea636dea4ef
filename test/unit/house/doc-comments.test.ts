/** Each exported function, class and constant of src has a doc comment. */
import { describe, expect, test } from 'vitest';
import { type SourceFile, sourceFile, WRITTEN_FILES } from '../../support/house/source-files.js';

/** A verb's `spec` and `run` are described in commands/command.ts, for all verbs. */
function isPartOfVerb({ path }: SourceFile, name: string): boolean {
  return path.startsWith('src/commands/verbs/') && ['spec', 'run'].includes(name);
}

/** `path#name` of exported values without a doc comment directly before them. */
function undocumented(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.exports
      .filter(({ name, isType }) => !isType && !isPartOfVerb(file, name))
      .filter(({ declaration }) => declaration !== undefined && !hasDocComment(file, declaration))
      .map(({ name }) => `${file.path}#${name}`),
  );
}

/** Whether a doc comment ends on the line before; biome's directives may follow the comment. */
function hasDocComment({ text, comments }: SourceFile, { start }: { readonly start: number }) {
  let from = start;
  for (const comment of comments.filter(({ end }) => end <= start).reverse()) {
    if (!/^\n? *$/.test(text.slice(comment.end, from))) return false;
    if (comment.type === 'Block') return comment.value.startsWith('*');
    if (!comment.value.startsWith(' biome-ignore ')) return false;
    from = comment.start;
  }
  return false;
}

test('exported functions, classes and constants of src have a doc comment', () => {
  expect(undocumented(WRITTEN_FILES.filter(({ path }) => path.startsWith('src/')))).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    'export function a() {}',
    'export async function a() {}',
    'export function* a() {}',
    'export abstract class a {}',
    'export const a = (b: number) => b;',
    'export const a = async (b: number) => b;',
    'export const a: () => void = () => {};',
    'export const a = <T>(\n  b: T,\n): T => b;',
    'export const a = 1;',
    'function a() {}\nexport { a };',
    'const b = 1;\nexport { b as a };',
    '// Adds.\nexport function a() {}',
    '/* Adds. */\nexport function a() {}',
    '/** Adds. */\n\nexport function a() {}',
    '/** Adds. */\nconst b = 1;\nexport function a() {}',
    '/* Adds.\n * Twice.\n */\nexport function a() {}',
  ])('finds that there is none: %s', (text) => {
    expect(undocumented([sourceFile('src/b/c.ts', text)])).toEqual(['src/b/c.ts#a']);
  });

  test.each([
    '/** Adds. */\nexport function a() {}',
    '/**\n * Adds.\n *\n * Twice.\n */\nexport async function a() {}',
    '/** Adds. */\n// biome-ignore lint/a: because\nexport class a {}',
    'function a() {}',
    '/** One. */\nexport const a = 1;',
    '/** One. */\nconst b = 1;\nexport { b as a };',
    'const a = 1;',
    'export interface a {}',
    'export type a = 1;',
    "export { a } from './a.js';",
  ])('finds nothing: %s', (text) => {
    expect(undocumented([sourceFile('src/b/c.ts', text)])).toEqual([]);
  });

  test('excepts `spec` and `run` of a verb, and nothing else beside them', () => {
    const text = 'export const spec = {};\nexport function run() {}\nexport function help() {}';
    expect(undocumented([sourceFile('src/commands/verbs/a.ts', text)])).toEqual([
      'src/commands/verbs/a.ts#help',
    ]);
    expect(undocumented([sourceFile('src/b/run.ts', text)])).toHaveLength(3);
  });
});
