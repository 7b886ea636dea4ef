/**
 * Whose code a superuser would run. The owners of tables and functions may attach triggers, rules
 * and defaults to them, which run as the role that writes, and put views in their place, whose
 * functions run as the role that reads. SET ROLE and SET SESSION AUTHORIZATION are no protection:
 * such code takes them back with RESET. So a superuser neither writes nor reads there (D62, D69,
 * D71).
 */
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { type ErrorCode, LenkwerkError } from '../../model/errors.js';

/** What others own of what a superuser's session would use; nothing of it for other sessions. */
export interface ForeignOwners {
  /** Roles that are no superusers, those of schemas first. */
  readonly owners: readonly string[];
  /** The first of them where it owns a schema: then it is the owner of the installation. */
  readonly schemaOwner: string | undefined;
  /** One object of the first, as `function attack.fire()`. */
  readonly object: string;
  /**
   * Triggers whose conditions call functions, as `trigger a on table b`. A trigger has no owner:
   * each role that was granted TRIGGER may have created it, and its condition may call every
   * function of the server with the rights of the role that writes.
   */
  readonly conditions: readonly string[];
  /** Event triggers that run functions of such roles: at every CREATE and ALTER. */
  readonly eventTriggers: readonly string[];
}

const NOTHING: ForeignOwners = {
  ...{ owners: [], schemaOwner: undefined, object: '', conditions: [], eventTriggers: [] },
};

/**
 * A condition in SQL: the role, a name or number, could become superuser, or may read and write
 * files of the server or run its programs, which leads there.
 * https://www.postgresql.org/docs/current/predefined-roles.html
 */
