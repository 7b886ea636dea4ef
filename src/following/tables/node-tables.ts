/** The six tables of a storage node: their difference to records, and how records are saved. */
import type { Client } from 'pg';
import { EXECUTION, KINDS, type Kind } from '../../model/kinds.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { refusedState } from '../../postgres/refused-run.js';
import type { KeySpace } from '../../publishing/records/key-space.js';
import { keyExpression } from '../../publishing/source/record-sql.js';
import type { Changes } from '../../publishing/stream/batch.js';
import { locateRefusal, type Puts } from './locate-refusal.js';
import { NodeRefusesRecord } from './refusal.js';
import {
  clearRows,
  countRows,
  DELETE_NEWER_GENERATIONS,
  deleteParts,
  firstValues,
  nodeTable,
  SELECT_NEWER_GENERATION,
  saveRows,
  selectDiffering,
  selectStrays,
} from './statements.js';
import { jsonTexts, WrittenColumns } from './written-columns.js';

/** What the tables lack of records. */
interface TableDifference {
  readonly changes: Changes;
  /** Keys of rows that go, older generations of the servermap not counted. */
  readonly deletes: number;
  /** Rows that the tables have. */
  readonly rows: number;
}

/** The records of one kind that change. */
interface KindChanges {
  readonly kind: Kind;
  /** Keys that change, or go. */
  readonly keys: readonly string[];
  readonly gone: readonly string[];
  readonly puts: Puts;
}

/** Of lists with more items the server has to know the length before it plans. */
const SHORT = 100;

/** In a session whose transactions the caller begins and ends. */
export class NodeTables {
  readonly #client: Client;
  readonly #keySpace: KeySpace;
  readonly #columns: WrittenColumns;
  readonly #names = new Map<string, string>();

  /** `onUnknown`: called for columns of records that a table lacks; they are passed over. */
  constructor(
    client: Client,
    keySpace: KeySpace,
    onUnknown: (table: string, column: string) => void,
  ) {
    this.#client = client;
    this.#keySpace = keySpace;
    this.#columns = new WrittenColumns(client, onUnknown);
  }

  /**
   * What turns the tables into these records, all that there are. Throws NodeRefusesRecord for a
   * record that is no row of its table, and the database's errors.
   */
  async differenceTo(records: Changes): Promise<TableDifference> {
    await this.#columns.read();
    const changes = new Map<string, string | undefined>();
    let deletes = 0;
    let rows = 0;
    for (const one of this.#byKind(records, EXECUTION)) {
      for (const { key, record } of await this.#differing(one)) changes.set(key, record);
      if (one.kind === 'servermap') {
        await this.#addNewerGenerations(one, changes);
        continue;
      }
      const strays = await this.#texts(selectStrays(one.kind, this.#keyOf(one.kind)), [one.keys]);
      for (const key of strays) changes.set(key, undefined);
      deletes += strays.length;
      rows += (await this.#query<[number]>(countRows(one.kind)))[0]?.[0] ?? 0;
    }
    return { changes, deletes, rows };
  }

  /**
   * Saves what changes between two states of the records, whatever the order of keys: fields go
   * first, then each kind as a whole, those that others are part of before them. Some constraints
   * are checked at the commit. Throws the database's errors.
   */
  async save(changes: Changes): Promise<void> {
    for (const one of await this.#begin(changes)) {
      await this.#clear(one);
      await this.#insert(one.kind, one.puts);
    }
  }

  /** The same, slower. Throws NodeRefusesRecord, and what else the database throws. */
  async saveOrLocate(changes: Changes): Promise<void> {
    for (const one of await this.#begin(changes)) {
      try {
        await this.#clear(one);
      } catch (error) {
        if (refusedState(error) === undefined) throw error;
        throw new NodeRefusesRecord(undefined, nodeTable(one.kind), error);
      }
      await this.#locating(one, async (puts) => {
        await this.#insert(one.kind, puts);
        // Here, where it is known which kind they concern.
        await this.#query('SET CONSTRAINTS ALL IMMEDIATE');
      });
    }
  }

  /** Fields that go make space for the indexes that go. Returns what is to be saved, in order. */
  async #begin(changes: Changes): Promise<readonly KindChanges[]> {
    const kinds = this.#byKind(changes, EXECUTION).filter(({ keys }) => keys.length > 0);
    for (const { kind, gone } of kinds) {
      if (KINDS[kind].partOf === null || gone.length === 0) continue;
      const text = deleteParts(kind, this.#keyOf(kind));
      await this.#query(text, [gone, this.#firstOf(kind, gone)]);
    }
    return kinds;
  }

