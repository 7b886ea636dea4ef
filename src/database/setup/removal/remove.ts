/**
 * Takes away what `init` created, and leaves the tables of schema `storage` with their rows, and
 * what was there before.
 */
import { type Client, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../../../model/errors.js';
import { requireOwnEventTriggers } from '../../../postgres/others/foreign-owners.js';
import { lockForInit } from '../../locks.js';
import { readOthers } from '../../owners.js';
import { readCreated, restoreReplicaIdentity } from '../former.js';
import { readClusterId } from '../init.js';
import { difference, type Inventory, takeInventory } from '../inventory.js';
import { OWN_FUNCTION_OIDS, OWN_TABLE_OIDS } from '../ours.js';
import { becomeOwner } from '../roles.js';
import { areTablesPlain } from '../schema-files.js';
import { inSetupTransaction, type SetupOptions } from '../setup-transaction.js';
import { readAgentSlots, requireNoActiveAgent, requireReplication } from '../slots.js';
import { dropRoles, takeBackRights } from './remove-roles.js';

export interface RemovalReport {
  /** undefined: nothing of ours was there. */
  readonly clusterId: string | undefined;
  /** Facts such as `table lenkwerk.apply_log` and `slot lw_agent`, sorted, that hold no longer. */
  readonly removed: readonly string[];
  /** The facts of the inventory that still hold. */
  readonly kept: readonly string[];
  /** What is not as before `init`, or not ours and in its place, each with the reason. */
  readonly staying: readonly string[];
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
    const kept = [...(await takeInventory(client))].sort();
    return { clusterId: undefined, removed: [], kept, staying: await readOthersInSchema(client) };
  }
  await becomeOwner(client);
  await lockForInit(client);
  await client.query('LOCK TABLE ONLY lenkwerk.agent_slot IN ACCESS EXCLUSIVE MODE');
  await requireNoActiveAgent(client, 'end all agents first');
  await client.query('RESET ROLE');
  const before = await takeInventory(client, true);
  const clusterId = await readClusterId(client);
  const slots = await readAgentSlots(client);
  const ours = slots.filter((slot) => slot.published).map(({ name }) => name);
  if (ours.length > 0) await requireReplication(client);
  const staying = [...slots.filter((slot) => !slot.published).map(unpublished)];
  staying.push(...(await undo(client, await readCreated(client), before)));
  const after = await takeInventory(client, true);
  // The end of the transaction does not bring them back, so they come last.
  if (!check) for (const name of ours) await dropSlot(client, name);
  const removed = [...difference(before, after), ...ours.map((name) => `slot ${name}`)];
  return { clusterId, removed: removed.sort(), kept: [...after].sort(), staying };
}

function unpublished({ name }: { readonly name: string }): string {
  return `slot ${name}: no agent has published this database over it`;
}

/** Everything but the slots; returns lines on what is not as it was. */
async function undo(
  client: Client,
  created: ReadonlySet<string>,
  before: Inventory,
): Promise<readonly string[]> {
  const withRoles = hasRights(before);
  const lines: string[] = [];
  if (withRoles) lines.push(...(await takeBackRights(client, created)));
  else await becomeOwner(client);
  const facts = [...before].filter((fact) => created.has(fact)).sort();
  for (const statement of statementsOf(facts)) await client.query(statement);
  for (const fact of facts) {
    const table = /^replica identity full of storage\.(\w+)$/.exec(fact)?.[1];
    if (table !== undefined) lines.push(...(await restoreReplicaIdentity(client, table, created)));
  }
  await client.query(DROP_OBJECTS);
  const others = await readOthersInSchema(client);
  const isOurs = created.has('schema lenkwerk');
  if (others.length === 0 && isOurs) await client.query('DROP SCHEMA lenkwerk');
  if (!isOurs) lines.push('schema lenkwerk: not known to be of `init`');
  lines.push(...others);
  await client.query('RESET ROLE');
  if (withRoles) lines.push(...(await dropRoles(client)));
  return lines;
}

/** Throws `refused` where something else stands in the place of our tables. */
async function isSetUp(client: Client): Promise<boolean> {
  if (await areTablesPlain(client, TABLES_READ)) return true;
  const { rowCount } = await client.query(
    `SELECT FROM pg_catalog.unnest(${OWN_TABLE_OIDS}) AS t (oid) WHERE oid IS NOT NULL`,
  );
  if (rowCount === 0) return false;
  throw new LenkwerkError('refused', 'schema lenkwerk is not as this version sets it up', {
    hint: 'run `lenkwerk init` first',
  });
}

/** Of a schema from which ours are gone. */
async function readOthersInSchema(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<[string]>({
    text: `SELECT pg_catalog.pg_describe_object(classid, objid, objsubid)
                  || ': it is not of lenkwerk, and schema lenkwerk stays with it'
             FROM pg_catalog.pg_depend
            WHERE refclassid = 'pg_catalog.pg_namespace'::regclass AND deptype = 'n'
              AND refobjid = pg_catalog.to_regnamespace('lenkwerk')
            ORDER BY 1`,
    rowMode: 'array',
  });
  return rows.flat();
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
    /^table storage\.(\w+) in publication bagger_lw_storage$/,
    (name) => `ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.${escapeIdentifier(name)}`,
  ],
];

/**
 * Of the created facts that still hold. The facts come from the catalogs: the rows of the table
 * are only compared with them.
 */
function statementsOf(facts: readonly string[]): readonly string[] {
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
                   WHERE relkind = 'r' AND oid = ANY (${OWN_TABLE_OIDS})
                   UNION ALL
                  SELECT 'FUNCTION', oid::regprocedure::text FROM pg_catalog.pg_proc
                   WHERE oid = ANY (${OWN_FUNCTION_OIDS})) AS o (kind, name)
           GROUP BY kind ORDER BY kind DESC
      LOOP
          EXECUTE statement;
      END LOOP;
  END
  $$`;

async function dropSlot(client: Client, name: string): Promise<void> {
  await client.query('SELECT pg_catalog.pg_drop_replication_slot($1)', [name]);
}
