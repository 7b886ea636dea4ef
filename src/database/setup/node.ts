/** Sets the database of a storage node up, or adopts the tables that it has. */
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { DEFAULT_PUBLICATION } from '../../model/installation.js';
import { grantStatements } from '../../postgres/rights.js';
import { requireTrustedUnderLock } from '../owners.js';
import { requireFittingTables } from './fitting-tables.js';
import { FOLLOWER, FOLLOWER_RIGHTS } from './grants.js';
import { difference, takeInventory } from './inventory.js';
import { createRoles, grantOnDatabase } from './roles.js';
import { readNodeFiles, readSchemaFile } from './schema-files.js';
import { inSetupTransaction, type SetupOptions } from './setup-transaction.js';

/** Only one `init --node` at a time: what it looks for is then what it creates. */
const ADVISORY_KEY = 7_308_895_159_474_352;

export interface NodeReport {
  /** Facts such as `table storage.config`, sorted: created by this run, or to be created. */
  readonly done: readonly string[];
  readonly present: readonly string[];
  /** There is a `storage.inbound_from_kvstore` that is not ours. */
  readonly hasOtherInbound: boolean;
}

interface NodeOptions extends SetupOptions {
  /** Create the group role of followers as well, and grant it its rights. */
  readonly roles: boolean;
}

/**
 * Creates what is missing of the six tables, their functions, and the row of the follower, in one
 * transaction. Throws `refused` for a Lenkwerk database, `database-error` where tables do not fit,
 * and as `initialise`.
 */
export async function initialiseNode(client: Client, options: NodeOptions): Promise<NodeReport> {
  return await inSetupTransaction(client, options, async () => {
    await client.query('SELECT pg_catalog.pg_advisory_xact_lock($1)', [ADVISORY_KEY]);
    await refuseLenkwerk(client);
    await requireFittingTables(client);
    await requireTrustedUnderLock(client, 'setup', ['lenkwerk.follower']);
    const before = await takeInventory(client);
    for (const text of await readNodeFiles()) await client.query(text);
    const after = await takeInventory(client);
    if (options.roles) await setUpFollowerRole(client);
    const done = difference(after, before);
    const role = options.roles ? [`role ${FOLLOWER} with its rights`] : [];
    const hasOtherInbound = await hasForeignInbound(client);
    return { done: [...role, ...done], present: [...before].sort(), hasOtherInbound };
  });
}

async function setUpFollowerRole(client: Client): Promise<void> {
  await client.query(createRoles([FOLLOWER]));
  await client.query(grantOnDatabase('CONNECT', [FOLLOWER]));
  for (const grant of grantStatements(FOLLOWER_RIGHTS, FOLLOWER)) await client.query(grant);
}

const IS_LENKWERK = `
  SELECT EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = '${DEFAULT_PUBLICATION}')
      OR pg_catalog.to_regclass('lenkwerk.apply_log') IS NOT NULL`;

async function refuseLenkwerk(client: Client): Promise<void> {
  if (!(await isTrue(client, IS_LENKWERK))) return;
  const message = 'this is a Lenkwerk database, from which agents publish: nothing was changed';
  throw new LenkwerkError('refused', message, {
    hint: 'give the database of the storage node to --db',
  });
}

/** By the catalogs, which a login without any right may read. */
const IS_NODE = `SELECT EXISTS (
  SELECT FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = 'lenkwerk' AND c.relname = 'follower')`;

/** Whether `init --node` has set this database up. Reads catalogs only. */
export function isNode(client: Client): Promise<boolean> {
  return isTrue(client, IS_NODE);
}

/** Throws `refused` where `init --node` has set this database up. */
export async function refuseNode(client: Client): Promise<void> {
  if (!(await isNode(client))) return;
  const message = 'this is the database of a storage node: nothing was changed';
  throw new LenkwerkError('refused', message, {
    hint: 'give the Lenkwerk database to --db; if it is to become one: DROP TABLE lenkwerk.follower',
  });
}

const INBOUND = 'storage.inbound_from_kvstore(regclass, json)';
const INBOUND_BODY = /FUNCTION \w+\.inbound_from_kvstore\(.*?AS \$\$(.*?)\$\$/s;

/** What is said of that function. */
export const FOREIGN_INBOUND =
  'storage.inbound_from_kvstore is not that of this version; the one of Bagger fails when a record comes a second time';
/** What replaces it. */
export const INBOUND_REMEDY = `lenkwerk follow does not use it; for programs that do: DROP FUNCTION ${INBOUND}, then \`lenkwerk init --node\` creates one that works`;

/** Whether the function is there, and another one than ours. Reads catalogs only. */
export async function hasForeignInbound(client: Client): Promise<boolean> {
  const [, body = ''] = INBOUND_BODY.exec(await readSchemaFile('002-functions.sql')) ?? [];
  return await isTrue(
    client,
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_proc
      WHERE oid = pg_catalog.to_regprocedure('${INBOUND}') AND prosrc <> $1)`,
    [body],
  );
}

async function isTrue(client: Client, text: string, values: string[] = []): Promise<boolean> {
  const { rows } = await client.query<[boolean]>({ text, values, rowMode: 'array' });
  return rows[0]?.[0] === true;
}
