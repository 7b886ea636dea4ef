/** An agent or a follower as operators run it: a process, whose log reports what it does. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CLI } from '../support/cli/built.js';
import { startMeasured } from '../support/cli/peak-memory.js';

const START_TIMEOUT_MS = 300_000;

interface LogEntry {
  /** When it arrived here, on the clock of performance.now(). */
  readonly atMs: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class ToolProcess {
  readonly #child: ChildProcess;
  readonly #peakMib: Promise<number>;
  readonly #ended: Promise<unknown>;
  readonly #log: LogEntry[] = [];
  #onEntry: () => void = () => {};
  #read = 0;

  /** `args`: the verb and what follows it. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const { child, peakMib } = startMeasured([CLI, ...args], { env });
    this.#child = child;
    this.#peakMib = peakMib;
    this.#ended = once(this.#child, 'close');
    this.#child.stdout?.resume();
    const { stderr } = this.#child;
    if (stderr === null) throw new Error('the process has no log');
    createInterface({ input: stderr }).on('line', (line) => this.#append(line));
    this.#ended.finally(() => this.#onEntry()).catch(() => {});
  }

  /** The next entry, after those returned before, for which `wanted` is true. */
  async next(what: string, wanted: (entry: LogEntry) => boolean): Promise<LogEntry> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      while (this.#read < this.#log.length) {
        const entry = this.#log[this.#read];
        this.#read += 1;
        if (entry !== undefined && wanted(entry)) return entry;
      }
      const over = this.#child.exitCode !== null || performance.now() > deadline;
      if (over) throw new Error(`no ${what} in the log:\n${JSON.stringify(this.#log, null, 1)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, START_TIMEOUT_MS);
        this.#onEntry = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Of an agent. */
  state(state: string): Promise<LogEntry> {
    return this.next(state, ({ message, fields }) => {
      return message === 'agent state' && fields['state'] === state;
    });
  }

  /** Ends it with a signal; returns its peak memory in MiB. */
  async stop(): Promise<number> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    return await this.#peakMib;
  }

  #append(line: string): void {
    const atMs = performance.now();
    const { message, ...fields } = JSON.parse(line);
    this.#log.push({ atMs, message, fields });
    this.#onEntry();
  }
}
