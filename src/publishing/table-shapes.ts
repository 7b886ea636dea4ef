import type { TableName } from '../model/resources.js';
import type { Column } from '../replication/change-source.js';
import { fingerprint } from './published-tables.js';

/**
 * Of which columns the records in the store were made. A table that gets another shape changes all
 * of its records at once, at a commit that the stream does not show: what they are then, only a
 * reading of the table tells.
 */
export class TableShapes {
  #fingerprints: ReadonlyMap<string, string>;
  readonly #outdated: Set<TableName>;
  /** Those of which the stream has shown the new shape: their changes say nothing any more. */
  readonly #unreadable = new Set<TableName>();

  /** `outdated`: tables that have another shape by now, wherever in the stream they got it. */
  constructor(fingerprints: ReadonlyMap<string, string>, outdated: ReadonlySet<TableName>) {
    this.#fingerprints = fingerprints;
    this.#outdated = new Set(outdated);
  }

  /** Tables that are to be read again. */
  get outdated(): ReadonlySet<TableName> {
    return this.#outdated;
  }

  /** The stream describes a table: true when it has another shape than its records. */
  isReshaped(table: TableName, columns: readonly Column[]): boolean {
    if (this.#fingerprints.get(table) === fingerprint(columns)) return false;
    this.#outdated.add(table);
    this.#unreadable.add(table);
    return true;
  }

  /** Whether changes in the stream tell the table's records. */
  isReadable(table: TableName): boolean {
    return !this.#unreadable.has(table);
  }

  /** The tables were read: true when that changes records beyond those in the stream. */
  adopt(fingerprints: ReadonlyMap<TableName, string>): boolean {
    const before = this.#fingerprints;
    const same = [...fingerprints].every(([table, shape]) => before.get(table) === shape);
    if (same && this.#outdated.size === 0) return false;
    this.#fingerprints = fingerprints;
    this.#outdated.clear();
    this.#unreadable.clear();
    return true;
  }
}
