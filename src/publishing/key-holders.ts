/**
 * Who holds a key inside of an open transaction. Where uniqueness is checked only at the commit,
 * a row may take a key before its former holder gives it up; what the former holder does to the
 * key after that must not touch the new holder's record.
 */
export class KeyHolders {
  readonly #holders = new Map<string, string>();

  /** The row `id` came to `key`, by an insert or a change of its key. */
  take(key: string, id: string): void {
    this.#holders.set(key, id);
  }

  /** False when another row has taken the key from this one. */
  holds(key: string, id: string): boolean {
    const holder = this.#holders.get(key);
    return holder === undefined || holder === id;
  }

  /** The transaction is over: every key has one holder again. */
  clear(): void {
    this.#holders.clear();
  }
}
