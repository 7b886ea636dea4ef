/** Transactions of other programs: any of the ways in which the tables may change. */
import type { TableName } from '../../../src/model/resources.js';
import type { Random } from '../../soak/random.js';
import {
  columnsOf,
  type Operation,
  rowsOf,
  type State,
  stateAfter,
  type TableRow,
} from './tables.js';

/** `config` twice: its rows may swap their keys. */
const WRITTEN = [
  'config',
  'config',
  'postgres_instance',
  'dimension',
  'index',
  'index_field',
  'servermap',
] as const satisfies readonly TableName[];

const MANY_ROWS = 8;
const HUGE = 0.08;

type Fields = Readonly<Record<string, string | null>>;

/** The operations of one transaction on a state. `nextId` gives ids that were never used. */
export function drawTransaction(
  state: State,
  random: Random,
  nextId: () => string,
): readonly Operation[] {
  const count = random.chance(HUGE) ? random.between(8, 27) : random.between(1, 4);
  const writer = new Writer(state, random, nextId);
  for (let index = 0; index < count; index += 1) writer.change(random.pick(WRITTEN));
  return writer.operations;
}

class Writer {
  readonly operations: Operation[] = [];
  readonly #random: Random;
  readonly #nextId: () => string;
  #state: State;

  constructor(state: State, random: Random, nextId: () => string) {
    this.#state = state;
    this.#random = random;
    this.#nextId = nextId;
  }

  change(table: TableName): void {
    const random = this.#random;
    const rows = rowsOf(this.#state, table);
    const what = random.next();
    if (what < 0.05) {
      this.#add({ kind: 'truncate', table });
      return;
    }
    if (rows.length === 0 || (what < 0.35 && rows.length <= MANY_ROWS)) {
      this.#insert(table, rows);
      return;
    }
    const row = random.pick(rows);
    if (what < 0.5) this.#add({ kind: 'delete', table, old: row });
    else if (what < 0.62 && table === 'config' && rows.length > 1) this.#swap(rows, row);
    else if (what < 0.7) this.#moveKey(table, row);
    else this.#update(table, row, this.#values(table));
  }

  #add(operation: Operation): void {
    this.operations.push(operation);
    this.#state = stateAfter(this.#state, [operation]);
  }

  #update(table: TableName, old: TableRow, fields: Fields & { readonly id?: string }): void {
    this.#add({ kind: 'update', table, old, row: { ...old, ...fields } });
  }

  #insert(table: TableName, rows: readonly TableRow[]): void {
    const fields = { ...this.#key(table), ...this.#values(table) };
    const isTaken = rows.some((row) => {
      if (table === 'config') return row['key'] === fields['key'];
      if (table !== 'postgres_instance') return false;
      return row['host'] === fields['host'] && row['port'] === fields['port'];
    });
    if (!isTaken) this.#add({ kind: 'insert', table, row: { ...fields, id: this.#nextId() } });
  }

  /** Two rows of `config` take each other's keys, or one takes the key of a row that goes. */
  #swap(rows: readonly TableRow[], one: TableRow): void {
    const other = this.#random.pick(rows.filter((row) => row !== one));
    const [first, second] = [one['key'] ?? null, other['key'] ?? null];
    this.#update('config', one, { key: second });
    if (this.#random.chance(0.7)) this.#update('config', other, { key: first });
    else this.#add({ kind: 'delete', table: 'config', old: other });
  }

  /** The record gets another key. */
  #moveKey(table: TableName, row: TableRow): void {
    if (table === 'config' || table === 'postgres_instance') {
      this.#update(table, row, this.#values(table));
    } else if (table === 'index_field') {
      this.#update(table, row, this.#key(table));
    } else {
      this.#update(table, row, { id: this.#nextId() });
    }
  }

  #key(table: TableName): Fields {
    const random = this.#random;
    switch (table) {
      case 'config':
        return { key: `k${random.between(0, 11)}` };
      case 'postgres_instance':
        return {
          host: `h${random.between(0, 3)}`,
          port: String(random.between(5432, 5433)),
          username: 'bagger',
        };
      case 'index_field':
        return { index_id: String(random.between(1, 5)), ordinality: '0' };
      case 'index':
        return { indexname: `i${random.between(0, 99)}`, access_method: 'btree', tablespc: 'x' };
      case 'dimension':
        return { fieldname: `/f${random.between(0, 99)}`, default_val: 'notexist' };
      case 'servermap':
        return {};
    }
  }

  #values(table: TableName): Fields {
    const value = String(this.#random.between(0, 999));
    const added = columnsOf(this.#state, table)
      .map(({ name }) => name)
      .findLast((name) => name.startsWith('x'));
    const extra = added !== undefined && this.#random.chance(0.5) ? { [added]: value } : {};
    switch (table) {
      case 'config':
        return { ...extra, value: this.#random.chance(0.1) ? '12345678901234567890.10' : value };
      case 'postgres_instance':
        return { ...extra, status: String(this.#random.between(0, 3)) };
      case 'servermap':
        return { ...extra, server_map: `{"version": 1, "n": ${value}}` };
      case 'dimension':
        return { ...extra, ordinality: value, valid_from: '-infinity', valid_until: 'infinity' };
      case 'index':
        return { ...extra, valid_from: '-infinity', valid_until: `2030-01-01 00:${value}` };
      case 'index_field':
        return { ...extra, expression: `data->'${value}'`, valid_until: 'infinity' };
    }
  }
}

/** For traces. */
export function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'insert':
      return `+${operation.table}:${operation.row.id}`;
    case 'update':
      return `~${operation.table}:${operation.old.id}`;
    case 'delete':
      return `-${operation.table}:${operation.old.id}`;
    case 'message':
      return operation.prefix;
    case 'truncate':
    case 'alter':
      return `${operation.kind} ${operation.table}`;
  }
}
