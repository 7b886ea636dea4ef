/** Which columns of a node's tables are written, and with which values of the records. */
import type { Client } from 'pg';
import { isJsonObject, tryParseJson } from '../../model/json.js';
import { columnsOf, KINDS, type Kind } from '../../model/kinds.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { memberText } from './member-text.js';
import { nodeTable, type WrittenColumn } from './statements.js';

/** Columns that take values, by table. */
const COLUMNS = `
  SELECT c.relname::text, a.attname::text
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'storage'
    JOIN pg_catalog.pg_attribute AS a
      ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`;

/** Those of a node's database, as they were when they were read. */
export class WrittenColumns {
  readonly #client: Client;
  readonly #onUnknown: (table: string, column: string) => void;
  #known: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  /** `onUnknown`: called for columns of records that a table lacks. */
  constructor(client: Client, onUnknown: (table: string, column: string) => void) {
    this.#client = client;
    this.#onUnknown = onUnknown;
  }

  /** To be called again, as a missing column may be added. Throws the database's errors. */
  async read(): Promise<void> {
    try {
      const query = { text: COLUMNS, rowMode: 'array' } as const;
      const { rows } = await this.#client.query<[string, string]>(query);
      const known = new Map<string, Set<string>>();
      for (const [table, column] of rows) {
        known.set(table, (known.get(table) ?? new Set()).add(column));
      }
      this.#known = known;
    } catch (error) {
      throw toLenkwerkError(error);
    }
  }

  /** Ours, which each table has to have, and those of the records that the table has. */
  of(kind: Kind, records: readonly string[]): readonly WrittenColumn[] {
    const known = this.#known.get(KINDS[kind].table) ?? new Set();
    const names = new Set(columnsOf(kind).map(({ column }) => column));
    for (const name of records.flatMap(memberNames)) {
      if (names.has(name)) continue;
      if (known.has(name)) names.add(name);
      else this.#onUnknown(nodeTable(kind), name);
    }
    const json = jsonColumn(kind);
    return [...names].map((column) => {
      const name = this.#client.escapeIdentifier(column);
      return { name, value: column === json ? 'r.lenkwerk_json::json' : `r.${name}` };
    });
  }
}

/** None of what is no JSON object: the server refuses it. */
function memberNames(record: string): readonly string[] {
  const fields = tryParseJson(record);
  return fields !== undefined && isJsonObject(fields) ? [...fields.keys()] : [];
}

function jsonColumn(kind: Kind): string | undefined {
  return columnsOf(kind).find(({ type }) => type === 'json')?.column;
}

/**
 * Of each record the JSON value as it was written: `json_populate_record` writes strings in another
 * way, and leaves whitespace out.
 */
export function jsonTexts(kind: Kind, records: readonly string[]): readonly (string | null)[] {
  const column = jsonColumn(kind);
  return records.map((record) => {
    return column === undefined ? null : (memberText(record, column) ?? null);
  });
}
