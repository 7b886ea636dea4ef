/** The columns that the records in the store were encoded from: a key beside the checkpoint. */
import { TABLES, type TableName } from '../../model/resources.js';

/** The fingerprint of each table's columns; a table that is missing counts as outdated. */
export type TablePrints = ReadonlyMap<TableName, string>;

const VERSION = 1;

/** The text under the key: JSON. */
export function encodeTablePrints(prints: TablePrints): string {
  return JSON.stringify({ version: VERSION, tables: Object.fromEntries(prints) });
}

/** Nothing is known of what cannot be read. */
export function decodeTablePrints(text: string | undefined): TablePrints {
  const tables = memberOf(parse(text), 'tables');
  const prints = new Map<TableName, string>();
  for (const table of TABLES) {
    const print = memberOf(tables, table);
    if (typeof print === 'string') prints.set(table, print);
  }
  return prints;
}

/** The tables whose records in the store were made of other columns than they have now. */
export function outdatedTables(published: TablePrints, now: TablePrints): ReadonlySet<TableName> {
  return new Set(
    [...now].flatMap(([table, print]) => (published.get(table) === print ? [] : table)),
  );
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map(Object.entries(value)).get(name);
}
