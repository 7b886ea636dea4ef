/** Reads what is recorded: the tables as one state of the model. */
import type { Client } from 'pg';
import { holdsText, isPlace, recordedName } from '../model/columns.js';
import { assert, LenkwerkError } from '../model/errors.js';
import type { DatabaseIdentity } from '../model/installation.js';
import { type JsonValue, tryParseJson } from '../model/json.js';
import { columnsOf, KINDS, type Kind, ROW_KINDS, type RowKind } from '../model/kinds.js';
import {
  isRecordedRows,
  type PlacedCopies,
  type RecordedInstance,
  type RecordedState,
} from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import { rollBack, toLenkwerkError } from '../postgres/errors.js';

/**
 * Runs `work` in one snapshot: a REPEATABLE READ READ ONLY transaction, which is always ended.
 * Throws what `work` throws, database failures as LenkwerkError.
 */
export async function inSnapshot<Result>(
  client: Client,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    throw await rollBack(client, error);
  }
}

/**
 * Everything that is recorded, history rows included, in an order that depends only on the rows.
 * One round trip, one statement per table: the caller's transaction gives them one snapshot. Throws
 * `database-not-initialised` where `lenkwerk init` did not run, `database-unavailable`.
 */
export async function readRecorded(client: Client): Promise<RecordedState> {
  try {
    const results: unknown = await client.query(STATEMENTS.join(';'));
    assert(Array.isArray(results), 'several statements give several results');
    const [identity, servermap, formerCopies, ...tables] = results.map(({ rows }) => rows);
    const rows = Object.fromEntries(ROW_KINDS.map((kind, at) => [KINDS[kind].rows, tables[at]]));
    assert(isRecordedRows(rows), 'one result for each statement');
    return {
      ...identityOf(identity),
      ...rows,
      servermap: servermap[0],
      formerCopies: formerCopies.map(placedCopies),
    };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** The default of config retain_hrs; 0 and unreadable values mean that nothing is purged. */
const DEFAULT_RETAIN_HOURS = '24';

/**
 * The column without what the server refuses to take out of JSON, which other tools may have
 * stored: each NUL, and each half of a surrogate pair, becomes a question mark.
 */
function readableJson(column: string): string {
  const halves = String.raw`\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})`;
  return String.raw`(CASE WHEN pg_catalog.strpos(${column}::text, '\u') = 0 THEN ${column}
    ELSE pg_catalog.regexp_replace(${column}::text, '${halves}', '\\u003f', 'g')::json END)`;
}

/**
 * The older generations that may still name where data lies: replaced less than retain_hrs ago, or
 * at an unknown time. The table has no times; the log of applies shows by when a generation had
 * been replaced.
 */
const FORMER_GENERATIONS = `
  WITH retention AS (
    SELECT CASE WHEN hours ~ '^[1-9][0-9]{0,6}$'
                THEN pg_catalog.clock_timestamp() - pg_catalog.make_interval(hours => hours::int)
            END AS since
      FROM (SELECT coalesce((SELECT ${readableJson('value')} #>> '{}' FROM storage.config WHERE key = 'retain_hrs'),
                            '${DEFAULT_RETAIN_HOURS}') AS hours) AS setting
  ), former AS (
    SELECT s.id, ${readableJson('s.server_map')} AS server_map
      FROM storage.servermap AS s
     WHERE s.id < (SELECT max(id) FROM storage.servermap)
       AND NOT EXISTS (SELECT FROM lenkwerk.apply_log AS a, retention AS r
                        WHERE a.servermap_id > s.id AND a.applied_at < r.since)
  )`;

/**
 * Returns their entries as PlacedCopies, equal ones once: there may be many generations. What is no
 * entry is passed over, as in `copiesOfText`.
 */
const FORMER_COPIES = `${FORMER_GENERATIONS}
  SELECT entry.key AS entry, pg_catalog.to_json(placed.copies)::text AS copies,
         pg_catalog.json_agg(DISTINCT former.id ORDER BY former.id)::text AS generations
    FROM former,
         pg_catalog.json_each(
           CASE json_typeof(server_map) WHEN 'object' THEN server_map ELSE '{}' END) AS entry,
         LATERAL (
           SELECT pg_catalog.array_agg((copy ->> 'host') || ':' || (copy ->> 'port') ORDER BY place)
             FROM pg_catalog.json_array_elements(
                    CASE WHEN json_typeof(entry.value) = 'object'
                          AND json_typeof(entry.value -> 'copies') = 'array'
                         THEN entry.value -> 'copies' ELSE '[]' END)
                  WITH ORDINALITY AS element (copy, place)
            WHERE json_typeof(copy) = 'object' AND json_typeof(copy -> 'host') = 'string'
              AND json_typeof(copy -> 'port') IN ('number', 'string')
         ) AS placed (copies)
   WHERE placed.copies IS NOT NULL
   GROUP BY entry.key, placed.copies
   ORDER BY entry.key COLLATE "C", placed.copies`;

/**
 * When, at the latest, each of these older generations had been replaced, in UTC, by its id; null:
 * the log of applies does not know. Throws database failures as LenkwerkError.
 */
export async function readReplacements(
  client: Client,
): Promise<ReadonlyMap<number, Timestamp | null>> {
  try {
    const { rows } = await client.query<[number, string | null]>({
      text: `${FORMER_GENERATIONS}
        SELECT id, pg_catalog.timezone('UTC', (
                 SELECT min(a.applied_at) FROM lenkwerk.apply_log AS a
                  WHERE a.servermap_id > former.id))::text
          FROM former ORDER BY id`,
      rowMode: 'array',
    });
    return new Map(rows);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

interface PlacedRow {
  readonly entry: string;
  /** JSON text, as is `generations`. */
  readonly copies: string;
  readonly generations: string;
}

function placedCopies({ entry, copies, generations }: PlacedRow): PlacedCopies {
  return { entry, copies: JSON.parse(copies), generations: JSON.parse(generations) };
}

const IDENTITY =
  'SELECT pg_catalog.current_database()::text AS database, uuid AS "clusterId" ' +
  'FROM ONLY lenkwerk.cluster';

/** In the order in which readRecorded takes their results. */
const STATEMENTS = [
  IDENTITY,
  `${selectFrom('servermap')} ORDER BY id DESC LIMIT 1`,
  FORMER_COPIES,
  ...ROW_KINDS.map((kind) => `${selectFrom(kind)} ORDER BY ${orderOf(kind)}`),
];

/** Each column by its name in the recorded state. */
function selectFrom(kind: Kind): string {
  const { table, columns } = KINDS[kind];
  const list = columns.map((column) => `${column.column} AS "${recordedName(column)}"`);
  return `SELECT ${list.join(', ')} FROM storage.${table}`;
}

/** By place where the rows have one, else by primary key. */
function orderOf(kind: RowKind): string {
  const columns = columnsOf(kind);
  const primaryKey: readonly string[] = KINDS[kind].primaryKey;
  const places = columns.filter(isPlace);
  if (places.length > 0) return places.map(({ column }) => column).join(', ');
  const keys = columns.filter(({ column }) => primaryKey.includes(column));
  return keys.map((key) => (holdsText(key) ? `${key.column} COLLATE "C"` : key.column)).join(', ');
}

interface DatabaseName {
  readonly database: string;
}

interface Identity extends DatabaseName {
  readonly clusterId: string;
}

function identityOf([row]: readonly Identity[]): Identity {
  if (row !== undefined) return row;
  throw new LenkwerkError('database-not-initialised', 'lenkwerk.cluster is empty', {
    hint: 'run `lenkwerk init`',
  });
}

interface IsSetUp {
  readonly isSetUp: boolean;
}

/** The identity of the session's database. Throws database failures as LenkwerkError. */
export async function readIdentity(client: Client): Promise<DatabaseIdentity> {
  try {
    const { rows } = await client.query<Omit<DatabaseIdentity, 'clusterId'> & IsSetUp>(
      `SELECT pg_catalog.current_database()::text AS database,
              (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS "systemId",
              pg_catalog.to_regclass('lenkwerk.cluster') IS NOT NULL AS "isSetUp"`,
    );
    const [{ isSetUp, ...found } = { database: '', systemId: '', isSetUp: false }] = rows;
    if (!isSetUp) return { ...found, clusterId: undefined };
    return { ...found, ...identityOf((await client.query<Identity>(IDENTITY)).rows) };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** Where the storage nodes are, and what may be done with each. Throws like `readRecorded`. */
export async function readInstances(
  client: Client,
): Promise<readonly Pick<RecordedInstance, 'host' | 'port' | 'status'>[]> {
  try {
    const text = 'SELECT host, port, status FROM storage.postgres_instance';
    return (await client.query<RecordedInstance>(text)).rows;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** The values of those keys that are recorded. Throws database failures as LenkwerkError. */
export async function readConfigValues(
  client: Client,
  keys: readonly string[],
): Promise<ReadonlyMap<string, JsonValue>> {
  try {
    const { rows } = await client.query<[string, string]>({
      text: 'SELECT key, value::text FROM storage.config WHERE key = ANY ($1::text[])',
      rowMode: 'array',
      values: [keys],
    });
    return new Map(rows.map(([key, value]) => [key, tryParseJson(value) ?? null]));
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
