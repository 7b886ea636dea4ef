/** What biome has no rule for; the limits that it does check are in biome.json. */
import { describe, expect, test } from 'vitest';
import { placesOf, type SourceFile, sourceFiles } from './source-files.js';

const MAX_COLUMNS = 100;
const MAX_LINES = 250;

/** Files of more than 250 lines (300 is the hard limit), each with the reason for it. */
const LONG_FILES: ReadonlyMap<string, string> = new Map([
  ['src/manifest/merge.ts', 'one function per section, all of the same form'],
  ['src/model/json.ts', 'the reader and the writer, which have to agree'],
  ['src/planning/expressions/vet-tree.ts', 'one walk over all kinds of node'],
  ['src/planning/make-plan.ts', 'the whole way of a plan'],
  ['src/publishing/stream/publisher.ts', 'one queue with the rule that writes it'],
  ['src/publishing/stream/stream.ts', 'one stream from its first message to its end'],
  ['src/replication/session.ts', 'one session with the traps of its library'],
]);

interface Confinement {
  readonly what: string;
  readonly pattern: RegExp;
  /** Beginnings of the paths where it is allowed. */
  readonly allowed: readonly string[];
}

const CONFINED: readonly Confinement[] = [
  {
    what: 'the environment',
    pattern: /\bprocess\.env\b|\benv\b[^)]*\}\s*=\s*process\b/,
    allowed: ['src/runtime/settings.ts'],
  },
  {
    what: 'the end of the process',
    pattern: /\bprocess\.(?:exit|exitCode|abort)\b/,
    allowed: ['src/cli.ts', 'src/dev/demo.ts'],
  },
  {
    what: 'standard output and standard error',
    pattern: /\bprocess\.std(?:out|err)\.(?:write|on|end)\b|\bconsole\./,
    allowed: ['src/cli.ts', 'src/dev/demo.ts'],
  },
];

const IMPURE: Confinement = {
  what: 'the clock and randomness',
  pattern: /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandom[A-Z]\w*\(/,
  allowed: [],
};

const LEFT_OVERS = /\b(?:TODO|FIXME|XXX|HACK)\b/;

function isPure({ path }: SourceFile): boolean {
  return path.startsWith('src/model/') || path.startsWith('src/planning/');
}

function outside({ pattern, allowed }: Confinement, files: readonly SourceFile[]) {
  return files
    .filter(({ path }) => !allowed.some((beginning) => path.startsWith(beginning)))
    .flatMap((file) => placesOf(pattern, file));
}

function linesOf({ text }: SourceFile): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

function matchingLines(files: readonly SourceFile[], matches: (line: string) => boolean) {
  return files.flatMap((file) =>
    linesOf(file).flatMap((line, index) => (matches(line) ? [`${file.path}:${index + 1}`] : [])),
  );
}

const source = sourceFiles('src');
const tests = sourceFiles('test');
const all = [...source, ...tests];

test('the files are found', () => {
  expect(source.map(({ path }) => path)).toContain('src/model/errors.ts');
  expect(tests.map(({ path }) => path)).toContain('test/unit/house/style.test.ts');
});

test.each(CONFINED)('$what is the matter of $allowed alone', (confinement) => {
  expect(outside(confinement, source)).toEqual([]);
});

test('model and planning know neither the clock nor randomness', () => {
  expect(outside(IMPURE, source.filter(isPure))).toEqual([]);
});

test('only waitFor waits by the clock in tests', () => {
  const pattern = /from 'node:timers\/promises'|\bsetTimeout\(\s*resolve\b/;
  const waiting = all.filter(({ path }) => path.startsWith('test/') && !path.includes('/house/'));
  const imports = {
    what: 'sleep',
    pattern,
    allowed: ['test/support/wait.ts', 'test/bench/', 'test/soak/'],
  };
  const places = outside(imports, waiting);
  const files = new Map(waiting.map((file) => [file.path, file.text]));
  const sleeping = places.filter((place) => {
    const text = files.get(place.split(':')[0] ?? '') ?? '';
    return !/import \{ setImmediate \} from 'node:timers\/promises'/.test(text);
  });
  expect(sleeping).toEqual([]);
});

test(`no line is longer than ${MAX_COLUMNS} columns`, () => {
  // A text or a pattern is one word, which neither people nor the formatter break.
  const isWord = (line: string) => /['"`]|^\s*\/\[/.test(line);
  const isLong = (line: string) => [...line].length > MAX_COLUMNS && !isWord(line);
  const isLongComment = (line: string) =>
    [...line].length > MAX_COLUMNS && /^\s*(?:\/\*\*|\*|\/\/) /.test(line);
  const isTooLong = (line: string) => isLong(line) || isLongComment(line);
  expect(matchingLines(all, isTooLong)).toEqual([]);
});

test('nothing is left for later in a comment', () => {
  const others = all.filter(({ path }) => path !== 'test/unit/house/style.test.ts');
  expect(matchingLines(others, (line) => LEFT_OVERS.test(line))).toEqual([]);
});

test(`files of src longer than ${MAX_LINES} lines are listed, with a reason`, () => {
  const long = source.filter((file) => linesOf(file).length > MAX_LINES).map(({ path }) => path);
  expect(long.filter((path) => !LONG_FILES.has(path))).toEqual([]);
  const paths = new Set(source.map(({ path }) => path));
  expect([...LONG_FILES.keys()].filter((path) => !paths.has(path))).toEqual([]);
});

describe('the check itself', () => {
  const file = (text: string): SourceFile => ({ path: 'src/model/a.ts', text });

  test.each([
    'const { env } = process;',
    'const home = process.env.HOME;',
    'process.exitCode = 1;',
    "process.stdout.write('x');",
    "console.log('x');",
  ])('finds %s', (text) => {
    expect(CONFINED.flatMap((confinement) => outside(confinement, [file(text)]))).toHaveLength(1);
  });

  test.each(['// process.env is read elsewhere', '/** console.log */', 'process.stdout.isTTY'])(
    'passes over %s',
    (text) => {
      expect(CONFINED.flatMap((confinement) => outside(confinement, [file(text)]))).toEqual([]);
    },
  );

  test('finds the clock', () => {
    const lines = file('const a = 1;\nconst now = new Date();\nconst then = new Date(now);');
    expect(outside(IMPURE, [lines])).toEqual(['src/model/a.ts:2']);
  });
});
