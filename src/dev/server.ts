/** The common part of the throw-away servers: a folder, a log, a guard, and a bounded start. */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, LenkwerkError } from '../model/errors.js';
import { cutAfter, pause } from '../runtime/async.js';
import type { Environment } from '../runtime/settings.js';
import { type Guard, startGuard } from './guard.js';
import { childrenOf, sendSignal } from './process-tree.js';
import type { Identity } from './run.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
/** A process that nothing reaps looks as if it had not ended. */
const KILLED_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 10;
const QUOTED_LOG_CHARACTERS = 2000;

interface ServerOptions {
  /** `postgres` or `etcd`: for messages and the name of the folder. */
  readonly name: string;
  /** The folder for the server's own folder; undefined: the system's folder for temporary files. */
  readonly directory?: string | undefined;
  /** The account that the server runs under; undefined: that of this process. */
  readonly identity?: Identity | undefined;
  /** The signal that ends the server when this process has ended. */
  readonly guardSignal: 'QUIT' | 'KILL';
  /** Aborts the start. */
  readonly signal?: AbortSignal | undefined;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
  /** Standard input. */
  readonly input?: string;
}

/** One process after the other in one folder, which is removed with this process at the latest. */
export class ThrowAwayServer {
  readonly folder: string;
  private readonly options: ServerOptions;
  private readonly guard: Guard;
  private child: ChildProcess | undefined;

  private constructor(options: ServerOptions, folder: string) {
    this.options = options;
    this.folder = folder;
    this.guard = startGuard(folder, options.guardSignal);
  }

  /** Creates the folder, which belongs to the account that the server will run under. */
  static async create(options: ServerOptions): Promise<ThrowAwayServer> {
    options.signal?.throwIfAborted();
    const parent = options.directory ?? tmpdir();
    // The guard is started first: a folder must never exist without a guard.
    const server = new ThrowAwayServer(
      options,
      join(parent, `lenkwerk-${options.name}-${randomUUID()}`),
    );
    await mkdir(server.folder, { mode: 0o700 }).catch(async (cause: unknown) => {
      await server.remove();
      throw new LenkwerkError('environment', `cannot create ${server.folder}`, { cause });
    });
    const { identity } = options;
    if (identity !== undefined) await chown(server.folder, identity.uid, identity.gid);
    return server;
  }

  /** undefined while the server does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Runs a command to its end. Throws `environment`, with the end of the log, if it fails. */
  async complete(command: Command): Promise<void> {
    const child = await this.launch(command);
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (this.child === child && performance.now() < deadline) await this.pause();
    if (child.exitCode === 0) return;
    throw await this.failure(`${command.file} failed`);
  }

  /**
   * Starts the server and resolves when `isReady` returns true. Throws `environment`, with the end
   * of the log, if it takes too long, and retryable if it ends before: a port may be in use.
   */
  async start(command: Command, isReady: (pid: number) => Promise<boolean>): Promise<void> {
    const child = await this.launch(command);
    assert(child.pid !== undefined, 'a started process has an id');
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (this.child === child && performance.now() < deadline) {
      if (await isReady(child.pid)) return;
      await this.pause();
    }
    throw await this.failure(`${this.options.name} did not start`);
  }

  /** Resolves when the process that runs now has ended. */
  async ended(): Promise<void> {
    if (this.child !== undefined) await once(this.child, 'exit');
  }

  /** Sends a signal and resolves when the process has ended; kills it when that takes too long. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await cutAfter(ended, STOP_TIMEOUT_MS, () => child.kill('SIGKILL'));
  }

  /** Kills the server and its children at once, and resolves when all have ended. */
  async killAll(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    const children = await this.sendToAll('SIGKILL');
    await ended;
    // Until then they keep its shared memory, beside which it does not start again.
    const deadline = performance.now() + KILLED_TIMEOUT_MS;
    while (children.some((one) => sendSignal(one, 0)) && performance.now() < deadline) {
      await this.pause();
    }
  }

  /** Sends a signal to the server and to its children. */
  async signalAll(signal: NodeJS.Signals): Promise<void> {
    await this.sendToAll(signal);
  }

  /** The same, and returns the ids of the children. */
  private async sendToAll(signal: NodeJS.Signals): Promise<readonly number[]> {
    const { pid } = this;
    if (pid === undefined) return [];
    // A stopped server starts no further children while they are searched.
    sendSignal(pid, 'SIGSTOP');
    const children = await childrenOf(pid);
    for (const one of [...children, pid]) sendSignal(one, signal);
    return children;
  }

  /** Ends a running server and removes the folder. */
  async remove(): Promise<void> {
    await this.guard.release();
  }

  private async launch(command: Command): Promise<ChildProcess> {
    assert(this.child === undefined, `${this.options.name} runs already`);
    const { identity } = this.options;
    const log = await open(join(this.folder, 'server.log'), 'a', 0o644);
    try {
      const launched = { ...command, cwd: this.folder, identity, log: log.fd };
      const child = await this.guard.launch(launched).catch((cause: unknown) => {
        const message = `no process can be started in ${this.folder}`;
        throw new LenkwerkError('environment', message, { cause });
      });
      this.child = child;
      child.once('exit', () => {
        this.child = undefined;
      });
      return child;
    } finally {
      await log.close();
    }
  }

  private async pause(): Promise<void> {
    const { signal } = this.options;
    await pause(POLL_INTERVAL_MS, signal);
    signal?.throwIfAborted();
  }

  private async failure(what: string): Promise<LenkwerkError> {
    const retryable = this.child === undefined;
    await this.end('SIGKILL');
    const log = await readFile(join(this.folder, 'server.log'), 'utf8').catch(() => '');
    const end = log.slice(-QUOTED_LOG_CHARACTERS).trim();
    return new LenkwerkError('environment', end === '' ? what : `${what}:\n${end}`, { retryable });
  }
}
