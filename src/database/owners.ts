/** Where a superuser does not go, of the Lenkwerk database (postgres/others/foreign-owners.ts). */
import type { Client } from 'pg';
import { closeConnection } from '../postgres/connect/attempt.js';
import { openConnection } from '../postgres/connection.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { toLenkwerkError } from '../postgres/errors.js';
import {
  type ForeignOwners,
  type LoginNeeds,
  mayBeSuperuser,
  readForeignOwners,
  requireOwnEventTriggers,
  requireOwnObjects,
} from '../postgres/others/foreign-owners.js';
import { AGENT, APPLY, FOLLOWER, type Group, OWNER, READER, VERIFY } from './setup/grants.js';

/** Catalogs only are read. Throws the database's errors. */
export function readOthers(client: Client): Promise<ForeignOwners> {
  return readForeignOwners(client, ['storage', 'lenkwerk']);
}

/** What a session is for, as far as it needs the rights of a group. */
export type Work = 'publishing' | 'verifying' | 'setup' | 'applying' | 'reading' | 'following';

/** The least group that may do it. */
export const GROUP_OF = {
  ...{ publishing: AGENT, verifying: VERIFY, setup: OWNER, applying: APPLY, reading: READER },
  following: FOLLOWER,
} as const satisfies Readonly<Record<Work, Group>>;

/** Where `init --roles` has run, one group for each work; else the owner itself. */
export function needsOf(work: Work): (owner: string) => LoginNeeds {
  return (owner) => ({
    act: work === 'setup' ? 'run `lenkwerk init`' : 'connect',
    group: owner === OWNER ? GROUP_OF[work] : owner,
    replication: work === 'publishing',
  });
}

/**
 * A session that reads the Lenkwerk tables or calls their functions; `init` has rules of its own.
 * Throws as `openConnection`, and `refused` where it is a superuser's and would run code of others.
 */
export async function openTrusted(
  settings: ConnectionSettings,
  purpose: string,
  work: Work,
): Promise<Client> {
  const client = await openConnection(settings, purpose);
  try {
    await requireTrustedObjects(client, await readOthers(client), work);
    return client;
  } catch (error) {
    await closeConnection(client);
    throw toLenkwerkError(error);
  }
}

/**
 * Throws `refused` where this session is a superuser's and would run code of others when it writes
 * or creates tables.
 */
export async function requireTrustedOwners(client: Client, work: Work): Promise<void> {
  const foreign = await readOthers(client);
  requireOwnEventTriggers(foreign, 'refused');
  await requireTrustedObjects(client, foreign, work);
}

const EXISTING = `SELECT pg_catalog.string_agg('ONLY ' || name, ', ')
  FROM pg_catalog.unnest($1::text[]) AS t (name) WHERE pg_catalog.to_regclass(name) IS NOT NULL`;

/**
 * The same within the caller's transaction, which writes to those of the tables that exist: until
 * its end no other session attaches anything to them. A look without the locks would not see what
 * a transaction attaches that the write then waits for.
 */
export async function requireTrustedUnderLock(
  client: Client,
  work: Work,
  tables: readonly string[],
): Promise<void> {
  if (!(await mayBeSuperuser(client))) return;
  const query = { text: EXISTING, values: [tables], rowMode: 'array' } as const;
  const [[existing] = []] = (await client.query<[string | null]>(query)).rows;
  if (typeof existing === 'string')
    await client.query(`LOCK TABLE ${existing} IN ROW EXCLUSIVE MODE`);
  await requireTrustedOwners(client, work);
}

async function requireTrustedObjects(client: Client, foreign: ForeignOwners, work: Work) {
  await requireOwnObjects(client, foreign, { code: 'refused', needs: needsOf(work) });
}
