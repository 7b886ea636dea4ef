/** Each exported function and class of src has a doc comment. */
import { describe, expect, test } from 'vitest';
import { type SourceFile, sourceFile, WRITTEN_FILES } from '../../support/house/source-files.js';

const DECLARATION = /^export (?:async )?(?:abstract )?(?:function\*?|class) (\w+)/;
const ARROW = /^export const (\w+)(?:: .+?)? = (?:async )?(?:\(|\w+ =>)/;

/** A verb's `run` is described in verbs/registry.ts, for all verbs. */
function isRunOfVerb({ path }: SourceFile, name: string): boolean {
  return path.startsWith('src/commands/verbs/') && name === 'run';
}

/** `path#name` of exported functions and classes without a doc comment directly before them. */
function undocumented(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line, index) => {
      const name = (DECLARATION.exec(line) ?? ARROW.exec(line))?.[1];
      if (name === undefined || isRunOfVerb(file, name)) return [];
      return endsDocComment(file.lines, index - 1) ? [] : [`${file.path}#${name}`];
    }),
  );
}

/** Whether the line ends a doc comment; biome's directives may follow the comment. */
function endsDocComment(lines: readonly string[], last: number): boolean {
  let end = last;
  while (lines[end]?.startsWith('// biome-ignore ') === true) end -= 1;
  if (lines[end]?.endsWith('*/') !== true) return false;
  let start = end;
  while (start > 0 && lines[start]?.startsWith(' *') === true) start -= 1;
  return lines[start]?.startsWith('/** ') === true || lines[start] === '/**';
}

test('exported functions and classes of src have a doc comment', () => {
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
    'export const a = 1;',
    'export interface a {}',
    "export { a } from './a.js';",
  ])('finds nothing: %s', (text) => {
    expect(undocumented([sourceFile('src/b/c.ts', text)])).toEqual([]);
  });

  test('excepts the `run` of a verb, and nothing else beside it', () => {
    const text = 'export async function run() {}\nexport function help() {}';
    expect(undocumented([sourceFile('src/commands/verbs/a.ts', text)])).toEqual([
      'src/commands/verbs/a.ts#help',
    ]);
    expect(undocumented([sourceFile('src/b/run.ts', text)])).toHaveLength(2);
  });
});
