/** Whether the tables of a PostgreSQL key-value store are there, and their creation (D71). */
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { codeOf, SQLSTATE } from '../../postgres/errors.js';
import {
  type ForeignOwners,
  foreignOwnersQuery,
  parseForeignOwners,
  type Refusal,
  requireOwnEventTriggers,
  requireOwnObjects,
} from '../../postgres/others/foreign-owners.js';
import { describeHolders, watchingLocks } from '../../postgres/others/lock-holders.js';
import {
  ACKNOWLEDGEMENTS,
  CREATE,
  REPORTS,
  SCHEMA,
  TABLE_NAMES,
  UPGRADE,
  VERSION,
} from './tables.js';

const REFUSAL: Refusal = {
  code: 'store-rejected',
  needs: (owner) => ({ act: 'connect', group: owner, replication: false }),
};

/** The tables, and what others own of them, in one picture: nothing is used that is not in it. */
const LOOK = `
  SELECT pg_catalog.to_regnamespace('${SCHEMA}') IS NOT NULL,
    ARRAY(SELECT c.relname::text FROM pg_catalog.pg_class AS c
           WHERE c.relnamespace = pg_catalog.to_regnamespace('${SCHEMA}')
             AND c.relname IN ('${[...TABLE_NAMES, REPORTS].join("', '")}'))::text,
    (SELECT others FROM (${foreignOwnersQuery([SCHEMA])}) AS foreign_owners)`;
const READ_VERSION = `SELECT version FROM ${SCHEMA}.position`;

interface Found {
  readonly schema: boolean;
  /** undefined: there are no tables. */
  readonly version: number | undefined;
  readonly foreign: ForeignOwners;
  readonly acknowledgements: boolean;
}

/** Throws `store-rejected` as `lookAtTables`. */
async function look(client: Client): Promise<Found> {
  const { rows } = await client.query<[boolean, string, string | null]>({
    ...{ text: LOOK, rowMode: 'array' },
  });
  const [schema = false, list = '{}', others] = rows[0] ?? [];
  const foreign = parseForeignOwners(others);
  await requireOwnObjects(client, foreign, REFUSAL);
  const names = list.slice(1, -1).split(',');
  const acknowledgements = names.includes(REPORTS);
  const missing = TABLE_NAMES.filter((name) => !names.includes(name));
  if (missing.includes('position'))
    return { schema, version: undefined, foreign, acknowledgements };
  const query = { text: READ_VERSION, rowMode: 'array' } as const;
  const [[version = 0] = []] = (await client.query<[number]>(query)).rows;
  if (version < 1 || version > VERSION) {
    const message = `the store was created by another version: ${version}, this one knows ${VERSION}`;
    throw new LenkwerkError('store-rejected', message);
  }
  if (missing.length > 0) {
    const message = `the store is incomplete: it lacks the table ${SCHEMA}.${missing.join(', ')}`;
    throw new LenkwerkError('store-rejected', message);
  }
  return { schema, version, foreign, acknowledgements };
}

/** `older`: they can be read. */
export type Tables = 'none' | 'older' | 'current';

/**
 * What is there; creates nothing. Throws `store-rejected` for what is no store of a known version
 * and where a superuser would run code of others, else the database's errors.
 */
export async function lookAtTables(client: Client): Promise<Tables> {
  const { version } = await look(client);
  if (version === undefined) return 'none';
  return version === VERSION ? 'current' : 'older';
}

/** How long another transaction that creates the same may take. */
const LOCK_TIMEOUT_MS = 3_000;
/** What two sessions that create the same schema, or the same table, get. */
const CREATED_MEANWHILE: ReadonlySet<string> = new Set(['23505', '42P06', '42P07', '42710']);

/**
 * Creates the tables where they are missing, and brings them to this version; needs the right to
 * create a schema, or tables in it. Locks nothing that any role may lock: of two that create the
 * same one waits for the other. Throws as `lookAtTables`, and `store-unavailable` that names the
 * session that was waited for.
 */
export async function createTables(client: Client): Promise<void> {
  await makeSure(client, ({ version }) => version === VERSION, create);
}

/**
 * The same, and the table and the function for acknowledgements. Needs the right to create tables
 * in the schema. Throws as `createTables`.
 */
export async function createAcknowledgements(client: Client): Promise<void> {
  await createTables(client);
  const make = async () => {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query(ACKNOWLEDGEMENTS);
    await client.query('COMMIT');
  };
  await makeSure(client, ({ acknowledgements }) => acknowledgements, make);
}

/** `make` runs where what was found is not all. */
async function makeSure(
  client: Client,
  isAll: (found: Found) => boolean,
  make: (client: Client, found: Found) => Promise<void>,
): Promise<void> {
  const found = await look(client);
  if (isAll(found)) return;
  requireOwnEventTriggers(found.foreign, 'store-rejected');
  const { answer, holders } = await watchingLocks(client, () => make(client, found));
  if (answer.status === 'fulfilled') return;
  await client.query('ROLLBACK').catch(() => {});
  const code = codeOf(answer.reason) ?? '';
  if (CREATED_MEANWHILE.has(code) && isAll(await look(client))) return;
  if (code !== SQLSTATE.lockNotAvailable) throw answer.reason;
  const { by, hint } = describeHolders(holders);
  const message = `the tables of the store are not created: what they need is locked ${by}`;
  const details = { cause: answer.reason, hint, retryable: true };
  throw new LenkwerkError('store-unavailable', message, details);
}

async function create(client: Client, { schema }: Found): Promise<void> {
  await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  // From then on no other role can become its owner.
  if (!schema) await client.query(`CREATE SCHEMA ${SCHEMA}`);
  const { version } = await look(client);
  if (version === undefined) {
    await client.query(CREATE);
  } else {
    await client.query(`LOCK TABLE ONLY ${SCHEMA}.position IN SHARE ROW EXCLUSIVE MODE`);
    await client.query(UPGRADE);
  }
  await client.query('COMMIT');
}
