/** The published tables as SQL sees them. */
import { type Client, escapeIdentifier } from 'pg';
import type { Column, Relation } from './change-source.js';
import { readContents } from './contents.js';

/** A row as an array of texts. */
type TextRow = readonly (string | null)[];

/** A table as the catalog has it. */
export interface CatalogRelation extends Relation {
  /** What else than the columns decides the text of its rows: another one when that changed. */
  readonly contents: string;
}

export interface PublishedTable {
  readonly relation: CatalogRelation;
  /** REPLICA IDENTITY FULL: changes carry the whole old row. */
  readonly fullIdentity: boolean;
}

interface ColumnRow {
  readonly relname: string;
  readonly attname: string;
  readonly atttypid: number;
  readonly relreplident: string;
}

const ALL_TEXT = { getTypeParser: () => String };

/** The existing ones of the tables, by name, with the columns that pgoutput sends. */
export async function readRelations(
  client: Client,
  schema: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, PublishedTable>> {
  const { rows } = await client.query<ColumnRow>(
    `SELECT c.relname, a.attname, a.atttypid, c.relreplident::text
       FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
      WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind = 'r'
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      ORDER BY c.relname, a.attnum`,
    [schema, names],
  );
  const contents = await readContents(client, schema, names);
  const tables = new Map<string, { columns: Column[]; fullIdentity: boolean }>();
  for (const row of rows) {
    const table = tables.get(row.relname) ?? {
      columns: [],
      fullIdentity: row.relreplident === 'f',
    };
    table.columns.push({ name: row.attname, typeOid: Number(row.atttypid) });
    tables.set(row.relname, table);
  }
  return new Map(
    [...tables].map(([name, { columns, fullIdentity }]) => [
      name,
      { relation: { schema, name, columns, contents: contents.get(name) ?? '' }, fullIdentity },
    ]),
  );
}

/** The ones of the tables that have a deferrable unique constraint. */
export async function readDeferrable(
  client: Client,
  schema: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ relname: string }>(
    `SELECT DISTINCT c.relname
       FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid
      WHERE n.nspname = $1 AND c.relname = ANY ($2) AND i.indisunique AND NOT i.indimmediate`,
    [schema, names],
  );
  return new Set(rows.map((row) => row.relname));
}

interface RowSelection {
  /** Quoted SQL over the columns of a row, each of type text. */
  readonly expressions: readonly string[];
  /** The newest rows by this column only; undefined: every row. */
  readonly newest?: { readonly by: string; readonly limit: number };
}

/**
 * The values of the expressions for the rows of a relation (not of its children) in the snapshot.
 */
export async function readRows(
  client: Client,
  { schema, name }: Pick<Relation, 'schema' | 'name'>,
  { expressions, newest }: RowSelection,
): Promise<readonly TextRow[]> {
  const table = escapeIdentifier(name);
  // Qualified, since the bare name could be that of an expression.
  const order =
    newest === undefined
      ? ''
      : ` ORDER BY ${table}.${escapeIdentifier(newest.by)} DESC LIMIT ${newest.limit}`;
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${expressions.join(', ')}
             FROM ONLY ${escapeIdentifier(schema)}.${table}${order}`,
    rowMode: 'array',
    types: ALL_TEXT,
  });
  return rows;
}

// Snapshots do not cover these: TRUNCATE and ALTER TABLE take effect for older ones as well.

interface ColumnPlace {
  readonly name: string;
  readonly typeOid: number;
  /** pg_attribute.attnum: never used again for another column. */
  readonly position: number;
}

/**
 * Those of the tables that were truncated, rewritten or lost a column since the snapshot of the
 * client's transaction. A reader of such a table gets neither the rows of the snapshot nor the
 * present ones: no rows at all, or columns with the values of others. Call it after reading the
 * tables, when the locks of the transaction prevent further ones.
 * https://www.postgresql.org/docs/current/mvcc-caveats.html
 */
export async function readAltered(
  client: Client,
  schema: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const altered = new Set(await readRewritten(client, schema, names));
  for (const [name, before] of await readPlaces(client, schema, names)) {
    const now = new Map((await placesNow(client, schema, name)).map((c) => [c.name, c]));
    const same = before.every(({ name: column, typeOid, position }) => {
      const found = now.get(column);
      return found?.typeOid === typeOid && found.position === position;
    });
    if (!same) altered.add(name);
  }
  return names.filter((name) => altered.has(name));
}

async function readRewritten(
  client: Client,
  schema: string,
  names: readonly string[],
): Promise<readonly string[]> {
  // The catalog's rows are those of the snapshot; the function returns the present file.
  const { rows } = await client.query<{ relname: string }>(
    `SELECT c.relname
       FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = ANY ($2)
        AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid)`,
    [schema, names],
  );
  return rows.map((row) => row.relname);
}

interface PlaceRow {
  readonly relname: string;
  readonly attname: string;
  readonly atttypid: number | string;
  readonly attnum: number | string;
}

/** The columns of the snapshot, by table. */
async function readPlaces(
  client: Client,
  schema: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly ColumnPlace[]>> {
  const { rows } = await client.query<PlaceRow>(
    `SELECT c.relname, a.attname, a.atttypid, a.attnum
       FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
      WHERE n.nspname = $1 AND c.relname = ANY ($2) AND a.attnum > 0 AND NOT a.attisdropped`,
    [schema, names],
  );
  const places = new Map<string, ColumnPlace[]>();
  for (const { relname, attname, atttypid, attnum } of rows) {
    const place = { name: attname, typeOid: Number(atttypid), position: Number(attnum) };
    places.set(relname, [...(places.get(relname) ?? []), place]);
  }
  return places;
}

/** The description of a result comes from the present catalog, whatever the snapshot is. */
async function placesNow(
  client: Client,
  schema: string,
  name: string,
): Promise<readonly ColumnPlace[]> {
  const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
  const { fields } = await client.query(`SELECT * FROM ONLY ${table} LIMIT 0`);
  return fields.map((field) => ({
    name: field.name,
    typeOid: field.dataTypeID,
    position: field.columnID,
  }));
}
