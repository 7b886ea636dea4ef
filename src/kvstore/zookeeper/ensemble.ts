/** The servers of a ZooKeeper, one of which is in use at a time. */
import { LenkwerkError } from '../../model/errors.js';
import { unlessAborted } from '../../runtime/async.js';
import { readPem } from '../../runtime/files.js';
import { NodePaths } from './paths.js';
import { Connection } from './protocol/connection.js';
import { zookeeperStoreError } from './protocol/errors.js';
import { multiRead } from './protocol/multi.js';
import { getData, sync } from './protocol/requests.js';
import type { ServerAddress } from './protocol/socket.js';
import type { ZookeeperSettings } from './settings.js';

/** After a failure the next server is asked. */
export class Ensemble {
  readonly settings: ZookeeperSettings;
  readonly paths: NodePaths;
  #next = 0;
  #connection: Promise<Connection> | undefined;
  readonly #closing = new AbortController();

  constructor(settings: ZookeeperSettings) {
    this.settings = settings;
    this.paths = new NodePaths(settings);
  }

  /** Of the server that is in use, or will be. */
  get address(): ServerAddress {
    const { endpoints } = this.settings;
    return addressOf(endpoints[this.#next % endpoints.length] ?? '', this.settings);
  }

  /** Aborted when the store is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Runs `work` once; throws `store-unavailable` or `store-rejected`, naming `what`. */
  async once<T>(what: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      const connection = await this.#connected();
      return await work(connection);
    } catch (thrown) {
      if (this.closed.aborted) throw closedError();
      throw zookeeperStoreError(thrown, what);
    }
  }

  /** For work that changes nothing: tries as often as there are servers. */
  async anywhere<T>(what: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(what, work);
      } catch (error) {
        const retryable = error instanceof LenkwerkError && error.retryable;
        const isInconclusive = error instanceof LenkwerkError && error.code === 'inconclusive';
        if (!retryable || isInconclusive || attempt >= this.settings.endpoints.length) throw error;
      }
    }
  }

  /**
   * A session of its own, which shows all that was committed before it; the caller closes it. The
   * signal ends the attempts: that of a watch aborts with the store as well.
   * Throws ConnectionLost, a ZookeeperError, `store-rejected` or `environment`.
   */
  async separate(signal = this.closed): Promise<Connection> {
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw closedError();
      try {
        return await this.#open(this.address, signal);
      } catch (error) {
        this.#next += 1;
        const isLast = attempt === this.settings.endpoints.length;
        if (error instanceof LenkwerkError || isLast) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  async #connected(): Promise<Connection> {
    const known = this.#connection;
    const current = await known?.catch(() => undefined);
    if (current?.isOpen === true && !this.closed.aborted) return current;
    // Of several callers that meet a broken connection the first opens another.
    if (this.#connection !== undefined && this.#connection !== known) return this.#connection;
    if (current !== undefined) this.#next += 1;
    const opening = this.separate();
    this.#connection = opening;
    return await opening;
  }

  async #open(address: ServerAddress, signal: AbortSignal): Promise<Connection> {
    const connection = await Connection.open(address, signal);
    try {
      await unlessAborted(this.#begin(connection), signal);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** A server may lag behind the others; and it may be too old, or refuse the login. */
  async #begin(connection: Connection): Promise<void> {
    const look = multiRead([getData(this.paths.journal)]);
    await Promise.all([connection.send(sync(this.paths.root)), connection.send(look)]);
  }
}

function closedError(): LenkwerkError {
  return new LenkwerkError('store-rejected', 'the store was closed');
}

function addressOf(endpoint: string, { tls, auth }: ZookeeperSettings): ServerAddress {
  const colon = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const address = { host, port: Number(endpoint.slice(colon + 1)), login: auth };
  if (tls === undefined) return { ...address, tls };
  const [ca, cert, key] = [tls.caFile, tls.certFile, tls.keyFile].map((path) =>
    path === undefined ? undefined : readPem(path),
  );
  return { ...address, tls: { ca, cert, key } };
}
