/** What the role of a session may do with the Lenkwerk tables. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { TABLES } from '../model/resources.js';
import { toLenkwerkError } from '../postgres/errors.js';

interface Rights {
  readonly user: string;
  /** False as well where there are no tables. */
  readonly reads: boolean;
  readonly writes: boolean;
  readonly barrier: boolean;
  /** What an agent needs beside what is there: `REPLICATION`, `SELECT on storage.config`. */
  readonly agentLacks: readonly string[];
}

type Row = [user: string, reads: boolean, writes: boolean, barrier: boolean, lacks: string];

/**
 * Replication is a right of who logs in, the others are of the role that acts. A table whose
 * columns are each readable can be read.
 */
const RIGHTS = `
  WITH tables AS (
    SELECT c.oid, c.relname,
           (SELECT bool_and(pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'))
              FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS reads,
           pg_catalog.has_table_privilege(c.oid, 'INSERT')
             AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')
             AND pg_catalog.has_table_privilege(c.oid, 'DELETE') AS writes
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = 'storage' AND c.relname = ANY ($1)),
  schemas AS (
    SELECT nspname, pg_catalog.has_schema_privilege(oid, 'USAGE') AS uses
      FROM pg_catalog.pg_namespace WHERE nspname IN ('storage', 'lenkwerk')),
  functions AS (
    SELECT p.proname, pg_catalog.has_function_privilege(p.oid, 'EXECUTE') AS executes
      FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
     WHERE n.nspname = 'lenkwerk'
       AND p.proname IN ('activate_slot', 'append_apply', 'barrier')),
  standing AS (
    SELECT c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT') AS reads
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = 'lenkwerk' AND c.relname IN ('agent_slot', 'cluster')),
  lacks (what) AS (
    SELECT 'REPLICATION' FROM pg_catalog.pg_roles
     WHERE rolname = session_user AND NOT rolreplication AND NOT rolsuper
     UNION ALL SELECT 'USAGE on schema ' || nspname FROM schemas WHERE NOT uses
     UNION ALL SELECT 'SELECT on storage.' || relname FROM tables WHERE NOT reads
     UNION ALL SELECT 'SELECT on lenkwerk.' || relname FROM standing WHERE NOT reads
     UNION ALL SELECT 'EXECUTE on lenkwerk.' || proname FROM functions
               WHERE NOT executes AND proname <> 'append_apply')
  SELECT current_user::text,
         coalesce((SELECT bool_and(reads) FROM tables), false)
           AND coalesce((SELECT uses FROM schemas WHERE nspname = 'storage'), false),
         coalesce((SELECT bool_and(writes) FROM tables), false)
           AND coalesce((SELECT executes FROM functions WHERE proname = 'append_apply'), false),
         coalesce((SELECT bool_and(executes) FROM functions WHERE proname = 'barrier'), false),
         (SELECT coalesce(pg_catalog.json_agg(what), '[]')::text FROM lacks)`;

/** Throws database failures as LenkwerkError. */
export async function readRights(client: Client): Promise<Rights> {
  try {
    const query = { text: RIGHTS, values: [TABLES], rowMode: 'array' } as const;
    const { rows } = await client.query<Row>(query);
    const [user, reads, writes, barrier, lacks] = rows[0] ?? ['', false, false, false, '[]'];
    const agentLacks: readonly string[] = JSON.parse(lacks);
    return { user, reads, writes, barrier, agentLacks };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** What gives a role the rights of an agent. */
export function agentRightsHint({ user, agentLacks }: Rights): string {
  const attribute = agentLacks.includes('REPLICATION') ? [`ALTER ROLE "${user}" REPLICATION`] : [];
  const isMember = agentLacks.every((what) => what === 'REPLICATION');
  const group = `GRANT lenkwerk_agent TO "${user}", which \`lenkwerk init --roles\` makes`;
  return [...attribute, ...(isMember ? [] : [group])].join('; ');
}

/** Throws `environment` when the role of the session could not become the active agent. */
export async function requireAgentRights(client: Client): Promise<void> {
  const rights = await readRights(client);
  if (rights.agentLacks.length === 0) return;
  const message = `${rights.user} cannot publish: it lacks ${rights.agentLacks.join(', ')}`;
  throw new LenkwerkError('environment', message, { hint: agentRightsHint(rights) });
}
