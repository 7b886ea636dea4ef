import type { Lsn } from '../model/lsn.js';

/** A server that shuts down asks again at once; else requests are seconds apart, or never come. */
const MAX_GAP_MS = 1_000;
/** How long it is kept waiting for a position that does not move. */
const PATIENCE_MS = 5_000;

/**
 * The server's requests for a status: a keepalive message that asks for a reply at once. PostgreSQL
 * shuts down only when each walsender's peer has confirmed all WAL or is gone, however long that
 * takes; a store that is down must not keep it.
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
export class StatusRequests {
  #durable: Lsn | undefined;
  #firstMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Counts a request; true when they go on and on, and what is durable does not move. */
  inVain(durable: Lsn, nowMs = performance.now()): boolean {
    const goesOn = nowMs - this.#lastMs <= MAX_GAP_MS && durable === this.#durable;
    this.#lastMs = nowMs;
    this.#durable = durable;
    if (!goesOn) this.#firstMs = nowMs;
    return nowMs - this.#firstMs > PATIENCE_MS;
  }
}
