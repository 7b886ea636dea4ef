/** Group roles with the least privileges for each kind of work; users and services are members. */
import type { Client } from 'pg';
import { TABLES } from '../../model/resources.js';
import { grantStatements } from '../../postgres/rights.js';
import { APPLY, FOLLOWER, GROUP_ROLES, OWNER, READER, RIGHTS } from './grants.js';
import { EMITTERS, OWN_OBJECTS } from './ours.js';

/** REPLICATION is an attribute of the role that logs in: members do not inherit it. */
export const NEXT_STEPS = [
  `GRANT ${APPLY} TO "who applies" -- and likewise ${GROUP_ROLES.filter((role) => role !== APPLY).join(', ')}`,
  `ALTER ROLE "the agent's login" REPLICATION -- which members do not inherit`,
] as const;

/** The same for the database of a storage node. */
export const NODE_STEP = `GRANT ${FOLLOWER} TO "the follower's login"`;

/**
 * Creates those roles that are missing. Databases of one server share the roles, and may be set up
 * at the same time.
 */
export function createRoles(names: readonly string[]): string {
  return `
  DO $$
  DECLARE
      name text;
  BEGIN
      FOREACH name IN ARRAY ARRAY['${names.join("', '")}'] LOOP
          IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
              BEGIN
                  EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', name);
              EXCEPTION WHEN duplicate_object OR unique_violation THEN
                  NULL;
              END;
          END IF;
      END LOOP;
  END
  $$`;
}

/**
 * What others have in the schemas stays theirs. Former owners keep their rights as members;
 * superusers need no membership.
 */
const TRANSFER = `
  DO $$
  DECLARE
      object record;
  BEGIN
      FOR object IN
          SELECT i.type || ' ' || i.identity AS name, o.owner
            FROM (${OWN_OBJECTS}) AS o (class, object, owner)
           CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.class, o.object, 0) AS i
      LOOP
          CONTINUE WHEN object.owner = '${OWNER}'::regrole;
          IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE oid = object.owner) THEN
              EXECUTE pg_catalog.format('GRANT ${OWNER} TO %s', object.owner::regrole);
          END IF;
          EXECUTE pg_catalog.format('ALTER %s OWNER TO ${OWNER}', object.name);
      END LOOP;
  END
  $$`;

/** Grants a privilege on the session's database, whatever its name is. */
export function grantOnDatabase(privilege: string, roles: readonly string[]): string {
  return `
  DO $$
  BEGIN
      EXECUTE pg_catalog.format('GRANT ${privilege} ON DATABASE %I TO ${roles.join(', ')}',
                                pg_catalog.current_database());
  END
  $$`;
}

/** CREATE for new schemas and the publication; TEMPORARY to try indexes on an empty table. */
const GRANTS_ON_DATABASE = [
  grantOnDatabase('CONNECT', GROUP_ROLES),
  grantOnDatabase('CREATE', [OWNER]),
  grantOnDatabase('TEMPORARY', [OWNER, APPLY, READER]),
];

/**
 * A message of any size goes into the stream of every agent: only the functions of the owner emit
 * them. The functions of the server differ by version.
 */
const REVOKE_MESSAGES = `
  DO $$
  DECLARE
      emitter record;
  BEGIN
      FOR emitter IN SELECT oid::regprocedure AS name FROM (${EMITTERS}) AS e
      LOOP
          EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', emitter.name);
          EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO ${OWNER}', emitter.name);
      END LOOP;
  END
  $$`;

const GRANT_ON_SEQUENCES = `
  DO $$
  DECLARE
      sequence text;
  BEGIN
      FOR sequence IN
          SELECT DISTINCT pg_catalog.pg_get_serial_sequence(
                   pg_catalog.format('storage.%I', a.relname), a.attname)
            FROM (SELECT c.relname, t.attname
                    FROM pg_catalog.pg_class AS c
                    JOIN pg_catalog.pg_attribute AS t ON t.attrelid = c.oid AND t.attnum > 0
                                                     AND NOT t.attisdropped
                   WHERE c.relnamespace = 'storage'::regnamespace AND c.relkind = 'r'
                     AND c.relname = ANY (ARRAY['${TABLES.join("', '")}'])) AS a
      LOOP
          CONTINUE WHEN sequence IS NULL;
          EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO ${APPLY}', sequence);
      END LOOP;
  END
  $$`;

