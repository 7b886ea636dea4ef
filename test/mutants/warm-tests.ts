/** Test files run in a warm process, which is replaced when they do not end in time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/house/source-files.js';
import type { Copy } from './copy.js';

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url)).slice(ROOT.length);
/** The start of vitest. */
const START_LIMIT_MS = 120_000;
/** The end of vitest and of its servers. */
const END_LIMIT_MS = 20_000;

interface TestRun {
  /** From the root. */
  readonly files: readonly string[];
  /** The files of src that changed since the last run. */
  readonly changed: readonly string[];
  readonly limitMs: number;
}

export type TestResult =
  | { readonly kind: 'passed'; readonly durationsMs: Durations }
  /** `by`: the test file. */
  | { readonly kind: 'failed'; readonly by: string }
  | { readonly kind: 'timed out' };
/** By test file. */
type Durations = Readonly<Record<string, number>>;

/** Of host.ts. */
interface Answer {
  readonly failed?: string;
  readonly durationsMs: Durations;
}

export class WarmTests {
  readonly #root: string;
  readonly #project: string;
  #host: ChildProcess | undefined;
  /** What the host may have read and has changed since. */
  #stale: readonly string[] = [];

  constructor({ root }: Copy, project: 'unit' | 'integration') {
    this.#root = root;
    this.#project = project;
  }

  /** Runs the files until the first failure. */
  async run({ files, changed, limitMs }: TestRun): Promise<TestResult> {
    this.#host ??= await this.#start();
    const answered = answerOf(this.#host, limitMs);
    this.#host.send({ files, changed: [...this.#stale, ...changed] });
    this.#stale = changed;
    const answer = await answered;
    if (answer === 'nothing') {
      await this.#kill();
      return { kind: 'timed out' };
    }
    if (answer === 'its end') {
      this.#host = undefined;
      return { kind: 'failed', by: 'the end of the process' };
    }
    const { failed, durationsMs } = answer;
    return failed === undefined ? { kind: 'passed', durationsMs } : { kind: 'failed', by: failed };
  }

  /** With its servers. */
  async end(): Promise<void> {
    if (this.#host === undefined) return;
    const ended = answerOf(this.#host, END_LIMIT_MS);
    this.#host.disconnect();
    if ((await ended) !== 'its end') await this.#kill();
    this.#host = undefined;
  }

  /** With every process that the tests started. */
  async #kill(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    if (host?.pid === undefined) return;
    const closed = once(host, 'close');
    process.kill(-host.pid, 'SIGKILL');
    await closed;
  }

  async #start(): Promise<ChildProcess> {
    const host = fork(join(this.#root, HOST), [this.#project], {
      cwd: this.#root,
      execArgv: ['--import', 'tsx'],
      env: environment(),
      // A group of its own, which is killed whole.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    // The first message only reports that it is ready.
    const ready = await answerOf(host, START_LIMIT_MS);
    if (typeof ready === 'string') throw new Error(`vitest did not start: ${ready} came`);
    return host;
  }
}

/** The message of the host, or what came instead of one. */
async function answerOf(
  host: ChildProcess,
  limitMs: number,
): Promise<Answer | 'nothing' | 'its end'> {
  const settled = new AbortController();
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([settled.signal, limit]);
  const message = once(host, 'message', { signal }).then(([content]: unknown[]) => content);
  const end = once(host, 'exit', { signal }).then(() => 'its end' as const);
  try {
    const first = await Promise.race([message, end]);
    return isAnswer(first) ? first : 'its end';
  } catch (error) {
    if (limit.aborted) return 'nothing';
    throw error;
  } finally {
    settled.abort();
  }
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && 'durationsMs' in message;
}

/** The variables of this process, without what a vitest around it has set. */
export function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !/^(?:VITEST|NODE_ENV$|NODE_OPTIONS$|TEST_REPORTS$)/.test(name)),
  );
}
