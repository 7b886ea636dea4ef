/** Watches of many nodes, in few processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./watching-process.ts', import.meta.url));
const PROCESSES = 4;

interface Watched {
  /** Through our driver, as a follower watches, or with the bare client of etcd. */
  readonly kind: 'driver' | 'bare';
  /** Of the store, without a prefix. */
  readonly url: string;
  /** Everything below it is watched. */
  readonly prefix: string;
  /** Its changes are counted. */
  readonly key: string;
  /** In all processes together. */
  readonly count: number;
}

export class Watchers {
  readonly #children: readonly ChildProcess[];
  readonly #seen: number[];
  #next = 0;
  #onSeen: () => void = () => {};

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
    this.#seen = children.map(() => -1);
    for (const [i, child] of children.entries()) {
      child.on('message', (number) => {
        this.#seen[i] = Number(number);
        this.#onSeen();
      });
      child.on('exit', () => this.#onSeen());
    }
  }

  /** Resolves when all of them watch. */
  static async start({ kind, url, prefix, key, count }: Watched): Promise<Watchers> {
    const each = String(Math.ceil(count / PROCESSES));
    const args = [kind, url, prefix, key, each];
    const children = Array.from({ length: PROCESSES }, () =>
      fork(PROGRAM, args, { execArgv: ['--import', 'tsx'] }),
    );
    const watchers = new Watchers(children);
    try {
      await watchers.next();
      return watchers;
    } catch (error) {
      await watchers.stop();
      throw error;
    }
  }

  /** Resolves when the last of them has seen the next change, with the time it was reported. */
  async next(): Promise<number> {
    const number = this.#next;
    this.#next += 1;
    while (this.#seen.some((one) => one < number)) {
      const gone = this.#children.find(({ exitCode, signalCode }) => exitCode ?? signalCode);
      if (gone !== undefined) throw new Error('a process of watches has ended');
      await new Promise<void>((resolve) => {
        this.#onSeen = resolve;
      });
    }
    return performance.now();
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }
}
