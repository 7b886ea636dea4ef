/** Reads what is recorded: the six tables as one state of the model. */
import type { Client } from 'pg';
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
import { rollBack, toLenkwerkError } from './database-errors.js';
import { readFormerCopies } from './former-copies.js';

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
 * rows. One statement per table: the caller's transaction makes them one state. Throws
 * `database-not-initialised` where `lenkwerk init` did not run, `database-unavailable`.
 */
export async function readRecorded(client: Client): Promise<RecordedState> {
  try {
    const { database, clusterId } = await readIdentity(client);
    return {
      database,
      clusterId,
      instances: await readInstances(client),
      dimensions: await readDimensions(client),
      indexes: await readIndexes(client),
      indexFields: await readIndexFields(client),
      config: await readConfig(client),
      servermap: await readServermap(client),
      formerCopies: await readFormerCopies(client),
    };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

async function readIdentity(client: Client) {
  const text = 'SELECT pg_catalog.current_database()::text, uuid FROM lenkwerk.cluster';
  const { rows } = await client.query<[string, string]>({ text, rowMode: 'array' });
  const [row] = rows;
  if (row === undefined) {
    throw new LenkwerkError('database-not-initialised', 'lenkwerk.cluster is empty', {
      hint: 'run `lenkwerk init`',
    });
  }
  const [database, clusterId] = row;
  return { database, clusterId };
}

async function readInstances(client: Client): Promise<RecordedInstance[]> {
  const { rows } = await client.query<[number, string, number, string, number]>({
    text: `SELECT id, host, port, username, status
             FROM storage.postgres_instance ORDER BY host COLLATE "C", port`,
    rowMode: 'array',
  });
  return rows.map(([id, host, port, username, status]) => ({ id, host, port, username, status }));
}

async function readDimensions(client: Client): Promise<RecordedDimension[]> {
  const { rows } = await client.query<[number, number, string, string | null, string, string]>({
    text: `SELECT id, ordinality, fieldname, default_val, valid_from, valid_until
             FROM storage.dimension ORDER BY ordinality`,
    rowMode: 'array',
  });
  return rows.map(([id, ordinality, fieldname, defaultVal, validFrom, validUntil]) => ({
    id,
    ordinality,
    fieldname,
    defaultVal,
    validFrom,
    validUntil,
  }));
}

async function readIndexes(client: Client): Promise<RecordedIndex[]> {
  const { rows } = await client.query<[number, string, string, string, string, string]>({
    text: `SELECT id, indexname, access_method, tablespc, valid_from, valid_until
             FROM storage.index ORDER BY indexname COLLATE "C"`,
    rowMode: 'array',
  });
  return rows.map(([id, indexname, accessMethod, tablespc, validFrom, validUntil]) => ({
    id,
    indexname,
    accessMethod,
    tablespc,
    validFrom,
    validUntil,
  }));
}

async function readIndexFields(client: Client): Promise<RecordedIndexField[]> {
  const { rows } = await client.query<[number, number, number, string, string, string]>({
    text: `SELECT id, index_id, ordinality, expression, valid_from, valid_until
             FROM storage.index_field ORDER BY index_id, ordinality`,
    rowMode: 'array',
  });
  return rows.map(([id, indexId, ordinality, expression, validFrom, validUntil]) => ({
    id,
    indexId,
    ordinality,
    expression,
    validFrom,
    validUntil,
  }));
}

async function readConfig(client: Client): Promise<RecordedConfigEntry[]> {
  const { rows } = await client.query<[number, string, string]>({
    text: 'SELECT id, key, value FROM storage.config ORDER BY key COLLATE "C"',
    rowMode: 'array',
  });
  return rows.map(([id, key, value]) => ({ id, key, value }));
}

async function readServermap(client: Client): Promise<RecordedServermap | undefined> {
  const { rows } = await client.query<[number, string]>({
    text: 'SELECT id, server_map FROM storage.servermap ORDER BY id DESC LIMIT 1',
    rowMode: 'array',
  });
  assert(rows.length <= 1, 'LIMIT 1');
  return rows.map(([id, serverMap]) => ({ id, serverMap }))[0];
}
