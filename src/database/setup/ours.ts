/** What the schema files and `init --roles` concern: other objects of the schemas are not ours. */
import { DEFAULT_PUBLICATION } from '../../model/installation.js';
import { TABLES } from '../../model/resources.js';
import { ACTIVATE_SLOT, APPEND_APPLY, BARRIER, REQUEST_REPAIR } from './grants.js';

/** Of schema `lenkwerk`, all that the schema files create. */
const OWN_TABLES = [
  ...['cluster', 'schema_migration', 'apply_log', 'earlier_apply_log', 'created', 'agent_slot'],
].map((table) => `lenkwerk.${table}`);
const OWN_FUNCTIONS = [
  'lenkwerk.refuse_change()',
  ...[APPEND_APPLY, BARRIER, REQUEST_REPAIR, ACTIVATE_SLOT],
];

/** The tables of the kinds, and what they inherit from. */
const STORAGE_TABLES = [...TABLES, 'time_bound'].map((table) => `storage.${table}`);

/** An array of oids in SQL; what does not exist is null in it. */
export const OWN_TABLE_OIDS = oids('regclass', OWN_TABLES);
/** The same of the functions. */
export const OWN_FUNCTION_OIDS = oids('regprocedure', OWN_FUNCTIONS);
/** The same of the tables of schema `storage`. */
export const STORAGE_TABLE_OIDS = oids('regclass', STORAGE_TABLES);

function oids(type: 'regclass' | 'regprocedure', names: readonly string[]): string {
  return `ARRAY[${names.map((name) => `pg_catalog.to_${type}('${name}')::oid`).join(', ')}]`;
}

/** The functions of the server that `init --roles` takes from everyone; they differ by version. */
export const EMITTERS = `
  SELECT oid FROM pg_catalog.pg_proc WHERE proname = 'pg_logical_emit_message'
     AND pronamespace = 'pg_catalog'::regnamespace`;

/** What of schema `storage` has an owner, the publication, and the schema `lenkwerk`. */
export const LASTING_OBJECTS = `
  SELECT 'pg_catalog.pg_namespace'::regclass::oid, oid, nspowner
    FROM pg_catalog.pg_namespace WHERE nspname IN ('storage', 'lenkwerk')
   UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, oid, relowner
    FROM pg_catalog.pg_class WHERE relkind = 'r' AND oid = ANY (${STORAGE_TABLE_OIDS})
   UNION ALL
  SELECT 'pg_catalog.pg_publication'::regclass, oid, pubowner
    FROM pg_catalog.pg_publication WHERE pubname = '${DEFAULT_PUBLICATION}'`;

/** The same and what a removal drops, each with its owner: all that `init --roles` transfers. */
export const OWN_OBJECTS = `
  ${LASTING_OBJECTS}
   UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, oid, relowner
    FROM pg_catalog.pg_class WHERE relkind = 'r' AND oid = ANY (${OWN_TABLE_OIDS})
   UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, oid, proowner
    FROM pg_catalog.pg_proc WHERE oid = ANY (${OWN_FUNCTION_OIDS})`;
