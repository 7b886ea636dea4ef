/**
 * Compares the tables of a storage node with what is published, at the position that the node's own
 * database shows: both sides are then of one state, whatever moves meanwhile. The rows are encoded
 * as an agent encodes them, and by nothing that a follower uses. Decision D93 in src/README.md.
 */
import type { Client } from 'pg';
import { inSnapshot } from '../database/state.js';
import type { StoredRecord } from '../kvstore/store.js';
import { assert, LenkwerkError } from '../model/errors.js';
import { canonicalJson, isJsonObject, tryParseJson } from '../model/json.js';
import { TABLES, type TableName } from '../model/resources.js';
import { compareText } from '../model/text.js';
import type { CheckpointMark } from '../nodes/judge.js';
import { toLenkwerkError } from '../postgres/errors.js';
import type { KeySpace } from '../publishing/records/key-space.js';
import { PUBLISHED_SCHEMA } from '../publishing/records/record-codec.js';
import { keyExpression, recordExpression } from '../publishing/source/record-sql.js';
import type { Relation } from '../replication/change-source.js';
import { readRelations, readRows } from '../replication/tables.js';
import { compareRecords, type Difference } from './compare.js';

/** The checkpoint that the tables of a node show. */
export interface NodePosition extends CheckpointMark {
  readonly target: string;
}

/** What is published at a position. */
export interface PublishedState {
  readonly keySpace: KeySpace;
  readonly records: readonly Pick<StoredRecord, 'key' | 'value'>[];
}

/**
 * The differences of the node's rows, sorted by the keys of the store; older generations of the
 * servermap are left out. `publishedAt` gives the records that belong to the position. Throws
 * `database-not-initialised` where no follower keeps the database, what `publishedAt` throws, and
 * the database's errors.
 */
export async function compareNode(
  client: Client,
  publishedAt: (position: NodePosition) => Promise<PublishedState>,
): Promise<readonly Difference[]> {
  return await inSnapshot(client, async () => {
    const { keySpace, records } = await publishedAt(await readPosition(client));
    const byTable = new Map(TABLES.map((table) => [table, new Map<string, string>()]));
    for (const { key, value } of records) {
      const table = keySpace.tableOfKey(key);
      if (table !== undefined) byTable.get(table)?.set(key, value);
    }
    const relations = await readRelations(client, PUBLISHED_SCHEMA, TABLES);
    const differences: Difference[] = [];
    for (const [table, expected] of byTable) {
      const relation = relations.get(table)?.relation;
      if (relation === undefined) throw notANode(`there is no table storage.${table}`);
      differences.push(...(await compareTable(client, keySpace, { table, relation, expected })));
    }
    return differences.sort((a, b) => compareText(a.key, b.key));
  });
}

async function readPosition(client: Client): Promise<NodePosition> {
  try {
    const { rows } = await client.query<(string | null)[]>({
      text: 'SELECT target, write_id, revision::text FROM ONLY lenkwerk.follower',
      rowMode: 'array',
    });
    const [target, writeId, revision] = rows[0] ?? [];
    if (target && writeId && revision) return { target, writeId, revision: BigInt(revision) };
  } catch (error) {
    const failure = toLenkwerkError(error);
    if (failure.code !== 'database-not-initialised') throw failure;
    throw notANode('it has no table lenkwerk.follower');
  }
  throw new LenkwerkError('inconclusive', 'nothing was saved there yet', {
    hint: 'is `lenkwerk follow` running there?',
  });
}

function notANode(message: string): LenkwerkError {
  return new LenkwerkError('database-not-initialised', `this is no node's database: ${message}`, {
    hint: 'run `lenkwerk init --node` there, or correct the template',
  });
}

interface Compared {
  readonly table: TableName;
  readonly relation: Relation;
  readonly expected: ReadonlyMap<string, string>;
}

async function compareTable(
  client: Client,
  keySpace: KeySpace,
  { table, relation, expected }: Compared,
): Promise<readonly Difference[]> {
  const { columns, lacking } = columnsOf(relation, expected);
  const isServermap = table === 'servermap';
  // What was current before stays on the nodes.
  if (isServermap && expected.size === 0) return [];
  const key = isServermap
    ? client.escapeLiteral(keySpace.servermapKey)
    : keyExpression(client, table, keySpace);
  const expressions = [key, recordExpression(client, columns)];
  const newest = isServermap ? { newest: { by: 'id', limit: 1 } } : {};
  const rows = await readRows(client, relation, { expressions, ...newest });
  const found = rows.map(([name, value]) => ({ key: text(name), value: text(value) }));
  if (lacking.size === 0) return compareRecords(expected, found);
  const without = (record: string) => withoutFields(record, lacking);
  return compareRecords(
    new Map([...expected].map(([name, record]) => [name, without(record)])),
    found.map(({ key: name, value }) => ({ key: name, value: without(value) })),
  );
}

/** The columns in the order of the records, and the fields that the table has no column for. */
function columnsOf({ columns }: Relation, expected: ReadonlyMap<string, string>) {
  const [record = ''] = expected.values();
  const fields = fieldsOf(record);
  if (fields === undefined) return { columns, lacking: new Set<string>() };
  const byName = new Map(columns.map((column) => [column.name, column]));
  return {
    columns: [...fields.keys()].flatMap((name) => byName.get(name) ?? []),
    lacking: new Set([...fields.keys()].filter((name) => !byName.has(name))),
  };
}

/** A node passes over columns that it does not have yet; what is left is compared by value. */
function withoutFields(record: string, lacking: ReadonlySet<string>): string {
  const fields = fieldsOf(record);
  if (fields === undefined) return record;
  return canonicalJson(new Map([...fields].filter(([name]) => !lacking.has(name))));
}

function fieldsOf(record: string) {
  const value = tryParseJson(record);
  return value !== undefined && isJsonObject(value) ? value : undefined;
}

function text(value: string | null | undefined): string {
  assert(typeof value === 'string', 'key columns and records are never null');
  return value;
}
