/** What the role of a session may do with the Lenkwerk database, and what gives it the rest. */
import { type Client, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { isPrivilegeMissing, toLenkwerkError } from '../postgres/errors.js';
import {
  grantStatements,
  HELD_RIGHTS,
  type Held,
  heldRights,
  nameOfRight,
  nameRights,
  rightsValues,
} from '../postgres/rights.js';
import {
  AGENT,
  APPEND_APPLY,
  BARRIER,
  type Group,
  type GroupRight,
  MIGRATIONS,
  OWNER,
  REQUEST_REPAIR,
  RIGHTS,
} from './setup/grants.js';

interface Rights {
  /** The role that acts. */
  readonly user: string;
  /** Every table is there, and the role may read it. */
  readonly reads: boolean;
  readonly writes: boolean;
  readonly barrier: boolean;
  /** What an agent needs beside what is there: `REPLICATION`, `SELECT on storage.config`. */
  readonly agentLacks: readonly string[];
  /** The rights of a group that the role does not have on what is there. */
  readonly lacks: (group: Group) => readonly GroupRight[];
  /** The groups that were set up in this database, and whether the role has the rights of each. */
  readonly groups: ReadonlyMap<string, boolean>;
}

type Row = [user: string, replicates: boolean, groups: string, has: string];

/**
 * Replication is a right of who logs in, the others are of the role that acts.
 */
const HAS = `
  SELECT current_user::text,
         (SELECT rolreplication OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user),
         (SELECT coalesce(pg_catalog.json_object_agg(r.rolname,
                   pg_catalog.pg_has_role(r.oid, 'USAGE')), '{}')::text
            FROM pg_catalog.pg_roles AS r JOIN pg_catalog.pg_namespace AS n
              ON n.nspname = 'lenkwerk' AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
           WHERE r.rolname = ANY ($4)),
         ${HELD_RIGHTS}`;

/** Throws database failures as LenkwerkError. */
export async function readRights(client: Client): Promise<Rights> {
  try {
    const groupRoles = [...new Set(RIGHTS.flatMap(({ of }) => of)), OWNER];
    const values = [...rightsValues(RIGHTS), groupRoles];
    const { rows } = await client.query<Row>({ text: HAS, values, rowMode: 'array' });
    const [user, replicates, groups, has] = rows[0] ?? ['', false, '{}', '[]'];
    const known = new Map(Object.entries<boolean>(JSON.parse(groups)));
    return rightsOf(user, { replicates, groups: known, held: heldRights(RIGHTS, has) });
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

interface Found {
  readonly replicates: boolean;
  readonly groups: ReadonlyMap<string, boolean>;
  readonly held: Held<GroupRight>;
}

function rightsOf(user: string, { replicates, groups, held }: Found): Rights {
  const holds = (of: (right: GroupRight) => boolean) =>
    RIGHTS.filter(of).every((right) => held.get(right) === true);
  const lacks = (group: Group) =>
    RIGHTS.filter((right) => right.of.includes(group) && held.get(right) === false);
  const isOfTable = ({ object }: GroupRight) => object.startsWith('storage.');
  return {
    user,
    reads: holds((right) => isReading(right) && /^storage\b/.test(right.object)),
    writes: holds(
      (right) => right.object === APPEND_APPLY || (isOfTable(right) && !isReading(right)),
    ),
    barrier: holds(({ object }) => object === BARRIER),
    agentLacks: [
      ...(replicates ? [] : ['REPLICATION']),
      ...lacks(AGENT)
        .filter(({ object }) => object !== MIGRATIONS && object !== REQUEST_REPAIR)
        .map(nameOfRight),
    ],
    lacks,
    groups,
  };
}

function isReading({ privilege }: GroupRight): boolean {
  return privilege === 'SELECT' || privilege === 'USAGE';
}

/** What gives the role the rights of a group, or at least these: statements, or a command. */
export function grantHint(
  { user, groups }: Rights,
  group: Group,
  lacked: readonly GroupRight[] = [],
): string {
  const role = escapeIdentifier(user);
  const isMember = groups.get(group);
  if (isMember === false) return `GRANT ${group} TO ${role}`;
  const command = '`lenkwerk init --roles`';
  if (isMember === true) return `${command} grants ${group} what this version needs`;
  const creates = `${command} sets ${group} up, then GRANT ${group} TO ${role}`;
  const statements = grantStatements(lacked, user);
  return statements.length === 0 ? creates : `${statements.join('; ')}; or ${creates}`;
}

/** What gives a role the rights of an agent. */
export function agentRightsHint(rights: Rights): string {
  const { user, agentLacks } = rights;
  const attribute = agentLacks.includes('REPLICATION')
    ? [`ALTER ROLE ${escapeIdentifier(user)} REPLICATION`]
    : [];
  const isMember = agentLacks.every((what) => what === 'REPLICATION');
  const lacked = rights.lacks(AGENT);
  return [...attribute, ...(isMember ? [] : [grantHint(rights, AGENT, lacked)])].join('; ');
}

/** Throws `environment` when the role of the session could not become the active agent. */
export async function requireAgentRights(client: Client): Promise<void> {
  const rights = await readRights(client);
  if (rights.agentLacks.length === 0) return;
  const message = `${rights.user} cannot publish: it lacks ${rights.agentLacks.join(', ')}`;
  throw new LenkwerkError('environment', message, { hint: agentRightsHint(rights) });
}

/** Throws `database-error` when the role of the session lacks one of these rights of a group. */
export async function requireRights(
  client: Client,
  group: Group,
  objects: readonly string[],
): Promise<void> {
  const rights = await readRights(client);
  const lacked = rights.lacks(group).filter(({ object }) => objects.includes(object));
  if (lacked.length > 0) throw lacking(rights, group, { lacked, cause: undefined });
}

/**
 * A failure of the database for lack of a privilege, with the role, what it lacks of the group's
 * rights and what gives it those; any other error unchanged. The session is in no transaction.
 */
export async function withMissingRights(
  client: Client,
  error: unknown,
  group: Group,
): Promise<unknown> {
  const isOurs = error instanceof LenkwerkError && error.code === 'database-error';
  if (!isOurs || !isPrivilegeMissing(error)) return error;
  const rights = await readRights(client).catch(() => undefined);
  if (rights === undefined) return error;
  const lacked = rights.lacks(group);
  if (lacked.length > 0) return lacking(rights, group, { lacked, cause: error.cause });
  // A privilege on something else, such as what a trigger does, or row level security.
  const own = rights.groups.get(group) === true ? [] : [grantHint(rights, group)];
  const hint = [...own, ...(error.hint === undefined ? [] : [error.hint])].join('; ');
  const message = `${rights.user} may not do this: ${error.message}`;
  return new LenkwerkError('database-error', message, { cause: error.cause, hint });
}

function lacking(
  rights: Rights,
  group: Group,
  { lacked, cause }: { readonly lacked: readonly GroupRight[]; readonly cause: unknown },
): LenkwerkError {
  const isAgent = group === AGENT;
  const named = isAgent ? rights.agentLacks.join(', ') : nameRights(lacked);
  const hint = isAgent ? agentRightsHint(rights) : grantHint(rights, group, lacked);
  const message = `${rights.user} may not do this: it lacks ${named}`;
  return new LenkwerkError('database-error', message, { hint, cause });
}
