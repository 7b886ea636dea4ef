/** The tests that may notice a change of a file, the cheapest first. */
import { ALL_FILES, type SourceFile } from '../support/house/source-files.js';

export interface TestsOf {
  /** The unit test of the same name, and those that import the file with the fewest steps. */
  readonly near: readonly string[];
  /** The other unit tests that it is imported by, over whatever steps. */
  readonly far: readonly string[];
  /** Whether the simulation imports it. */
  readonly simulated: boolean;
  /** Tests against servers, the most likely to notice it first. */
  readonly onServers: readonly string[];
}

const SIMULATION = 'test/sim/main.ts';

const AGENTS = 'test/integration/publishing/agent';
const PUBLISHES = `${AGENTS}/agent.test.ts`;

/** What no unit test can try, and where it is tried beside the test of the same name. */
const ON_SERVERS: readonly (readonly [string, readonly string[]])[] = [
  ['src/kvstore/etcd/', ['test/integration/kvstore/contract', 'test/integration/kvstore/etcd/']],
  [
    'src/kvstore/postgres/',
    ['test/integration/kvstore/contract', 'test/integration/kvstore/postgres/'],
  ],
  ['src/kvstore/', ['test/integration/kvstore/contract']],
  ['src/verifying/', ['test/integration/verifying/']],
  ['src/publishing/targets/', ['test/integration/publishing/targets/']],
  ['src/publishing/source/', [PUBLISHES, 'test/integration/publishing/source/re']],
  ['src/publishing/stream/', [PUBLISHES, 'test/integration/publishing/stream/re']],
  ['src/publishing/', [PUBLISHES, `${AGENTS}/foreign-writes`, `${AGENTS}/faults`]],
  [
    'src/replication/',
    [
      ...[PUBLISHES, 'test/integration/replication/', 'test/integration/postgres/pooler'],
      'test/integration/publishing/source/record-sql',
    ],
  ],
];

/** About the repository or what is built from it; or tests that need a process of their own. */
const UNRELATED = [
  ...['test/unit/house/', 'test/unit/bench/', 'test/unit/examples/'],
  'test/unit/kvstore/lazy-loading.test.ts',
];

/** The tests for a file of src. */
export function testsOf(path: string): TestsOf {
  const steps = stepsFrom(path);
  const mirror = path.replace(/^src\/(.*)\.ts$/, 'test/unit/$1.test.ts');
  const unit = [...steps.keys()].filter(
    (file) =>
      file.startsWith('test/unit/') &&
      file.endsWith('.test.ts') &&
      !UNRELATED.some((folder) => file.startsWith(folder)),
  );
  const fewest = Math.min(...unit.map((file) => steps.get(file) ?? Number.POSITIVE_INFINITY));
  const isNear = (file: string) => file === mirror || steps.get(file) === fewest;
  const [, others = []] = ON_SERVERS.find(([folder]) => path.startsWith(folder)) ?? [];
  const places = [mirror.replace('/unit/', '/integration/'), ...others];
  return {
    near: unit.filter(isNear),
    far: unit.filter((file) => !isNear(file)),
    simulated: steps.has(SIMULATION),
    onServers: [...new Set(places.flatMap(testsAt))],
  };
}

/** `place`: how their paths begin. Not those that run what was built, which has no mutant. */
function testsAt(place: string): readonly string[] {
  const paths = ALL_FILES.map(({ path }) => path);
  return paths.filter(
    (path) => path.startsWith(place) && path.endsWith('.test.ts') && !OF_BUILT.has(path),
  );
}

/** Every file that imports this one, with the number of imports between them. */
function stepsFrom(path: string): ReadonlyMap<string, number> {
  const steps = new Map([[path, 0]]);
  // The map grows while it is read.
  for (const [file, step] of steps) {
    for (const importer of IMPORTERS.get(file) ?? []) {
      if (!steps.has(importer)) steps.set(importer, step + 1);
    }
  }
  return steps;
}

const IMPORTERS = importersOf(ALL_FILES);
const OF_BUILT = stepsFrom('test/support/cli/built.ts');

/** For each file: those that import, or run, more of it than types. */
function importersOf(files: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const importers = new Map<string, string[]>();
  for (const { path: importer, imports } of files) {
    for (const { path, typesOnly } of imports) {
      if (path === undefined || typesOnly) continue;
      importers.set(path, [...(importers.get(path) ?? []), importer]);
    }
  }
  return importers;
}
