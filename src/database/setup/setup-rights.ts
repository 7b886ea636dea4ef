/** What a role lacks to set the database up. */
import { type Client, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { DEFAULT_PUBLICATION } from '../../model/installation.js';
import { isPrivilegeMissing } from '../../postgres/errors.js';
import { OWNER } from './grants.js';

interface Setup {
  readonly user: string;
  /** As whom the tables are created: the user, or the owner that it becomes. */
  readonly creator: string;
  readonly database: string;
  /** Something is missing that only a role with CREATE on the database creates. */
  readonly lacksCreate: boolean;
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
             AND NOT pg_catalog.pg_has_role(n.nspowner, 'MEMBER')),
         (SELECT count(*) < 2 FROM pg_catalog.pg_namespace
           WHERE nspname IN ('storage', 'lenkwerk'))
         OR NOT EXISTS (SELECT FROM pg_catalog.pg_publication
                         WHERE pubname = '${DEFAULT_PUBLICATION}')`;

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
    const { rows } = await client.query<[string, string, string | null, string, boolean]>({
      text: SETUP,
      rowMode: 'array',
    });
    const [user = '', database = '', creator = null, owners = '[]', lacksCreate = true] =
      rows[0] ?? [];
    const setup = { user, creator: creator ?? user, database, lacksCreate };
    const hint = roles
      ? 'run `lenkwerk init --roles` as a superuser'
      : setupHint({ ...setup, owners: JSON.parse(owners) });
    const message = `${user} may not set the database up: ${error.message}`;
    return new LenkwerkError(error.code, message, { cause: error.cause, hint });
  } catch {
    return error;
  }
}

function setupHint({ user, creator, database, lacksCreate, owners }: Setup): string {
  const to = escapeIdentifier(creator);
  const create = `GRANT CREATE ON DATABASE ${escapeIdentifier(database)} TO ${to}`;
  if (owners.length === 0) return create;
  const superuser = owners.find((owner) => owner.super);
  if (superuser !== undefined) return `run it as ${superuser.name}`;
  const role = escapeIdentifier(user);
  const grants = owners.map(({ name }) => `GRANT ${escapeIdentifier(name)} TO ${role}`);
  return [...grants, ...(lacksCreate ? [create] : [])].join('; ');
}

/** For a role that may not create the database of this name. */
export function createDatabaseHint(user: string, database: string): string {
  const [role, name] = [escapeIdentifier(user), escapeIdentifier(database)];
  return `ALTER ROLE ${role} CREATEDB, or as a role that may: CREATE DATABASE ${name} OWNER ${role}`;
}
