/** Takes the group roles out of a database, and off the server where no other one uses them. */
import type { Client } from 'pg';
import { LenkwerkError } from '../../../model/errors.js';
import { FORMER_EXECUTE, FORMER_OWNER } from '../former.js';
import { GROUP_ROLES, OWNER } from '../grants.js';
import { EMITTERS, LASTING_OBJECTS, OWN_OBJECTS, STORAGE_TABLE_OIDS } from '../ours.js';

const ROLE_LIST = `('${GROUP_ROLES.join("', '")}')`;

/** Who gets what has no known former owner. */
const HEIR = `
  SELECT CASE WHEN datdba::regrole::text = '${OWNER}' THEN session_user::text
              ELSE pg_catalog.pg_get_userbyid(datdba)::text END
    FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`;

/**
 * Of what is not dropped. $1: the facts of `lenkwerk.created`, compared with the roles that
 * exist.
 */
const OWNED = `
  SELECT pg_catalog.format('ALTER %s %s OWNER TO %I', i.type, i.identity,
                           coalesce(former.name, heir.name)),
         CASE WHEN former.name IS NULL
              THEN pg_catalog.format('%s %s: it is now of %s, since no former owner is known',
                                     i.type, i.identity, heir.name) END
    FROM (${LASTING_OBJECTS}) AS o (class, object, owner)
   CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.class, o.object, 0) AS i
   CROSS JOIN (${HEIR}) AS heir (name)
    LEFT JOIN LATERAL (SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
                        WHERE ${FORMER_OWNER} || r.rolname = ANY ($1::text[])
                        ORDER BY 1 LIMIT 1) AS former (name) ON true
   WHERE o.owner = '${OWNER}'::regrole
   ORDER BY 1`;

/**
 * Of rights only those on objects of ours, which `pg_shdepend` has (a), with the sequences.
 * https://www.postgresql.org/docs/current/catalog-pg-shdepend.html
 */
const GRANTED = `
  SELECT pg_catalog.format('REVOKE ALL ON %s %s FROM %I', i.type, i.identity, r.rolname)
    FROM pg_catalog.pg_shdepend AS s
    JOIN pg_catalog.pg_roles AS r ON r.oid = s.refobjid AND r.rolname IN ${ROLE_LIST}
   CROSS JOIN LATERAL pg_catalog.pg_identify_object(s.classid, s.objid, 0) AS i
   WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database
                    WHERE datname = pg_catalog.current_database())
     AND s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.objsubid = 0 AND s.deptype = 'a'
     AND (s.classid, s.objid) IN (
           SELECT class, object FROM (${OWN_OBJECTS}) AS o (class, object, owner)
            UNION ALL
           SELECT 'pg_catalog.pg_proc'::regclass, oid FROM (${EMITTERS}) AS e
            UNION ALL
           SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass
              AND d.refclassid = 'pg_catalog.pg_class'::regclass
              AND d.refobjid = ANY (${STORAGE_TABLE_OIDS}) AND d.deptype IN ('a', 'i'))
   UNION ALL
  SELECT pg_catalog.format('REVOKE ALL ON DATABASE %I FROM %I',
                           pg_catalog.current_database(), rolname)
    FROM pg_catalog.pg_roles WHERE rolname IN ${ROLE_LIST}`;

/** $1: as above. A right that everyone lacked before the roles is not given. */
const EXECUTED = `
  SELECT CASE WHEN ${FORMER_EXECUTE} || 'true' = ANY ($1::text[])
              THEN pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', oid::regprocedure)
         END,
         CASE WHEN ${FORMER_EXECUTE} || 'true' <> ALL ($1::text[])
               AND ${FORMER_EXECUTE} || 'false' <> ALL ($1::text[])
              THEN pg_catalog.format('function %s: not everyone may execute it; whether everyone '
                                     'might before \`init --roles\` is not known', oid::regprocedure)
         END
    FROM (${EMITTERS}) AS e
   WHERE NOT pg_catalog.has_function_privilege('public', oid, 'EXECUTE')`;

/** A role that something still needs stays. */
const DROP_ROLES = `
  DO $$
  DECLARE
      name text;
  BEGIN
      FOREACH name IN ARRAY ARRAY['${GROUP_ROLES.join("', '")}'] LOOP
          BEGIN
              EXECUTE pg_catalog.format('DROP ROLE IF EXISTS %I', name);
          EXCEPTION WHEN dependent_objects_still_exist THEN
              NULL;
          END;
      END LOOP;
  END
  $$`;

/** Names of objects can be read in the database alone that holds them. */
const NEEDED = `
  SELECT DISTINCT pg_catalog.format('role %s: %s', r.rolname,
           CASE WHEN s.dbid = d.oid OR s.dbid = 0 AND s.classid <> 'pg_catalog.pg_database'::regclass
                THEN pg_catalog.pg_describe_object(s.classid, s.objid, s.objsubid)
                     || CASE s.deptype WHEN 'o' THEN ' belongs to it'
                                       ELSE ' is not of lenkwerk, and needs it' END
                ELSE 'database ' || other.datname || ' uses it' END)
    FROM pg_catalog.pg_shdepend AS s
    JOIN pg_catalog.pg_roles AS r ON r.oid = s.refobjid AND r.rolname IN ${ROLE_LIST}
    JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
    LEFT JOIN pg_catalog.pg_database AS other
      ON other.oid = CASE s.dbid WHEN 0 THEN s.objid ELSE s.dbid END
   WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass
   ORDER BY 1`;

/**
 * Takes back what `setUpRoles` gave, in the caller's transaction, by the facts of
 * `lenkwerk.created`; returns lines on what is not as it was. Throws `refused` unless the session
 * is a superuser's, and the database's errors.
 */
export async function takeBackRights(
  client: Client,
  created: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { rowCount } = await client.query(
    'SELECT FROM pg_catalog.pg_roles WHERE rolname = session_user AND rolsuper',
  );
  if (rowCount === 0) {
    throw new LenkwerkError('refused', 'the roles of `init --roles` have rights in this database', {
      hint: 'run it as superuser, as `init --roles` was',
    });
  }
  const steps = [
    { text: OWNED, values: [[...created]] },
    { text: GRANTED, values: [] },
    { text: EXECUTED, values: [[...created]] },
  ];
  const lines: string[] = [];
  for (const step of steps) {
    type Row = [string | null, (string | null)?];
    const { rows } = await client.query<Row>({ ...step, rowMode: 'array' });
    for (const [statement, line] of rows) {
      if (statement !== null) await client.query(statement);
      if (line) lines.push(line);
    }
  }
  return lines;
}

/** After everything of ours is gone; returns why roles stay. Throws the database's errors. */
export async function dropRoles(client: Client): Promise<readonly string[]> {
  await client.query(DROP_ROLES);
  const { rows } = await client.query<[string]>({ text: NEEDED, rowMode: 'array' });
  return rows.flat();
}
