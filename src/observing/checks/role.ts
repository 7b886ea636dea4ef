/** What the role of this session may do. Not everybody has to: these are warnings. */
import type { Client } from 'pg';
import { toLenkwerkError } from '../../postgres/errors.js';
import { type Finding, fail, ok, warn } from '../finding.js';

const ROLES = 'if it should: `lenkwerk init --roles`, then GRANT';

type Row = [user: string, reads: boolean, writes: boolean, replicates: boolean, barrier: boolean];

const MAY = `
  WITH tables AS (
    SELECT c.oid FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = 'storage' AND c.relname = ANY (ARRAY[
       'config', 'postgres_instance', 'servermap', 'dimension', 'index', 'index_field']))
  SELECT current_user::text,
         coalesce((SELECT bool_and(pg_catalog.has_table_privilege(oid, 'SELECT')) FROM tables), false)
           AND coalesce(pg_catalog.has_schema_privilege(
             (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'storage'), 'USAGE'), false),
         coalesce((SELECT bool_and(pg_catalog.has_table_privilege(oid, 'INSERT')
                               AND pg_catalog.has_table_privilege(oid, 'UPDATE')
                               AND pg_catalog.has_table_privilege(oid, 'DELETE')) FROM tables), false),
         (SELECT rolreplication OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
         coalesce((SELECT pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
                     FROM pg_catalog.pg_proc AS p
                     JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
                    WHERE n.nspname = 'lenkwerk' AND p.proname = 'barrier'), false)`;

export async function checkRole(client: Client): Promise<readonly Finding[]> {
  const [user, reads, writes, replicates, barrier] = await readRights(client);
  const replication = `ALTER ROLE "${user}" REPLICATION, if it is to run the agent`;
  return [
    reads
      ? ok('role.plan', `${user} may read the tables: plan, get, status`)
      : fail('role.plan', `${user} may not read the tables`, ROLES),
    writes
      ? ok('role.apply', `${user} may write the tables: apply`)
      : warn('role.apply', `${user} may not write the tables: no apply`, ROLES),
    replicates
      ? ok('role.agent', `${user} may read a replication slot: agent`)
      : warn('role.agent', `${user} may not use replication: no agent`, replication),
    barrier
      ? ok('role.verify', `${user} may emit barriers: verify`)
      : warn('role.verify', `${user} may not emit barriers: no verify`, ROLES),
  ];
}

async function readRights(client: Client): Promise<Row> {
  try {
    const { rows } = await client.query<Row>({ text: MAY, rowMode: 'array' });
    return rows[0] ?? ['', false, false, false, false];
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
