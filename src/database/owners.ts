/**
 * Whose code a superuser would run. The owners of the tables and functions may attach triggers,
 * rules and defaults to them, which run as the role that writes, and put views in their place,
 * whose functions run as the role that reads. SET ROLE and SET SESSION AUTHORIZATION are no
 * protection: such code takes them back with RESET. So a superuser neither writes nor reads there
 * (D62, D69).
 */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { closeConnection, openConnection } from '../postgres/connection.js';
import type { ConnectionSettings } from '../postgres/connection-settings.js';
import { toLenkwerkError } from '../postgres/errors.js';

/** Names whose objects, or whose event trigger, a superuser's session would run code of. */
export interface ForeignOwners {
  /**
   * Owners of schemas, tables, functions, what triggers call and tables that refer to ours, and are
   * no superusers, those of schemas first; none for sessions that cannot become superuser.
   */
  readonly objects: readonly string[];
  /** Event triggers that run functions of such owners: at every CREATE and ALTER. */
  readonly eventTriggers: readonly string[];
}

const FOREIGN = `
  WITH others AS (SELECT oid, rolname::text AS name FROM pg_catalog.pg_roles WHERE NOT rolsuper),
       ours AS (SELECT oid, nspowner FROM pg_catalog.pg_namespace
                 WHERE nspname IN ('storage', 'lenkwerk')),
       relations AS (SELECT c.oid, c.relowner FROM pg_catalog.pg_class AS c
                       JOIN ours ON ours.oid = c.relnamespace),
       called AS (SELECT d.refclassid AS class, d.refobjid AS oid
                    FROM pg_catalog.pg_trigger AS t JOIN relations ON relations.oid = t.tgrelid
                    JOIN pg_catalog.pg_depend AS d
                      ON d.classid = 'pg_catalog.pg_trigger'::regclass AND d.objid = t.oid),
       owned (owner) AS (
         SELECT nspowner FROM ours
          UNION SELECT relowner FROM relations
          UNION SELECT p.proowner FROM pg_catalog.pg_proc AS p
                  JOIN ours ON ours.oid = p.pronamespace
          UNION SELECT p.proowner FROM pg_catalog.pg_proc AS p JOIN called ON called.oid = p.oid
                 WHERE called.class = 'pg_catalog.pg_proc'::regclass
          UNION SELECT o.oprowner FROM pg_catalog.pg_operator AS o JOIN called ON called.oid = o.oid
                 WHERE called.class = 'pg_catalog.pg_operator'::regclass
          UNION SELECT c.relowner FROM pg_catalog.pg_class AS c
                  JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid
                  JOIN relations ON relations.oid = k.confrelid)
  SELECT pg_catalog.array_to_json(ARRAY(
           SELECT name FROM others JOIN owned ON owned.owner = others.oid
            ORDER BY others.oid IN (SELECT nspowner FROM ours) DESC, name))::text,
         pg_catalog.array_to_json(ARRAY(
           SELECT evtname::text FROM pg_catalog.pg_event_trigger AS e
             JOIN pg_catalog.pg_proc AS p ON p.oid = e.evtfoid
             JOIN others ON others.oid = p.proowner
            WHERE evtenabled <> 'D' ORDER BY evtname))::text
   WHERE EXISTS (SELECT FROM pg_catalog.pg_roles
                  WHERE rolsuper AND pg_catalog.pg_has_role(session_user, oid, 'MEMBER'))`;

/** Reads catalogs only. Throws the database's errors. */
export async function readForeignOwners(client: Client): Promise<ForeignOwners> {
  const { rows } = await client.query<[string, string]>({ text: FOREIGN, rowMode: 'array' });
  const [objects = '[]', eventTriggers = '[]'] = rows[0] ?? [];
  return { objects: JSON.parse(objects), eventTriggers: JSON.parse(eventTriggers) };
}

/**
 * A session that reads the Lenkwerk tables or calls their functions; `init` has rules of its own.
 * Throws as `openConnection`, and `refused` where it is a superuser's and would run code of others.
 */
export async function openTrusted(settings: ConnectionSettings, purpose: string): Promise<Client> {
  const client = await openConnection(settings, purpose);
  try {
    requireTrustedObjects(await readForeignOwners(client));
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
export async function requireTrustedOwners(client: Client): Promise<void> {
  const foreign = await readForeignOwners(client);
  requireTrustedEventTriggers(foreign);
  requireTrustedObjects(foreign);
}

function requireTrustedObjects(foreign: ForeignOwners): void {
  const [owner] = foreign.objects;
  if (owner === undefined) return;
  throw new LenkwerkError('refused', ownedByOthers(foreign), {
    hint: `connect as ${owner}, or as a member of a role that \`lenkwerk init --roles\` makes`,
  });
}

/** Throws `refused` for an event trigger whose function is not a superuser's. */
export function requireTrustedEventTriggers({ eventTriggers }: ForeignOwners): void {
  const [name] = eventTriggers;
  if (name === undefined) return;
  const what = `the event trigger ${name} would run the function of another role as superuser`;
  throw new LenkwerkError('refused', `${what}: nothing was changed`, {
    hint: `give the function another owner, or ALTER EVENT TRIGGER "${name}" DISABLE meanwhile`,
  });
}

/** That a superuser would run the code of these owners, and does not. */
export function ownedByOthers({ objects }: ForeignOwners): string {
  const owners = objects.join(', ');
  return `what ${owners} may attach to the tables would run as superuser: nothing was read or changed`;
}
