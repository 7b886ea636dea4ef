/** Sets a database up, or adopts the one of an existing Bagger without changing its rows. */
import { type Client, escapeIdentifier } from 'pg';
import { assert, LenkwerkError } from '../../model/errors.js';
import { closeConnection } from '../../postgres/connect/attempt.js';
import { openConnection, settingsBeside, withDatabase } from '../../postgres/connection.js';
import type { ConnectionSettings } from '../../postgres/connection-settings.js';
import { codeOf, isPrivilegeMissing, toLenkwerkError } from '../../postgres/errors.js';
import { lockForInit } from '../locks.js';
import { requireFittingTables } from './fitting-tables.js';
import { rememberFormer, takeFormer } from './former.js';
import {
  createdOf,
  difference,
  rememberCreated,
  takeInventory,
  takeOwn,
  takeRoles,
} from './inventory.js';
import { refuseNode } from './node.js';
import { becomeOwner, setUpRoles } from './roles.js';
import { runSchemaFiles } from './schema-files.js';
import { createDatabaseHint } from './setup-rights.js';
import { inSetupTransaction, type SetupOptions } from './setup-transaction.js';
import { type OtherReader, readOtherReaders, requireNoActiveAgent } from './slots.js';

const MAINTENANCE_DATABASE = 'postgres';
/** CREATE OR REPLACE TRIGGER. */
const OLDEST_SERVER_VERSION = 140_000;

interface InitialiseOptions extends SetupOptions {
  /** Create the group roles as well, and grant them their rights. Needs a superuser. */
  readonly roles?: boolean;
  /**
   * Gives the database, which is a copy of another one, a uuid of its own, and forgets which agents
   * published the other: it is not taken for the other one that was moved.
   */
  readonly newIdentity?: boolean;
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
  /** Programs that read the changes of this database besides. */
  readonly otherReaders: readonly OtherReader[];
}

/**
 * Runs schema/NNN-*.sql in order in one transaction and records each; a second run does nothing.
 * Throws `database-error` when existing tables do not fit, `lock-not-obtained`, `refused` for a new
 * identity while an agent publishes the database and where a superuser would run code of others,
 * `interrupted`, and `database-unavailable` on a standby. When it throws, nothing was changed,
 * unless the code is `inconclusive`: the COMMIT was not answered.
 */
export async function initialise(
  client: Client,
  options: InitialiseOptions = {},
): Promise<InitialiseReport> {
  return await inSetupTransaction(client, options, () => prepare(client, options));
}

/** Everything of `initialise` within its transaction. */
async function prepare(client: Client, options: InitialiseOptions): Promise<InitialiseReport> {
  await refuseNode(client);
  await becomeOwner(client);
  await lockForInit(client);
  await client.query('RESET ROLE');
  await requireSupportedVersion(client);
  await requireFittingTables(client);
  const { roles = false, newIdentity = false } = options;
  const before = await takeInventory(client, roles);
  const former = await takeFormer(client);
  const files = await runSchemaFiles(client, { rolesOnly: roles && !newIdentity });
  if (newIdentity) await renewIdentity(client);
  const changed = await takeOwn(client, 'changed');
  await rememberCreated(client, createdOf(await takeOwn(client, 'created'), before));
  await rememberFormer(client, [...new Set([...former, ...(await takeFormer(client))])]);
  if (roles) {
    await client.query('RESET ROLE');
    await setUpRoles(client);
  }
  const after = roles ? new Set([...changed, ...(await takeRoles(client))]) : changed;
  const done = difference(after, before);
  return {
    clusterId: await readClusterId(client),
    done: newIdentity ? ['an identity of its own', ...done] : done,
    present: [...before].sort(),
    files,
    otherReaders: await readOtherReaders(client),
  };
}

interface FoundDatabase {
  /** False: it existed already. */
  readonly created: boolean;
  /** For sessions with it on this very server, of several. */
  readonly settings: ConnectionSettings;
}

/** Creates the database named in the settings where it is missing. Throws database failures. */
export async function createDatabaseIfMissing(
  settings: ConnectionSettings,
): Promise<FoundDatabase> {
  const { username, database } = settings;
  const client = await openConnection(withDatabase(settings, MAINTENANCE_DATABASE), 'init');
  const there = withDatabase(settingsBeside(client), database);
  try {
    await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
    return { created: true, settings: there };
  } catch (error) {
    // 23505: another client is creating it at this moment.
    if (codeOf(error) === '42P04' || codeOf(error) === '23505') {
      return { created: false, settings: there };
    }
    const failure = toLenkwerkError(error);
    if (!isPrivilegeMissing(failure)) throw failure;
    const message = `${username} may not create the database: ${failure.message}`;
    const hint = createDatabaseHint(username, database);
    throw new LenkwerkError(failure.code, message, { cause: error, hint });
  } finally {
    await closeConnection(client);
  }
}

/** Without activations, the next agent compares everything once, and deletes little by itself. */
async function renewIdentity(client: Client): Promise<void> {
  await requireNoActiveAgent(
    client,
    'is this the copy, or the original? end the agent of a copy first',
  );
  await client.query('UPDATE lenkwerk.cluster SET uuid = pg_catalog.gen_random_uuid()');
  await client.query('DELETE FROM lenkwerk.agent_slot');
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

/** Of `init` and its removal; the row exists. Throws the database's errors. */
export async function readClusterId(client: Client): Promise<string> {
  const { rows } = await client.query<[string]>({
    text: 'SELECT uuid FROM ONLY lenkwerk.cluster',
    rowMode: 'array',
  });
  const id = rows[0]?.[0];
  assert(id !== undefined, 'the schema files insert the row');
  return id;
}
