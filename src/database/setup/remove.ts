/**
 * Takes away what `init` created, and leaves the tables of schema `storage` with their rows, and
 * what was there before.
 */
import { type Client, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { requireOwnEventTriggers } from '../../postgres/others/foreign-owners.js';
import { lockForInit } from '../locks.js';
import { readOthers } from '../owners.js';
import { inSetupTransaction, readClusterId, type SetupOptions } from './init.js';
import { difference, type Inventory, takeInventory } from './inventory.js';
import { removeRoles } from './remove-roles.js';
import { becomeOwner } from './roles.js';
import { areTablesPlain } from './schema-files.js';
import { readAgentSlots, requireNoActiveAgent } from './slots.js';

export interface RemovalReport {
  /** undefined: nothing of ours was there. */
  readonly clusterId: string | undefined;
  /** Facts such as `table lenkwerk.apply_log` and `slot lw_agent`, sorted, that hold no longer. */
  readonly removed: readonly string[];
  /** The facts of the inventory that still hold. */
  readonly kept: readonly string[];
}

/** What is read here. */
const TABLES_READ = ['cluster', 'schema_migration', 'created', 'agent_slot'].map(
  (table) => `lenkwerk.${table}`,
);

/**
 * Removes everything in one transaction, and the slots with its end. Objects of others that need
 * ours end it with `database-error`, which names them. Throws `refused` while an agent publishes
 * the database, where group roles have rights and this is no superuser, and where a superuser would
 * run code of others; besides as `initialise`. When it throws, nothing was changed, but slots may
 * be gone: the next agent would compare everything.
 */
export async function removeInstallation(
  client: Client,
  options: SetupOptions = {},
): Promise<RemovalReport> {
  return await inSetupTransaction(client, options, () => remove(client, options.check === true));
}

async function remove(client: Client, check: boolean): Promise<RemovalReport> {
  requireOwnEventTriggers(await readOthers(client), 'refused');
  if (!(await isSetUp(client))) {
    return { clusterId: undefined, removed: [], kept: [...(await takeInventory(client))].sort() };
  }
  await becomeOwner(client);
  await lockForInit(client);
  await client.query('LOCK TABLE ONLY lenkwerk.agent_slot IN ACCESS EXCLUSIVE MODE');
  await requireNoActiveAgent(client, 'end all agents first');
  await client.query('RESET ROLE');
  const before = await takeInventory(client, true);
  const clusterId = await readClusterId(client);
  const slots = await readAgentSlots(client);
  const created = await readCreated(client);
  if (hasRights(before)) await removeRoles(client);
  else await becomeOwner(client);
  for (const statement of statementsOf(created, before)) await client.query(statement);
  await dropSchema(client);
  await client.query('RESET ROLE');
  const after = await takeInventory(client, true);
  // The end of the transaction does not bring them back, so they come last.
  if (!check) for (const { name } of slots) await dropSlot(client, name);
  const removed = [...difference(before, after), ...slots.map(({ name }) => `slot ${name}`)];
  return { clusterId, removed: removed.sort(), kept: [...after].sort() };
}

/** Throws `refused` where something else stands in the place of our tables. */
async function isSetUp(client: Client): Promise<boolean> {
  if (await areTablesPlain(client, TABLES_READ)) return true;
  const { rowCount } = await client.query(
    "SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'lenkwerk'",
  );
  if (rowCount === 0) return false;
  throw new LenkwerkError('refused', 'schema lenkwerk is not as this version sets it up', {
    hint: 'run `lenkwerk init` first',
  });
}

async function readCreated(client: Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<[string]>({
    text: 'SELECT fact FROM ONLY lenkwerk.created',
    rowMode: 'array',
  });
  return new Set(rows.flat());
}

/** Whether `init --roles` has run in this database. */
function hasRights(facts: Inventory): boolean {
  return [...facts].some((fact) => /^lenkwerk_\w+ may | belongs to lenkwerk_owner$/.test(fact));
}

/** What undoes one fact; a table keeps its rows, and the schema `storage` its tables. */
const UNDOING: readonly [RegExp, (name: string) => string][] = [
  [/^function storage\.(\w+\(.*\))$/, (name) => `DROP FUNCTION storage.${name}`],
  [/^publication (\w+)$/, (name) => `DROP PUBLICATION ${escapeIdentifier(name)}`],
  [
    /^replica identity full of storage\.(\w+)$/,
    (name) => `ALTER TABLE storage.${escapeIdentifier(name)} REPLICA IDENTITY DEFAULT`,
  ],
  [
    /^table storage\.(\w+) in publication bagger_lw_storage$/,
    (name) => `ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.${escapeIdentifier(name)}`,
  ],
];

/**
 * Of the created facts that still hold. The facts come from the catalogs: the rows of the table
 * are only compared with them.
 */
function statementsOf(created: ReadonlySet<string>, holding: Inventory): readonly string[] {
  const facts = [...holding].filter((fact) => created.has(fact)).sort();
  const publicationIsOurs = facts.some((fact) => fact.startsWith('publication '));
  return facts
    .filter((fact) => !(publicationIsOurs && fact.includes(' in publication ')))
    .flatMap((fact) =>
      UNDOING.flatMap(([pattern, statement]) => {
        const name = pattern.exec(fact)?.[1];
        return name === undefined ? [] : [statement(name)];
      }),
    );
}

/** Without CASCADE: what others made of our objects is not ours to drop. */
const DROP_OBJECTS = `
  DO $$
  DECLARE
      statement text;
  BEGIN
      FOR statement IN
          SELECT pg_catalog.format('DROP %s %s', kind, pg_catalog.string_agg(name, ', '))
            FROM (SELECT 'TABLE', oid::regclass::text FROM pg_catalog.pg_class
                   WHERE relnamespace = 'lenkwerk'::regnamespace AND relkind = 'r'
                   UNION ALL
                  SELECT 'FUNCTION', oid::regprocedure::text FROM pg_catalog.pg_proc
                   WHERE pronamespace = 'lenkwerk'::regnamespace AND prokind = 'f') AS o (kind, name)
           GROUP BY kind ORDER BY kind DESC
      LOOP
          EXECUTE statement;
      END LOOP;
      DROP SCHEMA lenkwerk;
  END
  $$`;

async function dropSchema(client: Client): Promise<void> {
  await client.query(DROP_OBJECTS);
}

async function dropSlot(client: Client, name: string): Promise<void> {
  await client.query('SELECT pg_catalog.pg_drop_replication_slot($1)', [name]);
}
