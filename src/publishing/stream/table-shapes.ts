import { ResyncRequired } from '../../model/errors.js';
import type { TableName } from '../../model/resources.js';
import type { Column } from '../../replication/change-source.js';
import { columnsPart, fingerprint } from '../records/published-tables.js';

/**
 * The columns and contents of the records in the store. DDL changes all records of a
 * table at once, at a commit that the stream does not show: they are known again when the table was
 * read. The stream shows other columns with the next change of the table, other contents never.
 */
export class TableShapes {
  #fingerprints: ReadonlyMap<string, string>;
  readonly #outdated: Set<TableName>;
  /** The shape in which the stream shows a table's rows now. */
  readonly #streamed = new Map<TableName, string>();

  /** `outdated`: tables that have another shape by now, wherever in the stream it changed. */
  constructor(fingerprints: ReadonlyMap<string, string>, outdated: ReadonlySet<TableName>) {
    this.#fingerprints = fingerprints;
    this.#outdated = new Set(outdated);
  }

  /** Tables that have to be read again. */
  get outdated(): ReadonlySet<TableName> {
    return this.#outdated;
  }

  /** Takes the shapes in the catalog. True when further tables are outdated because of them. */
  see(now: ReadonlyMap<TableName, string>): boolean {
    const { size } = this.#outdated;
    for (const [table, shape] of now) {
      if (this.#fingerprints.get(table) !== shape) this.#outdated.add(table);
    }
    return this.#outdated.size > size;
  }

  /**
   * Takes a description from the stream: true when the table has another shape than its records.
   */
  isReshaped(table: TableName, columns: readonly Column[]): boolean {
    const shape = fingerprint(columns);
    this.#streamed.set(table, shape);
    if (this.#columns(table) === shape) return false;
    this.#outdated.add(table);
    return true;
  }

  /**
   * Whether changes in the stream determine the table's records: not before a table of a new shape
   * was read. Throws `resync-required` when the stream keeps a shape that the table no longer has.
   */
  isReadable(table: TableName): boolean {
    if (this.#streamed.get(table) === this.#columns(table)) return true;
    if (this.#outdated.has(table)) return false;
    const message = `the stream shows other columns of storage.${table} than the table has`;
    throw new ResyncRequired('other-columns', message);
  }

  #columns(table: TableName): string | undefined {
    return columnsPart(this.#fingerprints.get(table));
  }

  /**
   * Records that the tables were read: true when that changes records beyond those in the stream.
   */
  adopt(fingerprints: ReadonlyMap<TableName, string>): boolean {
    const before = this.#fingerprints;
    const same = [...fingerprints].every(([table, shape]) => before.get(table) === shape);
    if (same && this.#outdated.size === 0) return false;
    this.#fingerprints = fingerprints;
    this.#outdated.clear();
    return true;
  }
}