/** One list for each group. */
const GRANTS = GROUP_ROLES.flatMap((group) =>
  grantStatements(
    RIGHTS.filter(({ of }) => of.includes(group)),
    group,
  ),
);

/**
 * Within the caller's transaction, after the tables were created: creates the missing roles, gives
 * the owner role the ownership of all objects, and grants the others their rights. May be repeated.
 * Throws the database's errors, for instance a missing privilege: it needs a superuser.
 */
export async function setUpRoles(client: Client): Promise<void> {
  const steps = [
    ...[createRoles(GROUP_ROLES), TRANSFER, ...GRANTS_ON_DATABASE],
    ...[...GRANTS, GRANT_ON_SEQUENCES, REVOKE_MESSAGES],
  ];
  for (const step of steps) await client.query(step);
}

/**
 * Acts as the owner role until the end of the transaction, so that new objects belong to it as
 * well. Does nothing where that role does not own the schema.
 */
export async function becomeOwner(client: Client): Promise<void> {
  const { rows } = await client.query<[boolean]>({
    text: `SELECT pg_catalog.pg_has_role(nspowner, 'MEMBER') FROM pg_catalog.pg_namespace
            WHERE nspname = 'lenkwerk'
              AND nspowner = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = '${OWNER}')`,
    rowMode: 'array',
  });
  if (rows[0]?.[0] === true) await client.query(`SET LOCAL ROLE ${OWNER}`);
}

/** Facts for the inventory: roles, what they own, what they were granted here. */
export const ROLE_FACTS = `
  SELECT 'role ' || rolname FROM pg_catalog.pg_roles WHERE rolname IN ('${GROUP_ROLES.join("', '")}')
   UNION ALL
  SELECT object || ' belongs to ${OWNER}'
    FROM (SELECT 'schema ' || nspname, nspowner FROM pg_catalog.pg_namespace
           UNION ALL
          SELECT 'table ' || relnamespace::regnamespace || '.' || relname, relowner
            FROM pg_catalog.pg_class WHERE relkind = 'r'
           UNION ALL
          SELECT 'function ' || oid::regprocedure, proowner FROM pg_catalog.pg_proc
           UNION ALL
          SELECT 'publication ' || pubname, pubowner FROM pg_catalog.pg_publication
         ) AS owned (object, owner)
   WHERE owner = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = '${OWNER}')
   UNION ALL
  SELECT 'only ${OWNER} may execute ' || oid::regprocedure FROM pg_catalog.pg_proc
   WHERE proname = 'pg_logical_emit_message'
     AND NOT pg_catalog.has_function_privilege('public', oid, 'EXECUTE')
   UNION ALL
  SELECT r.rolname || ' may ' || pg_catalog.string_agg(DISTINCT a.privilege_type, ', ') || ' on ' || g.object
    FROM (SELECT 'schema ' || nspname, nspacl FROM pg_catalog.pg_namespace
           UNION ALL
          SELECT CASE relkind WHEN 'S' THEN 'sequence ' ELSE 'table ' END
                 || relnamespace::regnamespace || '.' || relname, relacl FROM pg_catalog.pg_class
           UNION ALL
          SELECT 'function ' || oid::regprocedure, proacl FROM pg_catalog.pg_proc
           UNION ALL
          SELECT 'database ' || datname, datacl FROM pg_catalog.pg_database
           WHERE datname = pg_catalog.current_database()
         ) AS g (object, acl),
         pg_catalog.aclexplode(g.acl) AS a
    JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
   WHERE r.rolname IN ('${GROUP_ROLES.filter((role) => role !== OWNER).join("', '")}')
   GROUP BY r.rolname, g.object`;
