/** What code may use, and where; what biome can check is in biome.json. */
import { describe, expect, test } from 'vitest';
import {
  filesBelow,
  placeAt,
  type SourceFile,
  sourceFile,
  WRITTEN_FILES,
} from '../../support/house/source-files.js';

interface Confinement {
  readonly what: string;
  /** Matches a use as `usesIn` writes it, or a line with its comments. */
  readonly pattern: RegExp;
  readonly in: 'uses' | 'lines';
  /** Beginnings of the paths that the rule is for. */
  readonly within: readonly string[];
  /** Beginnings of the paths, inside of those, where it is allowed all the same. */
  readonly allowed: readonly string[];
}

const CONFINED: readonly Confinement[] = [
  {
    // The process under another name could be used for anything.
    what: 'the environment',
    pattern: /^(?:node:)?process(?:$|#)|^process\.env\b/,
    in: 'uses',
    within: ['src/'],
    allowed: ['src/runtime/settings.ts'],
  },
  {
    // A FIFO or a device would keep it from ending: see runtime/files.ts.
    what: 'reading files without a bound',
    pattern: /^node:fs(?:\/promises)?#(?:readFile|readFileSync|createReadStream|open|openSync)$/,
    in: 'uses',
    within: ['src/'],
    // Otherwise: files of the package, writing, servers in folders of their own.
    allowed: [
      'src/runtime/',
      ...['src/database/setup/schema-files.ts', 'src/manifest/schema/explain.ts'],
      ...['src/commands/verbs/schema.ts', 'src/commands/result-file.ts', 'src/dev/'],
    ],
  },
  {
    what: 'the end of the process',
    pattern: /^process\.(?:exit|exitCode|abort)\b/,
    in: 'uses',
    within: ['src/'],
    allowed: ['src/cli.ts'],
  },
  {
    what: 'standard output and standard error',
    pattern: /^process\.std(?:out|err)(?:$|\.(?:write|on|end)\b)|^console\b/,
    in: 'uses',
    within: ['src/'],
    allowed: ['src/cli.ts', 'src/dev/demo.ts'],
  },
  {
    what: 'the clock, the process and randomness in pure code',
    pattern:
      /^(?:process|performance|crypto|setTimeout|setInterval|setImmediate)\b|^Date(?:$|\.now|\()|^new Date\(\)|^Math(?:$|\.random)|^node:crypto#(?!createHash$)/,
    in: 'uses',
    within: ['src/model/', 'src/planning/'],
    allowed: [],
  },
  {
    // A simulation replaces the other ways to wait and to read the clock.
    what: 'what a simulation cannot replace',
    pattern: /^process\.hrtime\b|^Atomics\b|\bsetImmediate\b|\bqueueMicrotask\b/,
    in: 'uses',
    within: ['src/publishing/', 'src/replication/'],
    allowed: [],
  },
  {
    // What it leaves on a signal that lives long is never removed: `linked` is.
    what: 'AbortSignal.any',
    pattern: /^AbortSignal(?:$|\.any\b)/,
    in: 'uses',
    within: ['src/'],
    allowed: [],
  },
  {
    what: 'waiting by the clock in tests',
    pattern:
      /^node:timers|^setTimeout\b|^setInterval\b|^Atomics\b|\/runtime\/async\.js#(?:pause|pauseAfter)$/,
    in: 'uses',
    within: ['test/'],
    allowed: [
      'test/support/wait.ts',
      'test/support/tcp-proxy.ts',
      // Servers that are slow, so that agents meet.
      'test/integration/publishing/agent/rivals.test.ts',
      'test/integration/publishing/stream/refused-record.test.ts',
      // A deadline, after which a process is killed.
      'test/support/cli/cli.ts',
      'test/bench/',
      'test/sim/clock/',
      'test/soak/',
      'test/unit/runtime/async.test.ts',
    ],
  },
  {
    what: 'an expectation that every error or value meets',
    pattern:
      /^expect\.any(?:thing)?\(|^expect\((?:(?!\.not\.).)*\.(?:toThrow(?:Error)?\((?:Error|""|\/\.?[*+]?\/)?\)|rejects\.(?:toBeDefined|toBeTruthy|toBeInstanceOf\(Error|toMatchObject\(\{\}))|^assert(?:\.strict)?\.(?:throws|rejects)\([^,]*\)$/,
    in: 'uses',
    within: ['test/'],
    allowed: [],
  },
  {
    what: 'work that is left for later',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/,
    in: 'lines',
    within: ['src/', 'test/', 'examples/'],
    allowed: ['test/unit/house/'],
  },
  {
    what: 'checks that are switched off for a whole file, or without a reason',
    pattern: /biome-ignore-(?:all|start)|@ts-(?:nocheck|ignore)|eslint-disable/,
    in: 'lines',
    within: ['src/', 'test/', 'examples/'],
    allowed: ['test/unit/house/', 'test/tools/generate-types.ts'],
  },
];

function startsWithOne(path: string, beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => path.startsWith(beginning));
}

/** `path:line` of each match in a file. */
function placesOf({ pattern, in: where }: Confinement, file: SourceFile): readonly string[] {
  if (where === 'lines') {
    return file.lines.flatMap((line, at) => (pattern.test(line) ? [`${file.path}:${at + 1}`] : []));
  }
  return file.uses
    .filter(({ what }) => pattern.test(what))
    .map(({ node }) => placeAt(file, node.start));
}

/** `path:line` of each place where a file uses what it may not. */
function breaches(confinement: Confinement, files: readonly SourceFile[]): readonly string[] {
  const { within, allowed } = confinement;
  return files
    .filter(({ path }) => startsWithOne(path, within) && !startsWithOne(path, allowed))
    .flatMap((file) => placesOf(confinement, file));
}

/** The allowed paths that hold nothing which has to be allowed. */
function unusedAllowances(
  confinement: Confinement,
  files: readonly SourceFile[],
): readonly string[] {
  return confinement.allowed.filter(
    (beginning) =>
      !files.some(
        (file) => file.path.startsWith(beginning) && placesOf(confinement, file).length > 0,
      ),
  );
}

const FILES = [...WRITTEN_FILES, ...filesBelow('examples')];

test.each(CONFINED)('$what: only in $allowed', (confinement) => {
  expect(breaches(confinement, FILES)).toEqual([]);
});

test.each(CONFINED)('$what: every allowance is used', (confinement) => {
  expect(unusedAllowances(confinement, FILES)).toEqual([]);
});

describe('the check itself', () => {
  const found = (path: string, text: string) =>
    CONFINED.flatMap((confinement) => breaches(confinement, [sourceFile(path, text)]));

  test.each([
    ['src/database/a.ts', 'const { env } = process;'],
    ['src/database/a.ts', 'const home = process.env.HOME;'],
    ['src/database/a.ts', "const home = process['env'];"],
    ['src/database/a.ts', 'const home = globalThis.process.env;'],
    ['src/database/a.ts', 'const proc = process;'],
    ['src/database/a.ts', "import proc from 'node:process';"],
    ['src/database/a.ts', "import { env } from 'node:process';"],
    ['src/database/a.ts', 'process.exitCode = 1;'],
    ['src/postgres/a.ts', "import { readFile as read } from 'node:fs/promises';"],
    ['src/database/a.ts', "process.stdout.write('x');"],
    ['src/database/a.ts', 'const out = process.stdout;'],
    ['src/database/a.ts', "console.log('x');"],
    ['src/planning/a.ts', 'const now = new Date();'],
    ['src/applying/a.ts', 'const both = AbortSignal.any([one, other]);'],
    ['src/planning/a.ts', 'const { now } = Date;'],
    ['src/planning/a.ts', 'const clock = Date;'],
    ['src/planning/a.ts', 'const { random } = Math;'],
    ['src/model/a.ts', 'const now = performance.now();'],
    ['src/model/a.ts', 'const id = crypto.randomUUID();'],
    ['src/model/a.ts', "import { randomUUID as id } from 'node:crypto';"],
    ['src/model/a.ts', 'const start = process.uptime();'],
    ['src/publishing/agent/a.ts', 'queueMicrotask(next);'],
    ['src/publishing/agent/a.ts', 'Atomics.wait(cell, 0, 0, 50);'],
    ['src/replication/a.ts', "import { setImmediate } from 'node:timers/promises';"],
    ['test/unit/a.test.ts', "import { setTimeout as delay } from 'node:timers/promises';"],
    ['test/unit/a.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 50));'],
    ['test/unit/a.test.ts', 'await new Promise((done) => setTimeout(() => done(), 50));'],
    ['test/unit/a.test.ts', 'const delay = promisify(setTimeout);'],
    ['test/unit/a.test.ts', 'Atomics.wait(cell, 0, 0, 50);'],
    ['test/unit/a.test.ts', "import { pause as wait } from '../../src/runtime/async.js';"],
    ['test/soak/a.ts', 'await expect(failed).rejects.toThrow();'],
    ['test/soak/a.ts', 'await expect(failed).rejects.toThrow(Error);'],
    ['test/soak/a.ts', 'await expect(failed).rejects.toThrowError(/.*/);'],
    ['test/soak/a.ts', "expect(read).toThrow('');"],
    ['test/soak/a.ts', 'await expect(failed).rejects.toBeInstanceOf(Error);'],
    ['test/soak/a.ts', 'await expect(failed).rejects.toBeDefined();'],
    ['test/soak/a.ts', 'assert.throws(() => read());'],
    ['test/soak/a.ts', 'await assert.rejects(failed);'],
    ['test/support/a.ts', 'expect(report).toEqual({ bytes: expect.any(Number) });'],
    ['test/support/a.ts', 'expect(report).toEqual({ bytes: expect.anything() });'],
    ['src/database/a.ts', `const ${'TO'}${'DO'} = 1;`],
    ['src/database/a.ts', `// ${'TO'}${'DO'}: the rest`],
    ['src/database/a.ts', '// biome-ignore-all lint/style/noProcessEnv: so'],
    ['examples/a.js', '// @ts-nocheck'],
  ])('finds in %s: %s', (path, text) => {
    expect(found(path, `const a = 1;\n${text}`)).toEqual([`${path}:2`]);
  });

  test.each([
    ['src/model/a.ts', '// process.env is read elsewhere'],
    ['src/model/a.ts', '/** console.log, new Date() */'],
    ['src/model/a.ts', 'const then = new Date(now);'],
    ['src/model/a.ts', "const text = 'process.env and Math.random()';"],
    ['src/model/a.ts', 'const parts = { process: 1, performance: row.performance };'],
    ['src/model/a.ts', "import { createHash, type Hash } from 'node:crypto';"],
    ['src/database/a.ts', 'const now = Date.now();'],
    ['src/cli.ts', 'process.exitCode = 1;'],
    ['src/cli.ts', 'const { isTTY } = process.stdout;'],
    ['test/unit/a.test.ts', 'expect(read).not.toThrow();'],
    ['test/unit/a.test.ts', "expect(read).toThrow('no');"],
  ])('passes over in %s: %s', (path, text) => {
    expect(found(path, text)).toEqual([]);
  });

  test('finds an allowance that no file uses', () => {
    const allowed = ['src/a.ts', 'src/b/'];
    const confinement = { what: '', pattern: /x/, in: 'uses', within: [], allowed } as const;
    const used = sourceFile('src/b/c.ts', 'x();');
    expect(unusedAllowances(confinement, [used])).toEqual(['src/a.ts']);
  });
});
