/** What code may use, and where; what biome can check is in biome.json. */
import { describe, expect, test } from 'vitest';
import {
  placesOf,
  type SourceFile,
  sourceFile,
  WRITTEN_FILES,
} from '../../support/house/source-files.js';

interface Confinement {
  readonly what: string;
  readonly pattern: RegExp;
  /** Beginnings of the paths that the rule is for. */
  readonly within: readonly string[];
  /** Beginnings of the paths, inside of those, where it is allowed all the same. */
  readonly allowed: readonly string[];
}

const CONFINED: readonly Confinement[] = [
  {
    what: 'the environment',
    pattern: /\bprocess\.env\b|\benv\b[^)]*\}\s*=\s*process\b/,
    within: ['src/'],
    allowed: ['src/runtime/settings.ts'],
  },
  {
    what: 'the end of the process',
    pattern: /\bprocess\.(?:exit|exitCode|abort)\b/,
    within: ['src/'],
    allowed: ['src/cli.ts'],
  },
  {
    what: 'standard output and standard error',
    pattern: /\bprocess\.std(?:out|err)\.(?:write|on|end)\b|\bconsole\./,
    within: ['src/'],
    allowed: ['src/cli.ts', 'src/dev/demo.ts'],
  },
  {
    what: 'the clock and randomness in pure code',
    pattern:
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandom[A-Z]\w*\(/,
    within: ['src/model/', 'src/planning/'],
    allowed: [],
  },
  {
    // A simulation replaces the other ways to wait and to read the clock.
    what: 'what a simulation cannot replace',
    pattern: /\bprocess\.hrtime\b|\bsetImmediate\b|\bqueueMicrotask\b/,
    within: ['src/publishing/', 'src/replication/'],
    allowed: [],
  },
  {
    // What it leaves on a signal that lives long is never removed: `linked` is.
    what: 'AbortSignal.any',
    pattern: /\bAbortSignal\.any\b/,
    within: ['src/'],
    allowed: [],
  },
  {
    what: 'waiting by the clock in tests',
    pattern: /from 'node:timers\/promises'|\bsetTimeout\(\s*resolve\b/,
    within: ['test/'],
    allowed: [
      'test/support/wait.ts',
      'test/support/tcp-proxy.ts',
      'test/bench/',
      'test/sim/clock/',
      'test/soak/',
      'test/unit/house/',
    ],
  },
  {
    what: 'an expectation that every error or value meets',
    pattern: /(?<!\.not)\.toThrow(?:Error)?\(\)|\bexpect\.any(?:thing)?\(/,
    within: ['test/'],
    allowed: ['test/unit/house/'],
  },
  {
    what: 'work that is left for later',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/,
    within: ['src/', 'test/'],
    allowed: ['test/unit/house/'],
  },
];

function startsWithOne(path: string, beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => path.startsWith(beginning));
}

/** `path:line` of each place where a file uses what it may not. */
function breaches(
  { pattern, within, allowed }: Confinement,
  files: readonly SourceFile[],
): readonly string[] {
  return files
    .filter(({ path }) => startsWithOne(path, within) && !startsWithOne(path, allowed))
    .flatMap((file) => placesOf(pattern, file));
}

/** The allowed paths that hold nothing which has to be allowed. */
function unusedAllowances(
  { pattern, allowed }: Confinement,
  files: readonly SourceFile[],
): readonly string[] {
  return allowed.filter(
    (beginning) =>
      !files.some((file) => file.path.startsWith(beginning) && placesOf(pattern, file).length > 0),
  );
}

test.each(CONFINED)('$what: only in $allowed', (confinement) => {
  expect(breaches(confinement, WRITTEN_FILES)).toEqual([]);
});

test.each(CONFINED)('$what: every allowance is used', (confinement) => {
  expect(unusedAllowances(confinement, WRITTEN_FILES)).toEqual([]);
});

describe('the check itself', () => {
  const found = (path: string, text: string) =>
    CONFINED.flatMap((confinement) => breaches(confinement, [sourceFile(path, text)]));

  test.each([
    ['src/database/a.ts', 'const { env } = process;'],
    ['src/database/a.ts', 'const home = process.env.HOME;'],
    ['src/database/a.ts', 'process.exitCode = 1;'],
    ['src/database/a.ts', "process.stdout.write('x');"],
    ['src/database/a.ts', "console.log('x');"],
    ['src/planning/a.ts', 'const now = new Date();'],
    ['src/applying/a.ts', 'const both = AbortSignal.any([one, other]);'],
    ['src/publishing/agent/a.ts', 'queueMicrotask(next);'],
    ['src/replication/a.ts', "import { setImmediate } from 'node:timers/promises';"],
    ['test/unit/a.test.ts', "import { setTimeout as delay } from 'node:timers/promises';"],
    ['test/soak/a.ts', 'await expect(failed).rejects.toThrow();'],
    ['test/support/a.ts', 'expect(report).toEqual({ bytes: expect.any(Number) });'],
    ['src/database/a.ts', `const ${'TO'}${'DO'} = 1;`],
  ])('finds in %s: %s', (path, text) => {
    expect(found(path, `const a = 1;\n${text}`)).toEqual([`${path}:2`]);
  });

  test.each([
    ['src/model/a.ts', '// process.env is read elsewhere'],
    ['src/model/a.ts', '/** console.log, new Date() */'],
    ['src/model/a.ts', 'const then = new Date(now);'],
    ['src/database/a.ts', 'const now = Date.now();'],
    ['src/cli.ts', 'process.exitCode = 1;'],
    ['src/cli.ts', 'const { isTTY } = process.stdout;'],
    ['test/unit/a.test.ts', 'expect(read).not.toThrow();'],
    ['test/unit/a.test.ts', "expect(read).toThrow('no');"],
  ])('passes over in %s: %s', (path, text) => {
    expect(found(path, text)).toEqual([]);
  });

  test('finds an allowance that no file uses', () => {
    const confinement = { what: '', pattern: /x/, within: [], allowed: ['src/a.ts', 'src/b/'] };
    const used = sourceFile('src/b/c.ts', 'const x = 1;');
    expect(unusedAllowances(confinement, [used])).toEqual(['src/a.ts']);
  });
});
