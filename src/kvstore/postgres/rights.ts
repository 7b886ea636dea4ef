/** What the login of a PostgreSQL store may not do, and the statements that let it. */
import { type Client, escapeIdentifier } from 'pg';
import { StoreForbidden } from '../../model/errors.js';
import {
  grantStatements,
  HELD_RIGHTS,
  heldRights,
  nameRights,
  type Right,
  rightsValues,
} from '../../postgres/rights.js';
import { SCHEMA, TABLE_NAMES, VERSION } from './tables.js';

/** The last three concern what nodes acknowledge: `gathering` is to list it, and to remove it. */
export type Use = 'reading' | 'writing' | 'preparing' | 'acknowledging' | 'gathering';

const table = (name: string, privilege: Right['privilege']): Right => {
  return { privilege, kind: 'TABLE', object: `${SCHEMA}.${name}` };
};
const execute = (name: string): Right => {
  return { privilege: 'EXECUTE', kind: 'FUNCTION', object: `${SCHEMA}.${name}` };
};

const USAGE: Right = { privilege: 'USAGE', kind: 'SCHEMA', object: SCHEMA };
const CREATE_TABLES: Right = { privilege: 'CREATE', kind: 'SCHEMA', object: SCHEMA };
const READING = [USAGE, ...TABLE_NAMES.map((name) => table(name, 'SELECT'))];
/** Of what `commit_changes` does, which has the rights of who calls it. */
const WRITING = [
  ...['current', 'revision', 'log'].flatMap((name) => [
    table(name, 'INSERT'),
    table(name, 'DELETE'),
  ]),
  table('current', 'UPDATE'),
  table('position', 'UPDATE'),
  execute('commit_changes(bytea, bigint, bytea, bytea[], bytea[])'),
];

const ACKNOWLEDGING = [USAGE, execute('acknowledge(bytea, bytea)')];
const GATHERING = [
  USAGE,
  table('acknowledgement', 'SELECT'),
  table('acknowledgement', 'DELETE'),
  execute('forget_acknowledgement(bytea)'),
];

/** The owner of tables that have to be brought to this version, where the role is no member. */
const OWNER = `
  SELECT r.rolname::text FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
   WHERE c.oid = pg_catalog.to_regclass('${SCHEMA}.position')
     AND NOT pg_catalog.pg_has_role(c.relowner, 'MEMBER')`;
const HELD = `SELECT current_user::text, ${HELD_RIGHTS}`;

interface Missing {
  readonly user: string;
  /** In words. */
  readonly lacks: string;
  /** The statements that give it all of that. */
  readonly hint: string;
}

/**
 * What the role of the session lacks for this use of the store as it is there; undefined: nothing.
 * Throws the database's errors.
 */
export async function missingRights(client: Client, use: Use): Promise<Missing | undefined> {
  const database = escapeIdentifier(client.database ?? '');
  const create: Right = { privilege: 'CREATE', kind: 'DATABASE', object: database };
  const rights = [create, CREATE_TABLES, ...READING, ...WRITING, ...ACKNOWLEDGING, ...GATHERING];
  const query = { text: HELD, values: [...rightsValues(rights)], rowMode: 'array' } as const;
  const { rows } = await client.query<[string, string]>(query);
  const [user = '', column] = rows[0] ?? [];
  const held = heldRights(rights, column);
  const isThere = (right: Right) => typeof held.get(right) === 'boolean';
  const lacked = (wanted: readonly Right[]) => wanted.filter((right) => held.get(right) === false);
  const creating = isThere(USAGE) ? [USAGE, CREATE_TABLES] : [create];
  const writing = READING.every(isThere) ? [...READING, ...WRITING] : creating;
  const mayReadAll = READING.every((right) => held.get(right) === true);
  const owner = use === 'writing' && mayReadAll ? await missingOwner(client, user) : undefined;
  if (owner !== undefined) return owner;
  const nodes = { preparing: creating, acknowledging: ACKNOWLEDGING, gathering: GATHERING };
  const wanted = { reading: READING, writing, ...nodes };
  const missing = lacked(wanted[use]);
  if (missing.length === 0) return undefined;
  const further = use === 'reading' ? lacked(writing).filter((one) => !missing.includes(one)) : [];
  const statements = grantStatements(missing, user).join('; ');
  const more = grantStatements(further, user).join('; ');
  const hint = more === '' ? statements : `${statements}; to publish as well: ${more}`;
  return { user, lacks: nameRights(missing), hint };
}

/** Tables of a former version are altered by their owner alone. */
async function missingOwner(client: Client, user: string): Promise<Missing | undefined> {
  const { rows } = await client.query<[string]>({ text: OWNER, rowMode: 'array' });
  const [owner] = rows.flat();
  if (owner === undefined) return undefined;
  const text = `SELECT version FROM ${SCHEMA}.position`;
  const found = await client.query<[number]>({ text, rowMode: 'array' });
  if ((found.rows[0]?.[0] ?? VERSION) >= VERSION) return undefined;
  const lacks = `membership in ${owner}, which owns the tables of a former version`;
  const hint = `GRANT ${escapeIdentifier(owner)} TO ${escapeIdentifier(user)}`;
  return { user, lacks, hint };
}

/** The error for a role that lacks this. `what`: what was being done. */
export function forbidden(what: string, missing: Missing, cause?: unknown): StoreForbidden {
  const { user, lacks, hint } = missing;
  return new StoreForbidden(`${what}: ${user} may not do this: it lacks ${lacks}`, { hint, cause });
}
