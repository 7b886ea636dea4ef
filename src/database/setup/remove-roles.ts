/** Takes the group roles out of a database, and off the server where no other one uses them. */
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { GROUP_ROLES, OWNER } from './grants.js';

/**
 * What the roles own goes to the owner of the database. Only what belongs to this database is
 * touched, in which `pg_shdepend` has what a role owns (o) and was granted (a).
 * https://www.postgresql.org/docs/current/catalog-pg-shdepend.html
 */
const TAKE_BACK = `
  DO $$
  DECLARE
      heir text := (SELECT CASE WHEN datdba::regrole::text = '${OWNER}' THEN session_user::text
                                ELSE pg_catalog.pg_get_userbyid(datdba)::text END
                      FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database());
      thing record;
  BEGIN
      FOR thing IN
          SELECT s.deptype, r.rolname, i.type, i.identity
            FROM pg_catalog.pg_shdepend AS s
            JOIN pg_catalog.pg_roles AS r ON r.oid = s.refobjid
           CROSS JOIN LATERAL pg_catalog.pg_identify_object(s.classid, s.objid, 0) AS i
           WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database
                            WHERE datname = pg_catalog.current_database())
             AND s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.objsubid = 0
             AND s.deptype IN ('o', 'a') AND r.rolname IN ('${GROUP_ROLES.join("', '")}')
             AND i.type IN ('schema', 'table', 'sequence', 'function', 'publication')
             AND NOT (s.deptype = 'o' AND i.type = 'sequence')
      LOOP
          IF thing.deptype = 'o' THEN
              EXECUTE pg_catalog.format('ALTER %s %s OWNER TO %I',
                                        thing.type, thing.identity, heir);
          ELSE
              EXECUTE pg_catalog.format('REVOKE ALL ON %s %s FROM %I',
                                        thing.type, thing.identity, thing.rolname);
          END IF;
      END LOOP;
      EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM ${GROUP_ROLES.join(', ')}',
                                pg_catalog.current_database());
      FOR thing IN SELECT oid::regprocedure AS name FROM pg_catalog.pg_proc
                    WHERE proname = 'pg_logical_emit_message'
                      AND pronamespace = 'pg_catalog'::regnamespace
      LOOP
          EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', thing.name);
      END LOOP;
  END
  $$`;

/** A role that another database of the server still uses stays. */
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

/**
 * The opposite of `setUpRoles`, in the caller's transaction. Throws `refused` unless the session
 * is a superuser's, and the database's errors.
 */
export async function removeRoles(client: Client): Promise<void> {
  const { rowCount } = await client.query(
    'SELECT FROM pg_catalog.pg_roles WHERE rolname = session_user AND rolsuper',
  );
  if (rowCount === 0) {
    throw new LenkwerkError('refused', 'the roles of `init --roles` have rights in this database', {
      hint: 'run it as superuser, as `init --roles` was',
    });
  }
  for (const step of [TAKE_BACK, DROP_ROLES]) await client.query(step);
}