function mayBecomeSuperuser(role: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_roles AS s
  WHERE (s.rolsuper OR s.rolname IN ('pg_execute_server_program', 'pg_write_server_files',
                                     'pg_read_server_files'))
    AND pg_catalog.pg_has_role(${role}, s.oid, 'MEMBER'))`;
}

/** The same of the user of the session. */
export const MAY_BE_SUPERUSER = mayBecomeSuperuser('session_user');

/** The same, asked. Throws the database's errors. */
export async function mayBeSuperuser(client: Client): Promise<boolean> {
  const query = { text: `SELECT ${MAY_BE_SUPERUSER}`, rowMode: 'array' } as const;
  return (await client.query<[boolean]>(query)).rows[0]?.[0] === true;
}

/** Classes of objects whose contents and owners are nothing that runs. */
const PASSED_OVER = `'pg_catalog.pg_namespace'::pg_catalog.regclass,
  'pg_catalog.pg_publication'::pg_catalog.regclass`;

/**
 * A query of one row and one column, the JSON of ForeignOwners, or of no row where the session's
 * user cannot become superuser. It follows the dependencies from the schemas: to what is in them,
 * to the parts of that (triggers, rules, defaults, policies, indexes, partitions), to tables that
 * refer to it or inherit from it, and from all of these to what they use (functions, operators,
 * types, tables behind views). Owners stand in pg_shdepend, unless they created the server.
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
export function foreignOwnersQuery(schemas: readonly string[]): string {
  const names = schemas.map((schema) => escapeLiteral(schema)).join(', ');
  return `
  WITH RECURSIVE ours AS (
    SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid AS class, oid
      FROM pg_catalog.pg_namespace WHERE nspname IN (${names})),
  reached AS (
    SELECT class, oid FROM ours
     UNION
    SELECT following.class, following.oid FROM reached AS r CROSS JOIN LATERAL (
      SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d
       WHERE d.refclassid = r.class AND d.refobjid = r.oid
         AND (d.deptype IN ('a', 'i')
           OR r.class = 'pg_catalog.pg_namespace'::pg_catalog.regclass
           OR r.class = 'pg_catalog.pg_class'::pg_catalog.regclass
              AND d.classid IN ('pg_catalog.pg_class'::pg_catalog.regclass,
                                'pg_catalog.pg_constraint'::pg_catalog.regclass))
       UNION ALL
      SELECT d.refclassid, d.refobjid FROM pg_catalog.pg_depend AS d
       WHERE d.classid = r.class AND d.objid = r.oid AND d.refclassid NOT IN (${PASSED_OVER})
    ) AS following (class, oid)),
  owned AS (
    SELECT o.rolname::text AS owner, r.class, r.oid, r IN (SELECT ours FROM ours) AS is_schema
      FROM reached AS r
      JOIN pg_catalog.pg_shdepend AS s ON s.classid = r.class AND s.objid = r.oid
       AND s.dbid = (SELECT oid FROM pg_catalog.pg_database
                      WHERE datname = pg_catalog.current_database())
       AND s.deptype = 'o' AND s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
      JOIN pg_catalog.pg_roles AS o ON o.oid = s.refobjid AND NOT o.rolsuper
       AND o.rolname <> session_user),
  owners AS (SELECT owner, bool_or(is_schema) AS of_schema FROM owned GROUP BY owner)
  SELECT pg_catalog.json_build_object(
    'owners', ARRAY(SELECT owner FROM owners ORDER BY of_schema DESC, owner),
    'schemaOwner', (SELECT owner FROM owners WHERE of_schema ORDER BY owner LIMIT 1),
    'object', (SELECT pg_catalog.pg_describe_object(class, oid, 0) FROM owned
                ORDER BY is_schema DESC, owner, class, oid LIMIT 1),
    'conditions', ARRAY(
      SELECT pg_catalog.pg_describe_object(r.class, r.oid, 0)
        FROM reached AS r JOIN pg_catalog.pg_trigger AS t ON t.oid = r.oid
       WHERE r.class = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND NOT t.tgisinternal
         AND t.tgqual::text LIKE '%{FUNCEXPR %' ORDER BY 1),
    'eventTriggers', ARRAY(
      SELECT e.evtname::text FROM pg_catalog.pg_event_trigger AS e
        JOIN pg_catalog.pg_proc AS p ON p.oid = e.evtfoid
        JOIN pg_catalog.pg_roles AS o ON o.oid = p.proowner AND NOT o.rolsuper
       WHERE e.evtenabled <> 'D' ORDER BY 1))::text AS others
   WHERE ${MAY_BE_SUPERUSER}`;
}

/** Takes the column of the query; null or undefined: it had no row. */
export function parseForeignOwners(column: string | null | undefined): ForeignOwners {
  if (column === null || column === undefined) return NOTHING;
  const { schemaOwner, object, ...lists } = JSON.parse(column);
  return {
    ...lists,
    schemaOwner: schemaOwner ?? undefined,
    object: object ?? '',
  };
}

/** Reads catalogs only. Throws the database's errors. */
export async function readForeignOwners(
  client: Client,
  schemas: readonly string[],
): Promise<ForeignOwners> {
  const text = foreignOwnersQuery(schemas);
  const { rows } = await client.query<[string]>({ text, rowMode: 'array' });
  return parseForeignOwners(rows[0]?.[0]);
}

/** What a login needs to work in place of a superuser. */
export interface LoginNeeds {
  /** What it is to do, as in `connect`. */
  readonly act: string;
  /** A role that it has to be a member of. */
  readonly group: string;
  readonly replication: boolean;
}

/** Logins that are members of the group, and would not be refused themselves. */
const LOGINS = `
  SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
   WHERE r.rolcanlogin AND (r.rolreplication OR NOT $2)
     AND pg_catalog.pg_has_role(r.oid, $1::text, 'MEMBER')
     AND NOT ${mayBecomeSuperuser('r.oid')}
   ORDER BY r.rolname = $1::text DESC, r.rolname LIMIT 1`;

/** Names a login that fits, or else has the statement that creates one. */
async function loginHint(client: Client, needs: LoginNeeds): Promise<string> {
  const { act, group, replication } = needs;
  const query = { text: LOGINS, values: [group, replication], rowMode: 'array' } as const;
  const { rows } = await client.query<[string]>(query);
  const [login] = rows.flat();
  if (login !== undefined) return `${act} as ${login}`;
  const attribute = replication ? ' REPLICATION' : '';
  const statement = `CREATE ROLE my_login LOGIN${attribute} IN ROLE ${escapeIdentifier(group)}`;
  // Without a password, which logs would hide with what follows it.
  return `create a login that pg_hba.conf admits, and ${act} as that: ${statement}`;
}

/** How to refuse, and who may do it instead. */
export interface Refusal {
  readonly code: ErrorCode;
  /** Gets the owner of the schemas. */
  readonly needs: (owner: string) => LoginNeeds;
}

/** Throws an error where the session is a superuser's and would run code of others. */
export async function requireOwnObjects(
  client: Client,
  foreign: ForeignOwners,
  refusal: Refusal,
): Promise<void> {
  if (foreign.owners.length > 0) throw await refusalOf(client, foreign, refusal);
  requireOwnConditions(foreign, refusal.code);
}

/** Throws an error of this code for a trigger whose condition may call what its author may not. */
function requireOwnConditions({ conditions }: ForeignOwners, code: ErrorCode): void {
  const [trigger] = conditions;
  if (trigger === undefined) return;
  const what = `functions in the condition of ${trigger} would run as superuser`;
  throw new LenkwerkError(code, `${what}: nothing was read or changed`, {
    hint: 'drop the trigger, or put the condition into the function that it executes',
  });
}

/** The error for a superuser who would run the code of others. */
export async function refusalOf(
  client: Client,
  foreign: ForeignOwners,
  { code, needs }: Refusal,
): Promise<LenkwerkError> {
  const { schemaOwner: owner } = foreign;
  const hint = owner === undefined ? giveAway(foreign) : await loginHint(client, needs(owner));
  return new LenkwerkError(code, ownedByOthers(foreign), { hint });
}

/** That a superuser would run the code of these owners, and does not. */
function ownedByOthers({ owners }: ForeignOwners): string {
  const names = owners.join(', ');
  return `what ${names} may attach to the tables would run as superuser: nothing was read or changed`;
}

/** For what others attached to tables that are a superuser's. */
function giveAway({ object, owners: [owner = ''] }: ForeignOwners): string {
  return `${object} belongs to ${owner}: give it to a superuser, or drop what the tables have to do with it`;
}

/** Throws an error of this code for an event trigger whose function is not a superuser's. */
export function requireOwnEventTriggers({ eventTriggers }: ForeignOwners, code: ErrorCode): void {
  const [name] = eventTriggers;
  if (name === undefined) return;
  const what = `the event trigger ${name} would run the function of another role as superuser`;
  throw new LenkwerkError(code, `${what}: nothing was changed`, {
    hint: `give the function another owner, or ALTER EVENT TRIGGER ${escapeIdentifier(name)} DISABLE meanwhile`,
  });
}
