/** Tries mutants: does a test notice? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Copy } from './copy.js';
import type { Mutant } from './mutants.js';
import type { TestsOf } from './tests-of.js';
import { environment, type TestResult, WarmTests } from './warm-tests.js';

export type Verdict = 'killed' | 'timed out' | 'survived' | 'no test';

export interface Trial {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  /** What noticed it: a test file, the types, the simulation. */
  readonly by: string | undefined;
}

/** A run takes forever when it takes so much longer than without a mutant. */
const LONGER = 5;
const SPARE_MS = 10_000;
/** The start of a test file, beside its tests. */
const START_MS = 500;
/** For what was not measured. */
const FIRST_LIMIT_MS = 300_000;

/** A quarter of its short form. From the second seed: not every fault has to happen. */
const SIMULATION = ['--short', '100', '--from', '2'];
/** The rest of its seeds, for what nothing else has noticed. */
const MORE_SEEDS = ['--from', '102', '--seeds', '320'];
const TYPES = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'];
/** All that either prints when it finds nothing. */
const NOTHING_FOUND = /; 0 failures\n$/;

type Noticed = Exclude<TestResult, { readonly kind: 'passed' }>;

const PASSED = { kind: 'passed', durationsMs: {} } as const;

/** Tries mutants, one after the other, in a copy of the work tree. */
export class Trials {
  readonly #copy = new Copy();
  readonly #unit = new WarmTests(this.#copy, 'unit');
  readonly #servers = new WarmTests(this.#copy, 'integration');
  readonly #durationsMs = new Map<string, number>();

  /**
   * One check after the other, the cheapest first, until one notices the mutant. Throws when a test
   * fails without a mutant.
   */
  async run(mutant: Mutant, tests: TestsOf): Promise<Trial> {
    const { near, far, simulated, onServers } = tests;
    if (near.length + onServers.length === 0 && !simulated) {
      return { mutant, verdict: 'no test', by: undefined };
    }
    const noticed = await firstToNotice([
      () => this.#runTests(this.#unit, near, mutant),
      () => this.#runProgram('the types', TYPES, mutant),
      async () => (simulated ? await this.#simulate(SIMULATION, mutant) : PASSED),
      () => this.#runTests(this.#unit, far, mutant),
      async () => (simulated ? await this.#simulate(MORE_SEEDS, mutant) : PASSED),
      ...onServers.map((file) => () => this.#runOnServers(file, mutant)),
    ]);
    if (noticed === undefined) return { mutant, verdict: 'survived', by: undefined };
    if (noticed.kind === 'timed out') return { mutant, verdict: 'timed out', by: undefined };
    return { mutant, verdict: 'killed', by: noticed.by };
  }

  /** Ends the servers and removes the copy. */
  async end(): Promise<void> {
    await Promise.all([this.#unit.end(), this.#servers.end()]);
    this.#copy.remove();
  }

  /** How long each file takes without a mutant: before it is run with one for the first time. */
  async #measure(tests: WarmTests, files: readonly string[]): Promise<void> {
    const unknown = files.filter((file) => !this.#durationsMs.has(file));
    if (unknown.length === 0) return;
    const run = { files: unknown, changed: [], limitMs: FIRST_LIMIT_MS };
    const first = await tests.run(run);
    const result = first.kind === 'passed' ? first : await tests.run(run);
    if (result.kind !== 'passed') {
      const what = result.kind === 'failed' ? result.by : unknown.join(', ');
      throw new Error(`${result.kind} without a mutant: ${what}`);
    }
    for (const [file, ms] of Object.entries(result.durationsMs)) this.#durationsMs.set(file, ms);
  }

  async #runTests(tests: WarmTests, files: readonly string[], mutant: Mutant): Promise<TestResult> {
    if (files.length === 0) return PASSED;
    await this.#measure(tests, files);
    const usual = (file: string) => this.#usualMs(file);
    const ordered = files.toSorted((a, b) => usual(a) - usual(b));
    const usualMs = files.reduce((sum, file) => sum + usual(file), 0);
    const limitMs = Math.ceil(SPARE_MS + LONGER * usualMs);
    return await this.#copy.with(mutant, () =>
      tests.run({ files: ordered, changed: [mutant.path], limitMs }),
    );
  }

  /** Such a test may miss a deadline on a busy machine: a mutant fails it twice. */
  async #runOnServers(file: string, mutant: Mutant): Promise<TestResult> {
    const result = await this.#runTests(this.#servers, [file], mutant);
    return result.kind === 'failed' ? this.#runTests(this.#servers, [file], mutant) : result;
  }

  #simulate(options: readonly string[], mutant: Mutant): Promise<TestResult> {
    const args = ['--import', 'tsx', 'test/sim/main.ts', ...options];
    return this.#runProgram('the simulation', args, mutant);
  }

  #usualMs(file: string): number {
    return START_MS + (this.#durationsMs.get(file) ?? 0);
  }

  #runProgram(name: string, args: readonly string[], mutant: Mutant): Promise<TestResult> {
    return this.#copy.with(mutant, () => this.#runInCopy(name, args));
  }

  async #runInCopy(name: string, args: readonly string[]): Promise<TestResult> {
    const program = spawn(process.execPath, args, {
      cwd: this.#copy.root,
      env: environment(),
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: FIRST_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let found = false;
    program.stdout.on('data', (output) => {
      found ||= !NOTHING_FOUND.test(String(output));
      if (found) program.kill('SIGKILL');
    });
    await once(program, 'close');
    if (program.exitCode === 0 && !found) return PASSED;
    const isTimeout = program.signalCode !== null && !found;
    return isTimeout ? { kind: 'timed out' } : { kind: 'failed', by: name };
  }
}

async function firstToNotice(
  checks: readonly (() => Promise<TestResult>)[],
): Promise<Noticed | undefined> {
  for (const check of checks) {
    const result = await check();
    if (result.kind !== 'passed') return result;
  }
  return undefined;
}
