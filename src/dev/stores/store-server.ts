/** What the servers of all kinds of store have in common. */
import type { FindServerOptions } from '../programs/server-program.js';
import type { ThrowAwayServer } from '../server.js';

export interface StartStoreOptions extends FindServerOptions {
  /** The folder for the server's folder; undefined: the folder for temporary files. */
  readonly directory?: string | undefined;
}

/** A server that listens on the loopback address and ends with this process. */
export interface StoreServer {
  /** undefined while it does not run. */
  readonly pid: number | undefined;
  /** Starts it, after `crash` again: the same data, the same port. */
  start(): Promise<void>;
  /** Kills the process and keeps its data. */
  crash(): Promise<void>;
  /** Stops the process with SIGSTOP: calls hang, nothing is refused. */
  freeze(): Promise<void>;
  /** Ends `freeze`. */
  thaw(): Promise<void>;
  /** Ends the server and removes everything. */
  stop(): Promise<void>;
}

/** No other variables: etcd reads every ETCD_* variable as a setting. */
export const SERVER_ENVIRONMENT = { PATH: '/usr/bin:/bin' };

/** The server of a store; `facts`: what its kind has besides. */
export function presentStore<Facts extends object>(
  server: ThrowAwayServer,
  start: () => Promise<void>,
  facts: Facts,
): StoreServer & Facts {
  return {
    ...facts,
    get pid() {
      return server.pid;
    },
    start,
    crash: () => server.end('SIGKILL'),
    freeze: () => server.signalAll('SIGSTOP'),
    thaw: () => server.signalAll('SIGCONT'),
    async stop() {
      await server.end('SIGKILL');
      await server.remove();
    },
  };
}
