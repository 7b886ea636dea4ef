/** What one commit to this ZooKeeper may hold. */
import { LenkwerkError } from '../../model/errors.js';
import type { StoreLimits } from '../store.js';
import type { Ensemble } from './ensemble.js';
import { orAbsent } from './protocol/errors.js';
import { encoded, exists } from './protocol/requests.js';
import { CONTENT_SHARE, DEFAULT_REQUEST_BYTES, describeZookeeper } from './settings.js';

/** How exactly the size of requests is probed. */
const PRECISION_BYTES = 16 * 1024;
/** Every server takes it. */
const SMALL_BYTES = 1024;

/**
 * A server answers a request above its jute.maxbuffer by closing the connection, which looks like
 * an unknown outcome each time. So the size is probed, by reading a node with a long name.
 */
export class ZookeeperLimits implements StoreLimits {
  /** PostgreSQL and etcd take more; a server is busy with so many for some 10 ms. */
  readonly maxChanges = 1_000;
  readonly #ensemble: Ensemble;
  #requestBytes = DEFAULT_REQUEST_BYTES;
  #isProbed = false;

  constructor(ensemble: Ensemble) {
    this.#ensemble = ensemble;
  }

  get requestBytes(): number {
    return this.#requestBytes;
  }

  get maxBytes(): number {
    return Math.floor(this.#requestBytes * CONTENT_SHARE);
  }

  /** To be called when a request was lost: the server may have been started with less. */
  doubt(): void {
    this.#isProbed = false;
  }

  /** Probes what is not known. Throws `store-unavailable` and `store-rejected`. */
  async probe(): Promise<void> {
    if (this.#isProbed) return;
    this.#requestBytes = await this.#largestTaken();
    this.#isProbed = true;
  }

  async #largestTaken(): Promise<number> {
    let refusedBytes = DEFAULT_REQUEST_BYTES;
    if (await this.#takes(refusedBytes)) return refusedBytes;
    let takenBytes = SMALL_BYTES;
    await this.#ask(takenBytes);
    while (refusedBytes - takenBytes > PRECISION_BYTES) {
      const triedBytes = Math.floor((takenBytes + refusedBytes) / 2);
      if (await this.#takes(triedBytes)) takenBytes = triedBytes;
      else refusedBytes = triedBytes;
    }
    return takenBytes;
  }

  async #takes(sizeBytes: number): Promise<boolean> {
    try {
      await this.#ask(sizeBytes);
      return true;
    } catch (error) {
      if (error instanceof LenkwerkError && error.retryable) return false;
      throw error;
    }
  }

  async #ask(sizeBytes: number): Promise<void> {
    const { paths, settings } = this.#ensemble;
    const path = (length: number) => `${paths.chroot}/${'x'.repeat(length)}`;
    const request = exists(path(sizeBytes - encoded(exists(path(0))).bytes));
    const what = `connect to ${describeZookeeper(settings)}`;
    await this.#ensemble.once(what, (connection) => orAbsent(connection.send(request)));
  }
}
