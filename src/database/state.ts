/** Reads what is recorded: the six tables as one state of the model. */
import type { Client } from 'pg';
import { assert, LenkwerkError } from '../model/errors.js';
import { type JsonValue, tryParseJson } from '../model/json.js';
import type {
  RecordedConfigEntry,
  RecordedDimension,
  RecordedIndex,
  RecordedIndexField,
  RecordedInstance,
  RecordedServermap,
  RecordedState,
} from '../model/resources.js';
import { rollBack, toLenkwerkError } from '../postgres/errors.js';

/**
 * Runs `work` in one snapshot: a REPEATABLE READ READ ONLY transaction, ended either way.
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
 * Everything that is recorded, history rows included, in an order that depends on nothing but the
 * rows. One round trip, one statement per table: the caller's transaction makes them one state.
 * Throws `database-not-initialised` where `lenkwerk init` did not run, `database-unavailable`.
 */
export async function readRecorded(client: Client): Promise<RecordedState> {
  try {
    const results: unknown = await client.query({ text: STATEMENTS.join(';'), rowMode: 'array' });
    assert(Array.isArray(results), 'several statements give several results');
    const [identity, instances, dimensions, indexes, fields, config, servermap, formerCopies] =
      results.map(({ rows }) => rows);
    return {
      ...identityOf(identity),
      instances: instances.map(instanceOf),
      dimensions: dimensions.map(dimensionOf),
      indexes: indexes.map(indexOf),
      indexFields: fields.map(indexFieldOf),
      config: config.map(configEntryOf),
      servermap: servermap.map(servermapOf)[0],
      formerCopies: formerCopies.map(([name]: readonly [string]) => name),
    };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** Config retain_hrs where it is not set; 0 and what cannot be read mean that nothing is purged. */
const DEFAULT_RETAIN_HOURS = '24';

/**
 * Gives the instances, as `host:port`, that generations of the servermap before the current one
 * name and that may hold data still: the generation was replaced less than retain_hrs ago, or
 * nobody knows when. The table has no times; the log of applies tells by when a generation had
 * been replaced.
 */
const FORMER_COPIES = `
  WITH retention AS (
    SELECT CASE WHEN hours ~ '^[1-9][0-9]{0,6}$'
                THEN pg_catalog.clock_timestamp() - pg_catalog.make_interval(hours => hours::int)
            END AS since
      FROM (SELECT coalesce((SELECT value #>> '{}' FROM storage.config WHERE key = 'retain_hrs'),
                            '${DEFAULT_RETAIN_HOURS}') AS hours) AS setting
  ), former AS (
    SELECT s.server_map
      FROM storage.servermap AS s
     WHERE s.id < (SELECT max(id) FROM storage.servermap)
       AND NOT EXISTS (SELECT FROM lenkwerk.apply_log AS a, retention AS r
                        WHERE a.servermap_id > s.id AND a.applied_at < r.since)
  )
  SELECT DISTINCT (copy ->> 'host') || ':' || (copy ->> 'port') AS name
    FROM former,
         pg_catalog.json_each(
           CASE json_typeof(server_map) WHEN 'object' THEN server_map ELSE '{}' END) AS entry,
         pg_catalog.json_array_elements(
           CASE WHEN json_typeof(entry.value) = 'object'
                 AND json_typeof(entry.value -> 'copies') = 'array'
                THEN entry.value -> 'copies' ELSE '[]' END) AS copy
   WHERE json_typeof(copy) = 'object'
     AND copy ->> 'host' IS NOT NULL AND copy ->> 'port' IS NOT NULL
   ORDER BY name`;

/** In the order in which readRecorded takes their results. */
const STATEMENTS = [
  'SELECT pg_catalog.current_database()::text, uuid FROM lenkwerk.cluster',
  `SELECT id, host, port, username, status
     FROM storage.postgres_instance ORDER BY host COLLATE "C", port`,
  `SELECT id, ordinality, fieldname, default_val, valid_from, valid_until
     FROM storage.dimension ORDER BY ordinality`,
  `SELECT id, indexname, access_method, tablespc, valid_from, valid_until
     FROM storage.index ORDER BY indexname COLLATE "C"`,
  `SELECT id, index_id, ordinality, expression, valid_from, valid_until
     FROM storage.index_field ORDER BY index_id, ordinality`,
  'SELECT id, key, value FROM storage.config ORDER BY key COLLATE "C"',
  'SELECT id, server_map FROM storage.servermap ORDER BY id DESC LIMIT 1',
  FORMER_COPIES,
];

function identityOf([row]: readonly (readonly [string, string])[]) {
  if (row === undefined) {
    throw new LenkwerkError('database-not-initialised', 'lenkwerk.cluster is empty', {
      hint: 'run `lenkwerk init`',
    });
  }
  const [database, clusterId] = row;
  return { database, clusterId };
}

type InstanceRow = readonly [number, string, number, string, number];

function instanceOf([id, host, port, username, status]: InstanceRow): RecordedInstance {
  return { id, host, port, username, status };
}

type DimensionRow = readonly [number, number, string, string | null, string, string];

function dimensionOf(row: DimensionRow): RecordedDimension {
  const [id, ordinality, fieldname, defaultVal, validFrom, validUntil] = row;
  return { id, ordinality, fieldname, defaultVal, validFrom, validUntil };
}

type IndexRow = readonly [number, string, string, string, string, string];

function indexOf(row: IndexRow): RecordedIndex {
  const [id, indexname, accessMethod, tablespc, validFrom, validUntil] = row;
  return { id, indexname, accessMethod, tablespc, validFrom, validUntil };
}

type IndexFieldRow = readonly [number, number, number, string, string, string];

function indexFieldOf(row: IndexFieldRow): RecordedIndexField {
  const [id, indexId, ordinality, expression, validFrom, validUntil] = row;
  return { id, indexId, ordinality, expression, validFrom, validUntil };
}

function configEntryOf([id, key, value]: readonly [number, string, string]): RecordedConfigEntry {
  return { id, key, value };
}

function servermapOf([id, serverMap]: readonly [number, string]): RecordedServermap {
  return { id, serverMap };
}

/** The values of the keys that are recorded. Throws database failures as LenkwerkError. */
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
