/** The changes of a transaction that is published in several revisions. */
import { type Changes, changeSize } from '../../publishing/stream/batch.js';

const MAX_KEYS = 50_000;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Collects them until the last part has come. More than can be kept are forgotten: then everything
 * is compared.
 */
export class Parts {
  #changes = new Map<string, string | undefined>();
  #sizeBytes = 0;
  #isComplete = true;

  add(changes: Changes): void {
    if (!this.#isComplete) return;
    for (const [key, record] of changes) {
      this.#changes.set(key, record);
      this.#sizeBytes += changeSize(key, record);
    }
    if (this.#changes.size <= MAX_KEYS && this.#sizeBytes <= MAX_BYTES) return;
    this.#changes = new Map();
    this.#isComplete = false;
  }

  /** All of them, and begins anew; undefined: some were forgotten. */
  take(): Changes | undefined {
    const taken = this.#isComplete ? this.#changes : undefined;
    this.#changes = new Map();
    this.#sizeBytes = 0;
    this.#isComplete = true;
    return taken;
  }
}
