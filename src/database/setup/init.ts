/** Sets a database up, or adopts the one of an existing Bagger without changing its rows. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type Client, escapeIdentifier } from 'pg';
import { assert, LenkwerkError } from '../../model/errors.js';
import { withPatience } from '../../postgres/answers.js';
import { type Ending, endedBy, interruptedBefore } from '../../postgres/cancel.js';
import { closeConnection, openConnection, withDatabase } from '../../postgres/connection.js';
import type { ConnectionSettings } from '../../postgres/connection-settings.js';
import { codeOf, isConnectionLoss, rollBack, toLenkwerkError } from '../../postgres/errors.js';
import { requirePrimary } from '../../postgres/server.js';
import { LOCK_KEY, lockConflict } from '../locks.js';
import {
  type ForeignOwners,
  ownedByOthers,
  readForeignOwners,
  requireTrustedEventTriggers,
  requireTrustedOwners,
} from '../owners.js';
import { requireFittingTables } from './fitting-tables.js';
import { type Inventory, takeInventory } from './inventory.js';
import { becomeOwner, setUpRoles } from './roles.js';

const SCHEMA_FOLDER = new URL('../../../schema/', import.meta.url);
const SCHEMA_FILE = /^\d{3}-.*\.sql$/;
const MAINTENANCE_DATABASE = 'postgres';
const DEFAULT_LOCK_TIMEOUT_MS = 10_000;
/** CREATE OR REPLACE TRIGGER. */
const OLDEST_SERVER_VERSION = 140_000;

interface InitialiseOptions {
  /** Do everything, then roll back: the report lists what would be created. */
  readonly check?: boolean;
  readonly lockTimeoutMs?: number;
  /** Create the group roles as well, and grant them their rights. Needs a superuser. */
  readonly roles?: boolean;
  /** What ends it before its COMMIT. */
  readonly ending?: Ending | undefined;
}

export interface InitialiseReport {
  readonly clusterId: string;
  /**
   * Facts such as `table storage.config`, sorted: created by this run (or to be created, if a
   * check).
   */
  readonly done: readonly string[];
  /** The facts that held before. */
  readonly present: readonly string[];
  /** Schema files that had not run here in this form. */
  readonly files: readonly string[];
}

/**
 * Runs schema/NNN-*.sql in order in one transaction and records each; a second run does nothing.
 * Throws `database-error` when existing tables do not fit, `lock-not-obtained`, `refused` where a
 * superuser would run code of others, `interrupted`, and `database-unavailable` on a standby. When it throws, nothing was changed, unless the code is
 * `inconclusive`: the COMMIT was not answered.
 */
export async function initialise(
  client: Client,
  options: InitialiseOptions = {},
): Promise<InitialiseReport> {
  await requirePrimary(client);
  const timeoutMs = options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS;
  const { ending } = options;
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    await client.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [`${timeoutMs}`]);
    await client.query("SET LOCAL client_min_messages = 'warning'");
    const pid = await readPid(client);
    // Statements of the files wait for locks as well.
    const work = () => withPatience(client, timeoutMs, () => prepare(client, options));
    const report = await (ending === undefined
      ? work()
      : endedBy(client, { ...ending, pid }, work));
    if (options.check === true) await client.query('ROLLBACK');
    else await commit(client);
    return report;
  } catch (error) {
    const failure = await rollBack(client, error);
    if (ending?.signal.aborted === true) throw interruptedBefore(ending.signal);
    throw codeOf(error) === '55P03' ? await lockConflict(client, error) : failure;
  }
}

/** Everything of `initialise` within its transaction. */
async function prepare(client: Client, options: InitialiseOptions): Promise<InitialiseReport> {
  const { roles = false } = options;
  await client.query('SELECT pg_catalog.pg_advisory_xact_lock($1)', [LOCK_KEY]);
  await requireSupportedVersion(client);
  await requireFittingTables(client);
  const before = await takeInventory(client, roles);
  const files = await runFiles(client, roles);
  if (roles) {
    await client.query('RESET ROLE');
    await setUpRoles(client);
  }
  const after = await takeInventory(client, roles);
  const clusterId = await readClusterId(client);
  return { clusterId, done: difference(after, before), present: [...before].sort(), files };
}

async function readPid(client: Client): Promise<number> {
  const query = { text: 'SELECT pg_catalog.pg_backend_pid()', rowMode: 'array' } as const;
  return (await client.query<[number]>(query)).rows[0]?.[0] ?? 0;
}

async function commit(client: Client): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (cause) {
    if (!isConnectionLoss(cause)) throw cause;
    const { message } = toLenkwerkError(cause);
    throw new LenkwerkError('inconclusive', `whether it was committed is not known: ${message}`, {
      cause,
      hint: '`lenkwerk init --check` shows it; a COMMIT waits for synchronous_standby_names as well',
    });
  }
}

