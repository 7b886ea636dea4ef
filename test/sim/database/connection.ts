/** A connection of one process with a server: every answer takes its time, or never comes. */
import { LenkwerkError } from '../../../src/model/errors.js';
import type { Process } from '../clock/loop.js';
import type { Surroundings } from '../world/surroundings.js';
import { connectionBroke, type Server, type ServerSession } from './server.js';

/** After so long the server gives up a reader that fell silent. */
const SENDER_TIMEOUT_MS = 8_000;
/** Why a session ends whose client said so. */
export const CLOSED = 'closed';
/** How often a server notices at once that a client is gone that did not say so. */
const NOTICED_AT_ONCE = 0.7;

export class Connection implements ServerSession {
  static readonly #open = new WeakMap<Process, Set<Connection>>();
  readonly process: Process;
  readonly server: Server;
  readonly pid: number;
  readonly #world: Surroundings;
  readonly #pending = new Set<(why: string) => void>();
  /** Why it ended. */
  closed: string | undefined;
  onCut: () => void = () => {};

  constructor(world: Surroundings, server: Server) {
    this.#world = world;
    this.server = server;
    this.process = world.loop.process;
    this.pid = world.newPid();
    server.sessions.add(this);
    const open = Connection.#open.get(this.process) ?? new Set();
    Connection.#open.set(this.process, open.add(this));
  }

  /** With whichever server. */
  static openOf(process: Process): readonly Connection[] {
    return [...(Connection.#open.get(process) ?? [])];
  }

  /** It streams from a slot of its server. */
  get isReader(): boolean {
    return [...this.server.slots.values()].some(({ reader }) => reader === this);
  }

  /** Runs `work` at the server, and gives what it returns or throws. */
  call<T>(work: () => T): Promise<T> {
    const { loop } = this.#world;
    const { process } = loop;
    return new Promise<T>((resolve, reject) => {
      const fail = (why: string) => {
        this.#pending.delete(fail);
        loop.after(this.#world.latency(), () => reject(connectionBroke(why)), process);
      };
      if (this.closed !== undefined) {
        fail(this.closed);
        return;
      }
      this.#pending.add(fail);
      const answer = (settle: () => void) => {
        loop.after(
          this.#world.latency(),
          () => {
            if (this.#pending.delete(fail)) settle();
          },
          process,
        );
      };
      const run = () => {
        if (this.closed !== undefined) return;
        try {
          if (!this.server.isUp) throw connectionBroke('the server is down');
          const result = work();
          answer(() => resolve(result));
        } catch (error) {
          if (!(error instanceof LenkwerkError)) throw error;
          answer(() => reject(error));
        }
      };
      loop.after(this.#world.latency(), run, loop.world);
    });
  }

  cut(why: string): void {
    if (this.closed !== undefined) return;
    this.closed = why;
    this.server.sessions.delete(this);
    Connection.#open.get(this.process)?.delete(this);
    this.#release(why === CLOSED || this.#world.chances.chance(NOTICED_AT_ONCE));
    for (const fail of [...this.#pending]) fail(why);
    this.onCut();
  }

  /** The server frees what the session held at once, or after a timeout. */
  #release(isNoticed: boolean): void {
    const { server } = this;
    for (const [slot, holder] of server.resyncLocks) {
      if (holder === this) server.resyncLocks.delete(slot);
    }
    const free = () => {
      for (const slot of server.slots.values()) if (slot.reader === this) slot.reader = undefined;
    };
    const { loop } = this.#world;
    loop.after(isNoticed ? 1 : SENDER_TIMEOUT_MS, free, loop.world);
  }
}
