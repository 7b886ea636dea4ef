/** Runs a command of the node after its tables changed. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Changes } from '../../publishing/stream/batch.js';
import { cutAfter, linked, onAbort, pause, withTimeout } from '../../runtime/async.js';
import type { Logger } from '../../runtime/logger.js';
import type { FollowerStatus } from '../status.js';

/** How long a command that is asked to end may take. */
const KILL_AFTER_MS = 5_000;
/** How long to wait for a change before one waits again. */
const IDLE_MS = 60_000;

interface CommandOptions {
  /** For a shell. */
  readonly command: string;
  readonly timeoutMs: number;
  /** Put before keys in the store, and not before those that the command gets. */
  readonly prefix: string;
  readonly status: FollowerStatus;
  readonly logger: Logger;
}

/** One run at a time. What changes meanwhile, or in a run that failed, goes into the next one. */
export class CommandRunner {
  readonly #options: CommandOptions;
  /** Whether each key was deleted. */
  #waiting: ReadonlyMap<string, boolean> = new Map();
  #isDue = false;
  #wake = () => {};

  constructor(options: CommandOptions) {
    this.#options = options;
  }

  /** These keys changed. */
  changed(changes: Changes): void {
    if (changes.size === 0) return;
    const { prefix } = this.#options;
    const gone = [...changes].map(([key, record]): [string, boolean] => {
      return [key.slice(prefix.length), record === undefined];
    });
    this.#waiting = new Map([...this.#waiting, ...gone]);
    this.#isDue = true;
    this.#wake();
  }

  /** Runs the command for what changed, if anything did. */
  async now(signal: AbortSignal): Promise<void> {
    if (!this.#isDue) return;
    const { status, logger, timeoutMs } = this.#options;
    const keys = this.#waiting;
    this.#waiting = new Map();
    this.#isDue = false;
    status.runs += 1;
    const reason = await withTimeout(signal, timeoutMs, (over) => this.#run(keys, over));
    if (reason === undefined) return;
    this.#waiting = new Map([...keys, ...this.#waiting]);
    status.runFailures += 1;
    logger.warn('the command failed: it gets these keys again with the next ones', { reason });
  }

  /** Runs it at each change, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = linked(signal);
      this.#wake = wait.end;
      if (!this.#isDue) await pause(IDLE_MS, wait.signal);
      wait.end();
      if (!signal.aborted) await this.now(signal);
    }
  }

  /** How it failed, if it did. */
  async #run(keys: ReadonlyMap<string, boolean>, signal: AbortSignal): Promise<string | undefined> {
    const { command } = this.#options;
    // Of a process group of its own, so that what the shell starts ends with it.
    const child = spawn(command, { shell: true, detached: true, stdio: ['pipe', 2, 2] });
    const ended = endOf(child);
    const dispose = onAbort(signal, () => void kill(child, ended));
    child.stdin?.on('error', () => {});
    const lines = [...keys].map(([key, deleted]) => `${JSON.stringify({ key, deleted })}\n`);
    child.stdin?.end(lines.join(''));
    const reason = await ended;
    dispose();
    return signal.aborted && reason !== undefined ? 'it was ended' : reason;
  }
}

/** Why it failed; undefined: it did not. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
}

async function kill({ pid }: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  await cutAfter(ended, KILL_AFTER_MS, () => signalGroup(pid, 'SIGKILL'));
}

/** The group may be gone. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
