/**
 * How often a node acknowledges: of a target with so many nodes at most 20 a second at rest, 200
 * after a change.
 */
const PER_SECOND_AT_REST = 20;
const PER_SECOND_AFTER_CHANGE = 200;
const LEAST_REST_MS = 30_000;
const LEAST_MS = 1_000;

/** The time between two acknowledgements without a change, in milliseconds. */
function restMs(nodes: number): number {
  return Math.max(LEAST_REST_MS, (nodes * 1_000) / PER_SECOND_AT_REST);
}

/** Over which time those of all nodes are spread after a change. */
function spreadMs(nodes: number): number {
  return (nodes * 1_000) / PER_SECOND_AFTER_CHANGE;
}

/** The least time between two of one node. */
function leastMs(nodes: number): number {
  return Math.max(LEAST_MS, spreadMs(nodes));
}

/** When a node acknowledges next, by any clock in milliseconds. */
export class Pace {
  /** When the next one is due. */
  dueMs: number;
  #nodes = 0;
  #isChangeDue = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: number) {
    this.dueMs = nowMs + restMs(0);
  }

  /**
   * Something new is to be acknowledged. `nodes`: how many the target has; undefined: as before.
   * `random`: below 1, of each node another one.
   */
  changed(nowMs: number, nodes: number | undefined, random: number): void {
    this.#nodes = nodes ?? this.#nodes;
    if (this.#isChangeDue) return;
    this.#isChangeDue = true;
    const spread = nowMs + random * spreadMs(this.#nodes);
    this.dueMs = Math.max(spread, this.#lastMs + leastMs(this.#nodes));
  }

  /**
   * One is being written. `random`: below 1, of each node another one: after a change all nodes
   * write at nearly the same time, and would from then on.
   */
  begun(nowMs: number, random: number): void {
    this.dueMs = nowMs + restMs(this.#nodes) * (this.#isChangeDue ? 1 + random : 1);
    this.#isChangeDue = false;
    this.#lastMs = nowMs;
  }
}