/** Creates the database named in the settings; false when it exists already. */
export async function createDatabaseIfMissing(settings: ConnectionSettings): Promise<boolean> {
  const client = await openConnection(withDatabase(settings, MAINTENANCE_DATABASE), 'init');
  try {
    await client.query(`CREATE DATABASE ${escapeIdentifier(settings.database)}`);
    return true;
  } catch (error) {
    // 23505: another client is creating it at this moment.
    if (codeOf(error) === '42P04' || codeOf(error) === '23505') return false;
    throw toLenkwerkError(error);
  } finally {
    await closeConnection(client);
  }
}

/** The schemas are created first, so that from then on nobody else can be their owner. */
const CREATE_SCHEMAS = 'CREATE SCHEMA IF NOT EXISTS storage; CREATE SCHEMA IF NOT EXISTS lenkwerk';

/** Runs the schema files, and returns those that had not run here in this form. */
async function runFiles(client: Client, roles: boolean): Promise<readonly string[]> {
  const foreign = await readForeignOwners(client);
  requireTrustedEventTriggers(foreign);
  if (foreign.objects.length > 0) return await leaveFilesToOwner(client, foreign, roles);
  await becomeOwner(client);
  await client.query(CREATE_SCHEMAS);
  await requireTrustedOwners(client);
  const files = await readSchemaFiles();
  for (const { text } of files) await client.query(text);
  const added: string[] = [];
  for (const { name, digest } of files) {
    if (await recordFile(client, name, digest)) added.push(name);
  }
  return added;
}

/**
 * A superuser does not write where others own the tables; roles and rights change catalogs only.
 * Throws `refused` unless just these are asked for, and the files have run.
 */
async function leaveFilesToOwner(
  client: Client,
  foreign: ForeignOwners,
  roles: boolean,
): Promise<readonly string[]> {
  const ran = (await areTablesPlain(client)) && (await missingSchemaFiles(client)).length === 0;
  if (ran && roles) return [];
  const then = roles ? ', then this again' : '';
  throw new LenkwerkError('refused', ownedByOthers(foreign), {
    hint: `run \`lenkwerk init\` as ${foreign.objects[0]} or a member of it${then}`,
  });
}

/** Whether the tables that are read then are tables, of which reading runs nothing; they stay so. */
async function areTablesPlain(client: Client): Promise<boolean> {
  if (!(await lookAtTables(client))) return false;
  await client.query(
    'LOCK TABLE ONLY lenkwerk.cluster, ONLY lenkwerk.schema_migration IN ACCESS SHARE MODE',
  );
  return await lookAtTables(client);
}

async function lookAtTables(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_catalog.pg_class
      WHERE oid IN (pg_catalog.to_regclass('lenkwerk.cluster'),
                    pg_catalog.to_regclass('lenkwerk.schema_migration'))
        AND relkind = 'r' AND NOT relhasrules`,
  );
  return rowCount === 2;
}

async function requireSupportedVersion(client: Client): Promise<void> {
  const { rows } = await client.query<[number]>({
    text: "SELECT pg_catalog.current_setting('server_version_num')::int",
    rowMode: 'array',
  });
  if ((rows[0]?.[0] ?? 0) < OLDEST_SERVER_VERSION) {
    throw new LenkwerkError('database-error', 'PostgreSQL 14 or newer is needed');
  }
}

async function readSchemaFiles() {
  const names = (await readdir(SCHEMA_FOLDER)).filter((name) => SCHEMA_FILE.test(name)).sort();
  assert(names.length > 0, 'the schema files are part of the package');
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, SCHEMA_FOLDER), 'utf8');
      return { name, text, digest: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * The schema files of this version that did not run here in this form. Throws
 * `database-not-initialised` where none of them ever ran.
 */
export async function missingSchemaFiles(client: Client): Promise<readonly string[]> {
  try {
    const { rows } = await client.query<[string, string]>({
      text: 'SELECT file, digest FROM ONLY lenkwerk.schema_migration',
      rowMode: 'array',
    });
    const known = new Set(rows.map(([file, digest]) => `${file} ${digest}`));
    const files = await readSchemaFiles();
    return files
      .filter(({ name, digest }) => !known.has(`${name} ${digest}`))
      .map(({ name }) => name);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

async function recordFile(client: Client, name: string, digest: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO lenkwerk.schema_migration (file, digest) VALUES ($1, $2)
     ON CONFLICT DO NOTHING`,
    [name, digest],
  );
  return rowCount === 1;
}

async function readClusterId(client: Client): Promise<string> {
  const { rows } = await client.query<[string]>({
    text: 'SELECT uuid FROM ONLY lenkwerk.cluster',
    rowMode: 'array',
  });
  const id = rows[0]?.[0];
  assert(id !== undefined, 'the schema files insert the row');
  return id;
}

function difference(after: Inventory, before: Inventory): string[] {
  return [...after].filter((fact) => !before.has(fact)).sort();
}
