/** Reads the Lenkwerk tables in one SQL snapshot, as the records that the store should hold. */
import type { Client } from 'pg';
import { assert, LenkwerkError, ResyncRequired } from '../../model/errors.js';
import { TABLES, type TableName } from '../../model/resources.js';
import { codeOf } from '../../postgres/errors.js';
import {
  type CatalogRelation,
  type PublishedTable,
  readAltered,
  readDeferrable,
  readRelations,
  readRows,
} from '../../replication/tables.js';
import type { KeySpace } from '../records/key-space.js';
import {
  fingerprintsOf,
  type Generations,
  MAX_GENERATIONS,
  type PublishableTables,
} from '../records/published-tables.js';
import { PUBLISHED_SCHEMA, requireColumns } from '../records/record-codec.js';
import { keyExpression, recordExpression } from './record-sql.js';

const UNDEFINED_COLUMN = '42703';

/**
 * Reads the six tables in the snapshot of the client's transaction. Throws
 * `database-not-initialised` when a table is missing or its changes would lack the old row.
 */
export async function readPublishableTables(
  client: Client,
  keySpace: KeySpace,
): Promise<PublishableTables> {
  const relations = await readPublishedRelations(client);
  const records = new Map<string, string>();
  for (const [table, relation] of relations) {
    if (table === 'servermap') continue;
    requireColumns(table, relation.columns);
    const key = keyExpression(client, table, keySpace);
    const record = recordExpression(client, relation.columns);
    for (const row of await readRows(client, relation, { expressions: [key, record] })) {
      records.set(present(row[0]), present(row[1]));
    }
  }
  const generations = await readGenerations(client, relations);
  const newest = [...generations.records.values()][0];
  if (newest !== undefined) records.set(keySpace.servermapKey, newest);
  const fingerprints = fingerprintsOf(relations);
  return { records, fingerprints, generations };
}

/**
 * The same in an older snapshot. Throws `resync-required` when a table was truncated or altered
 * since: its rows of the snapshot are no longer readable.
 */
export async function readSnapshotTables(
  client: Client,
  keySpace: KeySpace,
): Promise<PublishableTables> {
  const tables = await readPublishableTables(client, keySpace).catch((error: unknown) => {
    throw codeOf(error) === UNDEFINED_COLUMN ? altered('a table', error) : error;
  });
  const [table] = await readAltered(client, PUBLISHED_SCHEMA, TABLES);
  if (table === undefined) return tables;
  throw altered(`storage.${table}`);
}

function altered(what: string, cause?: unknown): ResyncRequired {
  const message = `${what} was truncated or altered while it was read`;
  return new ResyncRequired('altered-meanwhile', message, { cause });
}

/** The six relations by table. Throws like `readPublishableTables`. */
export async function readPublishedRelations(
  client: Client,
): Promise<ReadonlyMap<TableName, CatalogRelation>> {
  const found = await readRelations(client, PUBLISHED_SCHEMA, TABLES);
  return new Map(TABLES.map((table) => [table, publishable(table, found.get(table))]));
}

/** The ones of the six tables of which two rows may hold one key until the commit. */
export function readDeferrableTables(client: Client): Promise<ReadonlySet<string>> {
  return readDeferrable(client, PUBLISHED_SCHEMA, TABLES);
}

/** The newest generations of the servermap, newest first. */
export async function readGenerations(
  client: Client,
  relations: ReadonlyMap<TableName, CatalogRelation>,
): Promise<Generations> {
  const relation = relations.get('servermap');
  if (relation === undefined) return { records: new Map(), complete: true };
  requireColumns('servermap', relation.columns);
  const rows = await readRows(client, relation, {
    expressions: ['id::pg_catalog.text', recordExpression(client, relation.columns)],
    newest: { by: 'id', limit: MAX_GENERATIONS },
  });
  return {
    records: new Map(rows.map(([id, record]) => [BigInt(present(id)), present(record)])),
    complete: rows.length < MAX_GENERATIONS,
  };
}

function publishable(table: TableName, found: PublishedTable | undefined): CatalogRelation {
  const name = `${PUBLISHED_SCHEMA}.${table}`;
  const hint = 'run `lenkwerk init`';
  if (found === undefined) {
    throw new LenkwerkError('database-not-initialised', `there is no table ${name}`, { hint });
  }
  if (!found.fullIdentity) {
    const message = `${name} has no REPLICA IDENTITY FULL: its deletes could not be published`;
    throw new LenkwerkError('database-not-initialised', message, { hint });
  }
  return found.relation;
}

function present(text: string | null | undefined): string {
  assert(typeof text === 'string', 'key columns, ids and records are never null');
  return text;
}
