import { LenkwerkError } from '../../../model/errors.js';
import type { EtcdSettings } from '../settings.js';
import { createEtcdClient, type EtcdClient, withinTime } from './client.js';
import { isOldToken, storeError } from './errors.js';

/**
 * The endpoints of a store, one in use at a time. A failure that another endpoint, a new
 * connection, a new token or a renewed certificate could repair selects the next endpoint.
 * https://etcd.io/docs/v3.5/learning/design-client/
 */
export class EtcdEndpoints {
  readonly settings: EtcdSettings;
  #next = 0;
  #current: EtcdClient | undefined;
  readonly #closing = new AbortController();

  constructor(settings: EtcdSettings) {
    this.settings = settings;
  }

  /** Aborted when the store is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** `host:port` of the one in use. */
  get endpoint(): string {
    return this.#endpoint(0);
  }

  get count(): number {
    return this.settings.endpoints.length;
  }

  /**
   * A separate client for a stream; the caller closes it. Attempt 0 goes to the endpoint that
   * requests use now, each further one to the endpoint after it.
   */
  separateClient(attempt: number): EtcdClient {
    return createEtcdClient(this.settings, this.#endpoint(attempt));
  }

  /** Sends one request once; throws `store-unavailable` or `store-rejected`, naming `what`. */
  async once<T>(what: string, send: (client: EtcdClient) => Promise<T>): Promise<T> {
    const client = this.#client();
    try {
      return await withinTime(send(client), what);
    } catch (cause) {
      const error = storeError(cause, what);
      if (error.retryable && this.#current === client) this.#moveOn();
      throw error;
    }
  }

  /**
   * For requests that change nothing: tries each endpoint once, and once more where the token had
   * expired.
   */
  async anywhere<T>(what: string, send: (client: EtcdClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(what, send);
      } catch (error) {
        const retryable = error instanceof LenkwerkError && error.retryable;
        const oldToken = error instanceof LenkwerkError && isOldToken(error.cause);
        const attempts = oldToken ? this.count + 1 : this.count;
        if (!retryable || attempt >= attempts || this.closed.aborted) throw error;
      }
    }
  }

  close(): void {
    this.#closing.abort();
    this.#current?.close();
    this.#current = undefined;
  }

  #client(): EtcdClient {
    if (this.closed.aborted) throw new LenkwerkError('store-rejected', 'the store was closed');
    this.#current ??= createEtcdClient(this.settings, this.#endpoint(0));
    return this.#current;
  }

  #moveOn(): void {
    this.#next = (this.#next + 1) % this.count;
    this.#current?.close();
    this.#current = undefined;
  }

  #endpoint(offset: number): string {
    const endpoint = this.settings.endpoints[(this.#next + offset) % this.count];
    if (endpoint === undefined) throw new LenkwerkError('usage', 'the store has no endpoints');
    return endpoint;
  }
}
