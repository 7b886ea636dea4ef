/** Reads what is recorded: the six tables as one state of the model. */
import type { Client } from 'pg';
import { FORMER_COPIES } from '../lenkwerk/former-copies.js';
import { assert, LenkwerkError } from '../model/errors.js';
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
