/** What a role lacks to set the database up. */
import { type Client, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { isPrivilegeMissing } from '../../postgres/errors.js';
import { OWNER } from './grants.js';

interface Setup {
  readonly user: string;
  /** As whom the tables are created: the user, or the owner that it becomes. */
  readonly creator: string;
  readonly database: string;
  /** Of schemas that are there: those of which the role is no member. */
  readonly owners: readonly { readonly name: string; readonly super: boolean }[];
}

const SETUP = `
  SELECT current_user::text, pg_catalog.current_database()::text,
         -- As whom the tables are created.
         (SELECT r.rolname::text FROM pg_catalog.pg_namespace AS n
            JOIN pg_catalog.pg_roles AS r ON r.oid = n.nspowner
           WHERE n.nspname = 'lenkwerk' AND r.rolname = '${OWNER}'),
         (SELECT coalesce(pg_catalog.json_agg(DISTINCT pg_catalog.jsonb_build_object(
                   'name', r.rolname, 'super', r.rolsuper)), '[]')::text
            FROM pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_roles AS r ON r.oid = n.nspowner
           WHERE n.nspname IN ('storage', 'lenkwerk')
             AND NOT pg_catalog.pg_has_role(n.nspowner, 'MEMBER'))`;

/**
 * A failure of `init` for lack of a privilege, with the role and what helps; any other error
 * unchanged. `roles`: with group roles. The session is in no transaction.
 */
export async function withMissingSetupRights(
  client: Client,
  error: unknown,
  roles: boolean,
): Promise<unknown> {
  if (!isPrivilegeMissing(error) || !(error instanceof LenkwerkError)) return error;
  try {
    const { rows } = await client.query<[string, string, string | null, string]>({
      text: SETUP,
      rowMode: 'array',
    });
    const [user = '', database = '', creator = null, owners = '[]'] = rows[0] ?? [];
    const hint = roles
      ? 'run `lenkwerk init --roles` as a superuser'
      : setupHint({ user, creator: creator ?? user, database, owners: JSON.parse(owners) });
    const message = `${user} may not set the database up: ${error.message}`;
    return new LenkwerkError(error.code, message, { cause: error.cause, hint });
  } catch {
    return error;
  }
}

function setupHint({ user, creator, database, owners }: Setup): string {
  const role = escapeIdentifier(user);
  if (owners.length === 0) {
    return `GRANT CREATE ON DATABASE ${escapeIdentifier(database)} TO ${escapeIdentifier(creator)}`;
  }
  const grants = owners.map((owner) =>
    owner.super ? `run it as ${owner.name}` : `GRANT ${escapeIdentifier(owner.name)} TO ${role}`,
  );
  return grants.join('; ');
}

/** For a role that may not create the database of this name. */
export function createDatabaseHint(user: string, database: string): string {
  const [role, name] = [escapeIdentifier(user), escapeIdentifier(database)];
  return `ALTER ROLE ${role} CREATEDB, or as a role that may: CREATE DATABASE ${name} OWNER ${role}`;
}
