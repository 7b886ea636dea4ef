/** What one commit to this etcd may hold. */
import { CommitTooLarge, LenkwerkError } from '../../model/errors.js';
import { commitBytes } from '../driver-kit.js';
import type { GuardedCommit, StoreLimits } from '../store.js';
import { isInvalidArgument, isPermissionDenied } from './connection/errors.js';
import type { EtcdEndpoints } from './connection/failover.js';
import { describeEtcd, ETCD_LIMITS } from './settings.js';
import {
  DEFAULT_SHAPE,
  maxOperations,
  probeRequest,
  recordProbe,
  TRANSACTION_SHAPES,
  type TransactionShape,
} from './transaction.js';

/** Probes of the transaction size and of the history read this key; it is never written. */
export const PROBE_KEY = '/Lenkwerk/Probe';
/** How much of a request may be keys and values; the rest is what the protocol adds to changes. */
const CONTENT_SHARE = 0.8;
/** How exactly the size of requests is probed. */
const PRECISION_BYTES = 16 * 1024;

/**
 * The number of operations is probed at connect. etcd does not show its --max-request-bytes: the
 * size is taken for the default one until a commit is refused as too large, and probed then.
 */
export class EtcdLimits implements StoreLimits {
  readonly #endpoints: EtcdEndpoints;
  #shape: TransactionShape;
  #maxBytes = ETCD_LIMITS.maxBytes;

  private constructor(endpoints: EtcdEndpoints, shape: TransactionShape) {
    this.#endpoints = endpoints;
    this.#shape = shape;
  }

  /** Throws `store-unavailable` and `store-rejected`. */
  static async probe(endpoints: EtcdEndpoints): Promise<EtcdLimits> {
    return new EtcdLimits(endpoints, await probeShape(endpoints));
  }

  get shape(): TransactionShape {
    return this.#shape;
  }

  get maxChanges(): number {
    return maxOperations(this.#shape);
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /**
   * Probes again after the server refused this commit as too large. Throws `store-unavailable`.
   */
  async learnFrom({ guard, ...changes }: GuardedCommit): Promise<void> {
    const shape = await probeShape(this.#endpoints);
    const isOther = shape !== this.#shape;
    this.#shape = shape;
    // The server was started again with another --max-txn-ops: nothing was said about the size.
    if (isOther) return;
    const sizeBytes = commitBytes({ guard, ...changes });
    const takenBytes = await this.#largestTaken(
      guard.key,
      Math.min(sizeBytes, Math.ceil(this.#maxBytes / CONTENT_SHARE)),
    );
    this.#maxBytes = Math.min(this.#maxBytes, Math.floor(takenBytes * CONTENT_SHARE));
  }

  /** The size of the largest record up to `mostBytes` that the server takes, in bytes. */
  async #largestTaken(key: string, mostBytes: number): Promise<number> {
    let takenBytes = 0;
    let refusedBytes = mostBytes;
    let triedBytes = mostBytes;
    while (refusedBytes - takenBytes > PRECISION_BYTES) {
      if (await this.#takes(key, triedBytes)) takenBytes = triedBytes;
      else refusedBytes = triedBytes;
      triedBytes = Math.floor((takenBytes + refusedBytes) / 2);
    }
    return takenBytes;
  }

  async #takes(key: string, sizeBytes: number): Promise<boolean> {
    const request = recordProbe(key, Buffer.alloc(sizeBytes, 'x'));
    try {
      await this.#endpoints.anywhere('probe', (client) => client.kv.txn(request));
      return true;
    } catch (error) {
      if (error instanceof CommitTooLarge) return false;
      throw error;
    }
  }
}

async function probeShape(endpoints: EtcdEndpoints): Promise<TransactionShape> {
  const key = `${endpoints.settings.prefix}${PROBE_KEY}`;
  const what = `connect to ${describeEtcd(endpoints.settings)}`;
  for (const shape of TRANSACTION_SHAPES) {
    try {
      await endpoints.anywhere(what, (client) => client.kv.txn(probeRequest(key, shape)));
      return shape;
    } catch (error) {
      const cause = error instanceof LenkwerkError ? error.cause : undefined;
      if (isPermissionDenied(cause)) return DEFAULT_SHAPE;
      if (!isInvalidArgument(cause)) throw error;
    }
  }
  const message = 'etcd accepts no transaction of two operations';
  throw new LenkwerkError('store-rejected', message);
}
