/** What the store should hold, and what it lost. */
import { TABLES, type TableName } from '../../../src/model/resources.js';
import type { Column } from '../../../src/replication/change-source.js';
import type { Server } from '../database/server.js';
import { columnsOf, columnsWith, recordsOf, type State, tableOfKey } from '../database/tables.js';
import type { Values } from '../store/store.js';

/**
 * The first difference between a store and the tables, as far as the state has the columns of a
 * table; undefined: none. `excused`: keys that may differ.
 */
export function difference(
  values: Values,
  state: State,
  excused: (key: string) => boolean,
): string | undefined {
  const { shapes } = state;
  const expected = recordsOf(state, shapes);
  for (const [key, record] of expected) {
    const held = values.get(key)?.value;
    if (held === record || excused(key)) continue;
    return held === undefined ? `${key} is missing` : `${key} is ${held}, not ${record}`;
  }
  for (const [key, { value }] of values) {
    const table = tableOfKey(key);
    if (table === undefined || !shapes.has(table) || expected.has(key) || excused(key)) continue;
    return `${key} is a stray: ${value}`;
  }
  return undefined;
}

/** The columns that a table has, or had, with that fingerprint; a table without one is left out. */
export function shapesOf(
  server: Server,
  fingerprints: ReadonlyMap<string, string>,
): State['shapes'] {
  const shapes = new Map<TableName, readonly Column[]>();
  for (const table of TABLES) {
    const columns = columnsWith(columnsOf(server.last, table), fingerprints.get(table));
    if (columns !== undefined) shapes.set(table, columns);
  }
  return shapes;
}

/** As the protocol has it: more than so many, and more than that share of what was published. */
const MANY_KEYS = 10;
const MANY = 0.2;

/**
 * Whether agents deleted so much of what the store held that a person has to allow it. `foreign`:
 * keys that another client wrote or deleted.
 */
export function isMassDelete(before: Values, after: Values, foreign: ReadonlySet<string>): boolean {
  const records = [...before.keys()].filter((key) => tableOfKey(key) !== undefined);
  const deleted = records.filter((key) => !after.has(key) && !foreign.has(key)).length;
  return deleted > MANY_KEYS && deleted > records.length * MANY;
}
