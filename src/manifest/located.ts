/** A node together with its file and its path: what a message about it needs. */
import { assert } from '../model/errors.js';
import type { SourcePlace } from '../model/resources.js';
import type { Diagnostic } from './diagnostic.js';
import { entryOf, propertyStep, type SourceNode } from './source.js';
import type { SourceFile, Span } from './source-file.js';

export class Located {
  readonly file: SourceFile;
  readonly node: SourceNode;
  readonly path: string;

  constructor(file: SourceFile, node: SourceNode, path: string) {
    this.file = file;
    this.node = node;
    this.path = path;
  }

  get place(): SourcePlace {
    return this.file.place(this.node.start);
  }

  /** The value of a property that the schema requires or that was found before. */
  child(key: string): Located {
    const entry = entryOf(this.node, key);
    assert(entry !== undefined, `${this.path} has the property ${key}`);
    return new Located(this.file, entry.value, this.path + propertyStep(key, this.path === ''));
  }

  item(position: number): Located {
    const item = this.node.kind === 'sequence' ? this.node.items[position] : undefined;
    assert(item !== undefined, `${this.path} has the item ${position}`);
    return new Located(this.file, item, `${this.path}[${position}]`);
  }

  /** A diagnostic that points here: at a scalar whole, at the first key of a mapping. */
  problem(details: {
    readonly message: string;
    readonly hint?: string | undefined;
    readonly related?: SourcePlace | undefined;
  }): Diagnostic {
    return this.file.problem(markOf(this.node), { path: this.path, ...details });
  }
}

/** What to underline for a node: all of a scalar, the first key of a mapping. */
export function markOf(node: SourceNode): Span {
  if (node.kind === 'scalar') return node;
  const first = node.kind === 'mapping' ? node.entries[0]?.keySpan : undefined;
  return first ?? { start: node.start, end: node.start + 1 };
}
