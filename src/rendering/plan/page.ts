/** A page of Markdown that has to fit into a comment. */

/** Text of limited length: whole blocks only, and a count of the omitted ones. */
export class Page {
  readonly #limit: number;
  readonly #parts: string[] = [];
  #length = 0;
  #omitted = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  /** The characters that are left. */
  get space(): number {
    return this.#limit - this.#length;
  }

  /** As many items as fit into `maxLength` characters, and the number of the others. */
  list(heading: string, items: readonly string[], maxLength: number): void {
    if (items.length === 0) return;
    this.add(heading);
    const end = this.#length + maxLength;
    let omitted = 0;
    for (const item of items) {
      if (this.#length + item.length <= end) this.add(item);
      else omitted += 1;
    }
    if (omitted > 0) this.add(`- and ${omitted} more\n`);
  }

  omit(changes: number): void {
    this.#omitted += changes;
  }

  finish(): string {
    if (this.#omitted > 0) {
      const noun = this.#omitted === 1 ? '1 change is' : `${this.#omitted} changes are`;
      this.add(`\n> **Truncated:** ${noun} not shown, because a comment has a limited length. `);
      this.add('Run `lenkwerk plan` to see all of it.\n');
    }
    return this.#parts.join('');
  }
}
