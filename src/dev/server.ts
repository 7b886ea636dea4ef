/** What the throw-away servers have in common: a folder, a log, a guard, and a bounded start. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { assert, LenkwerkError } from '../model/errors.js';
import { type Guard, startGuard } from './guard.js';
import type { Environment, Identity } from './run.js';

const START_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 10;
const QUOTED_LOG_CHARACTERS = 2000;
const STOP_TIMEOUT_MS = 20_000;

export interface ServerOptions {
  /** `postgres` or `etcd`: for messages and the name of the folder. */
  readonly name: string;
  /** Where the server's own folder is made; undefined: the system's folder for temporary files. */
  readonly directory: string | undefined;
  readonly identity: Identity | undefined;
  /** What the guard sends when this process is gone. */
  readonly guardSignal: 'QUIT' | 'KILL';
}

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
  /** Asked again and again until it says yes. */
  readonly ready: (pid: number) => Promise<boolean>;
}

/** One server process after the other in one folder, which vanishes with this object. */
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

  /** Makes the folder, which belongs to the account that the server will run under. */
  static async create(options: ServerOptions): Promise<ThrowAwayServer> {
    const parent = options.directory ?? tmpdir();
    const folder = await mkdtemp(join(parent, `lenkwerk-${options.name}-`));
    const server = new ThrowAwayServer(options, folder);
    await chmod(folder, 0o700);
    if (options.identity !== undefined) {
      await chown(folder, options.identity.uid, options.identity.gid);
    }
    return server;
  }

  /** undefined while the server does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when the server answers. Throws `environment`, with the end of its log. */
  async start(command: ServerCommand): Promise<void> {
    assert(this.child === undefined, `${this.options.name} runs already`);
    const log = await open(join(this.folder, 'server.log'), 'a', 0o644);
    try {
      this.child = await this.guard.launch({
        ...command,
        cwd: this.folder,
        identity: this.options.identity,
        log: log.fd,
      });
    } finally {
      await log.close();
    }
    await this.waitUntilReady(this.child, command);
  }

  /** Sends a signal and resolves when the process is gone; kills it when it takes too long. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.kill(signal);
    await ended;
    clearTimeout(impatience);
  }

  /** Removes the folder. The server has been ended before, or is ended now. */
  async remove(): Promise<void> {
    await this.guard.release();
  }

  private async waitUntilReady(child: ChildProcess, command: ServerCommand): Promise<void> {
    const { pid } = child;
    assert(pid !== undefined, 'a started process has an id');
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      if (await command.ready(pid)) return;
      await delay(POLL_INTERVAL_MS);
    }
    await this.end('SIGKILL');
    const log = await readFile(join(this.folder, 'server.log'), 'utf8').catch(() => '');
    const message = `${this.options.name} did not start:\n${log.slice(-QUOTED_LOG_CHARACTERS)}`;
    throw new LenkwerkError('environment', message.trimEnd());
  }
}
