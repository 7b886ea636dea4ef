/** A page of Markdown that has to fit into a comment. */
import { counted } from '../../model/text.js';

const SEE_ALL = '`lenkwerk plan`, or `lenkwerk show` of a saved plan';

interface ListLimit {
  /** What the items are. */
  readonly noun: 'dangers' | 'remarks' | 'notices';
  /** In characters. */
  readonly maxLength: number;
}

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

  /** As many items as fit into `maxLength` characters, and how to see the others. */
  list(heading: string, items: readonly string[], { noun, maxLength }: ListLimit): void {
    if (items.length === 0) return;
    this.add(heading);
    const end = this.#length + maxLength;
    let omitted = 0;
    for (const item of items) {
      if (this.#length + item.length <= end) this.add(item);
      else omitted += 1;
    }
    if (omitted > 0) {
      const what = omitted === items.length ? `${omitted} ${noun}` : `and ${omitted} more ${noun}`;
      this.add(`- ${what}, for which there is no space: ${SEE_ALL}\n`);
    }
  }

  omit(changes: number): void {
    this.#omitted += changes;
  }

  finish(): string {
    if (this.#omitted > 0) {
      const noun = counted(this.#omitted, 'change is', 'changes are');
      this.add(`\n> **Truncated:** ${noun} not shown, because a comment has a limited length. `);
      this.add(`To see all of it: ${SEE_ALL}.\n`);
    }
    return this.#parts.join('');
  }
}
