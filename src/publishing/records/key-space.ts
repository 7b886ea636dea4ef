/** Which record has which key. The keys are an interface: nothing in them is escaped. */
import type { TableName } from '../../model/resources.js';

/** The published columns that keys are made of, in the order of the key. */
export const KEY_COLUMNS = {
  config: ['key'],
  postgres_instance: ['host', 'port'],
  servermap: [],
  dimension: ['id'],
  index: ['id'],
  index_field: ['index_id', 'id'],
} as const satisfies Record<TableName, readonly string[]>;

const FOLDERS = {
  config: '/Config',
  postgres_instance: '/PostgresInstance',
  servermap: '/Servermap',
  dimension: '/Dimension',
  index: '/Index',
  index_field: '/Index',
} as const satisfies Record<TableName, string>;

/** The folders in which every key is ours. Index fields live inside of `/Index/`. */
const OWNED_FOLDERS = [
  ['/Config/', 'config'],
  ['/PostgresInstance/', 'postgres_instance'],
  ['/Dimension/', 'dimension'],
] as const;

export class KeySpace {
  /** Put before every key: empty, or like `/eu`. */
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** The key of a record, given the values of KEY_COLUMNS of its table. */
  recordKey(table: TableName, keyValues: readonly string[]): string {
    const folder = this.prefix + FOLDERS[table];
    return keyValues.length === 0 ? folder : `${folder}/${keyValues.join('/')}`;
  }

  /** The one key of the current servermap. */
  get servermapKey(): string {
    return this.recordKey('servermap', []);
  }

  /** Which table's record a key holds; undefined: not a key of records. */
  tableOfKey(key: string): TableName | undefined {
    if (!key.startsWith(this.prefix)) return undefined;
    const path = key.slice(this.prefix.length);
    if (path === FOLDERS.servermap) return 'servermap';
    for (const [folder, table] of OWNED_FOLDERS) if (path.startsWith(folder)) return table;
    if (!path.startsWith('/Index/')) return undefined;
    return path.indexOf('/', '/Index/'.length) === -1 ? 'index' : 'index_field';
  }

  /** Prefixes that together cover every key of records; filter with `tableOfKey`. */
  get recordPrefixes(): readonly string[] {
    return [
      ...OWNED_FOLDERS.map(([folder]) => this.prefix + folder),
      `${this.prefix}/Index/`,
      this.servermapKey,
    ];
  }

  /** Where the bookkeeping of a target lives. */
  checkpointKey(target: string): string {
    return `${this.prefix}/Lenkwerk/${target}/Checkpoint`;
  }
}