  /** Makes space for the records. */
  async #clear({ kind, keys, puts }: KindChanges): Promise<void> {
    const records = puts.map(({ record }) => record);
    if (kind === 'servermap') await this.#query(DELETE_NEWER_GENERATIONS, [records]);
    else if (KINDS[kind].partOf === null) {
      const text = clearRows(kind, this.#keyOf(kind));
      await this.#query(text, [keys, this.#firstOf(kind, keys), records]);
    }
  }

  async #insert(kind: Kind, puts: Puts): Promise<void> {
    if (puts.length === 0) return;
    const records = puts.map(({ record }) => record);
    const text = saveRows(kind, this.#columns.of(kind, records));
    await this.#query(text, [records, jsonTexts(kind, records)]);
  }

  /** Those of the records that the table does not show. */
  async #differing(one: KindChanges): Promise<Puts> {
    let places: readonly number[] = [];
    await this.#locating(one, async (puts) => {
      const records = puts.map(({ record }) => record);
      const text = selectDiffering(one.kind, this.#columns.of(one.kind, records));
      const values = [records, jsonTexts(one.kind, records)];
      places = (await this.#query<[number]>(text, values)).flat();
    });
    return places.flatMap((at) => one.puts[at - 1] ?? []);
  }

  async #addNewerGenerations(
    { keys, puts }: KindChanges,
    changes: Map<string, string | undefined>,
  ): Promise<void> {
    const records = puts.map(({ record }) => record);
    const newer = await this.#query(SELECT_NEWER_GENERATION, [records]);
    const key = keys[0] ?? this.#keySpace.servermapKey;
    if (newer.length > 0) changes.set(key, records[0]);
  }

  /** `work`: as locateRefusal takes it. */
  #locating(one: KindChanges, work: (puts: Puts) => Promise<void>): Promise<void> {
    return locateRefusal((text) => this.#query(text), one, work);
  }

  #byKind(changes: Changes, kinds: readonly Kind[]): readonly KindChanges[] {
    const sorted = new Map(kinds.map((kind) => [KINDS[kind].table, emptyChanges(kind)]));
    for (const [key, record] of changes) {
      const table = this.#keySpace.tableOfKey(key);
      const one = table === undefined ? undefined : sorted.get(table);
      if (one === undefined) continue;
      one.keys.push(key);
      if (record === undefined) one.gone.push(key);
      else one.puts.push({ key, record });
    }
    return [...sorted.values()];
  }

  #keyOf(kind: Kind): string {
    return keyExpression(this.#client, KINDS[kind].table, this.#keySpace);
  }

  #firstOf(kind: Kind, keys: readonly string[]): readonly string[] {
    const { table } = KINDS[kind];
    return firstValues(
      kind,
      keys.map((key) => this.#keySpace.firstOfKey(table, key)),
    );
  }

  /** Of a prepared statement: the same text has the same one. */
  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `lenkwerk_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }

  async #texts(text: string, values: readonly unknown[]): Promise<readonly string[]> {
    return (await this.#query<[string | null]>(text, values)).flat().filter((one) => one !== null);
  }

  async #query<Row extends unknown[]>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    const isLong = values.some((value) => Array.isArray(value) && value.length > SHORT);
    if (isLong) return await this.#joiningOnce(() => this.#ask(text, values, isLong));
    return await this.#ask(text, values, isLong);
  }

  /**
   * What the server knows of a table may be of when it was empty. It would then expect one row and
   * read the whole list again for each of the many that there are.
   */
  async #joiningOnce<Result>(ask: () => Promise<Result>): Promise<Result> {
    await this.#query('SET LOCAL enable_nestloop = off');
    const result = await ask();
    await this.#query('SET LOCAL enable_nestloop TO DEFAULT');
    return result;
  }

  async #ask<Row extends unknown[]>(
    text: string,
    values: readonly unknown[],
    isLong: boolean,
  ): Promise<readonly Row[]> {
    try {
      // Prepared, as planning short lists takes as long as running them.
      const name = values.length === 0 || isLong ? undefined : this.#nameOf(text);
      const query = { text, values: [...values], rowMode: 'array' } as const;
      return (await this.#client.query<Row>({ ...query, ...(name && { name }) })).rows;
    } catch (error) {
      throw toLenkwerkError(error);
    }
  }
}

function emptyChanges(kind: Kind) {
  const keys: string[] = [];
  const gone: string[] = [];
  const puts: { key: string; record: string }[] = [];
  return { kind, keys, gone, puts };
}
