/** What the store shows of the tables, kept up to date by its changes. */
import type { KeyChange } from '../../../src/kvstore/store.js';
import type { KeySpace } from '../../../src/publishing/records/key-space.js';
import { digestText, recordDigest } from './record-digest.js';

const MARK = /"gen:(\d+)"/;

interface Shown {
  readonly digest: bigint;
  readonly mark: string | undefined;
}

export class ShownRecords {
  readonly #keySpace: KeySpace;
  readonly #records = new Map<string, Shown>();
  readonly #marked = new Set<string>();
  #digest = 0n;

  constructor(keySpace: KeySpace) {
    this.#keySpace = keySpace;
  }

  /** Of all records together, as soak.state has it. */
  get digest(): string {
    return digestText(this.#digest);
  }

  /** The numbers of the transactions that the tables carry. */
  get marks(): readonly string[] {
    return [...this.#marked].map((key) => this.#records.get(key)?.mark ?? '');
  }

  clear(): void {
    this.#records.clear();
    this.#marked.clear();
    this.#digest = 0n;
  }

  /** Passes over keys that are no records. */
  apply(changes: readonly KeyChange[]): void {
    for (const { key, value } of changes) {
      if (this.#keySpace.tableOfKey(key) === undefined) continue;
      this.#digest ^= this.#records.get(key)?.digest ?? 0n;
      this.#records.delete(key);
      this.#marked.delete(key);
      if (value === undefined) continue;
      const shown = show(key.slice(this.#keySpace.prefix.length), value);
      this.#records.set(key, shown);
      this.#digest ^= shown.digest;
      if (shown.mark !== undefined) this.#marked.add(key);
    }
  }
}

function show(key: string, value: string): Shown {
  try {
    return { digest: recordDigest(key, value), mark: MARK.exec(value.slice(0, 400))?.[1] };
  } catch {
    // Something that we put there ourselves.
    return { digest: 1n, mark: undefined };
  }
}
