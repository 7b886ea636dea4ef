import type { Lsn } from '../model/lsn.js';

/** A server that shuts down repeats its request at once; else they are seconds apart, or absent. */
const MAX_GAP_MS = 1_000;
/** How long the server waits for a position that does not advance. */
const PATIENCE_MS = 5_000;

/**
 * The server's requests for a status: a keepalive message that asks for a reply at once. PostgreSQL
 * shuts down only when each walsender's peer has confirmed all WAL or has disconnected, however
 * long that takes; an unavailable store must not delay it.
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
export class StatusRequests {
  #durable: Lsn | undefined;
  #firstMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Counts a request; true when requests continue and the durable position does not advance. */
  inVain(durable: Lsn, nowMs = performance.now()): boolean {
    const goesOn = nowMs - this.#lastMs <= MAX_GAP_MS && durable === this.#durable;
    this.#lastMs = nowMs;
    this.#durable = durable;
    if (!goesOn) this.#firstMs = nowMs;
    return nowMs - this.#firstMs > PATIENCE_MS;
  }
}
