/** Maps records to keys. The keys are an interface: nothing in them is escaped. */
import { assert } from '../../model/errors.js';
import { KIND_NAMES, KINDS } from '../../model/kinds.js';
import { TABLES, type TableName } from '../../model/resources.js';
import { servermapKey } from '../../model/servermap.js';

const RECORDS = new Map(KIND_NAMES.map((kind) => [KINDS[kind].table, KINDS[kind].record]));

function recordOf(table: TableName) {
  const record = RECORDS.get(table);
  assert(record !== undefined, 'every table belongs to a kind');
  return record;
}

/** The published columns that form the keys of the table's records, in the order of the key. */
export function keyColumns(table: TableName): readonly string[] {
  return recordOf(table).columns;
}

function folderOf(table: TableName): string {
  return recordOf(table).folder;
}

const SINGLE_TABLES = TABLES.filter((table) => keyColumns(table).length === 0);
const OTHER_TABLES = TABLES.filter((table) => keyColumns(table).length > 0);

/** The keys of tables with a single record. */
const SINGLE_RECORDS: ReadonlyMap<string, TableName> = new Map(
  SINGLE_TABLES.map((table) => [folderOf(table), table]),
);

/**
 * The folders in which every key is ours. Where two tables share one, the second's keys are deeper.
 */
const OWNED_FOLDERS: ReadonlyMap<string, readonly TableName[]> = new Map(
  OTHER_TABLES.map((table) => [
    `${folderOf(table)}/`,
    OTHER_TABLES.filter((other) => folderOf(other) === folderOf(table)),
  ]),
);

/** The keys of one target, under the prefix of its store. */
export class KeySpace {
  /** Put before every key: empty, or like `/eu`. */
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** The key of a record, given the values of its key columns. */
  recordKey(table: TableName, keyValues: readonly string[]): string {
    const folder = this.prefix + folderOf(table);
    return keyValues.length === 0 ? folder : `${folder}/${keyValues.join('/')}`;
  }

  /** The one key of the current servermap. */
  get servermapKey(): string {
    return this.recordKey('servermap', []);
  }

  /** The table whose record a key holds; undefined: not a key of records. */
  tableOfKey(key: string): TableName | undefined {
    if (!key.startsWith(this.prefix)) return undefined;
    const path = key.slice(this.prefix.length);
    const single = SINGLE_RECORDS.get(path);
    if (single !== undefined) return single;
    for (const [folder, tables] of OWNED_FOLDERS) {
      if (!path.startsWith(folder)) continue;
      const [table, part] = tables;
      return part === undefined || path.indexOf('/', folder.length) === -1 ? table : part;
    }
    return undefined;
  }

  /**
   * What the first key column has in the record's row, given the record's key. The other columns
   * are numbers, so no slash in a text is taken for one between columns.
   */
  firstOfKey(table: TableName, key: string): string {
    const values = key.slice(this.recordKey(table, ['']).length).split('/');
    return values.slice(0, values.length - keyColumns(table).length + 1).join('/');
  }

  /** The name of the node of an instance, `host_port`, given the key of the instance's record. */
  nodeOfKey(key: string): string {
    const host = this.firstOfKey('postgres_instance', key);
    return servermapKey({ host, port: Number(key.slice(key.lastIndexOf('/') + 1)) });
  }

  /** Prefixes that together cover every key of records; filter with `tableOfKey`. */
  get recordPrefixes(): readonly string[] {
    return [...OWNED_FOLDERS.keys(), ...SINGLE_RECORDS.keys()].map((path) => this.prefix + path);
  }

  /** What the records of a target show. */
  checkpointKey(target: string): string {
    return `${this.prefix}/Lenkwerk/${target}/Checkpoint`;
  }

  /** The columns that the records were encoded from. */
  tablesKey(target: string): string {
    return `${this.prefix}/Lenkwerk/${target}/Tables`;
  }
}
