/** The rights of each group role: `init --roles` grants them, and hints name what a role lacks. */
import { TABLES } from '../../model/resources.js';
import type { Right } from '../../postgres/rights.js';

/** Owns the tables and functions. */
export const OWNER = 'lenkwerk_owner';
/** Writes the tables. */
export const APPLY = 'lenkwerk_apply';
/** Reads the tables and the stream. */
export const AGENT = 'lenkwerk_agent';
/** Sets barriers and requests repairs. */
export const VERIFY = 'lenkwerk_verify';
/** Reads the tables and the log. */
export const READER = 'lenkwerk_reader';
/** The owner first. */
export const GROUP_ROLES = [OWNER, APPLY, AGENT, VERIFY, READER] as const;
/** In the database of a storage node: keeps its tables in step. */
export const FOLLOWER = 'lenkwerk_follower';
export type Group = (typeof GROUP_ROLES)[number] | typeof FOLLOWER;

/** A right on one of our objects, and the groups that have it; the owner has everything. */
export interface GroupRight extends Right {
  readonly of: readonly Group[];
}

const ALL = [APPLY, AGENT, VERIFY, READER] as const;
const STORAGE_TABLES = TABLES.map((table) => `storage.${table}`);
/** LOCK in the modes that an apply takes needs UPDATE or DELETE, on the servermap as well. */
const WRITING = ['INSERT', 'UPDATE', 'DELETE'] as const;

/** Asks the agents to repair keys. */
export const REQUEST_REPAIR = 'lenkwerk.request_repair(jsonb)';
/** Sets a barrier. */
export const BARRIER = 'lenkwerk.barrier(text)';
/** Adds to the log of applies. */
export const APPEND_APPLY =
  'lenkwerk.append_apply(uuid, text, text, json, json, text, boolean, text)';
/** What an agent writes when it becomes active. */
export const ACTIVATE_SLOT = 'lenkwerk.activate_slot(name, uuid, uuid, pg_lsn)';
/** The schema files that have run. */
export const MIGRATIONS = 'lenkwerk.schema_migration';

/** Every right of every group on an object. */
export const RIGHTS: readonly GroupRight[] = [
  usage('storage'),
  usage('lenkwerk'),
  ...STORAGE_TABLES.map((table) => select(table, ALL)),
  select('lenkwerk.cluster', ALL),
  select('lenkwerk.agent_slot', ALL),
  select(MIGRATIONS, ALL),
  select('lenkwerk.apply_log', [APPLY, VERIFY, READER]),
  ...STORAGE_TABLES.flatMap((object) =>
    WRITING.map((privilege) => ({ ...tableRight(privilege, object), of: [APPLY] }) as const),
  ),
  execute(APPEND_APPLY, [APPLY]),
  execute(BARRIER, [APPLY, AGENT, VERIFY]),
  execute(REQUEST_REPAIR, [AGENT, VERIFY]),
  execute(ACTIVATE_SLOT, [AGENT]),
];

/** The rights of FOLLOWER. */
export const FOLLOWER_RIGHTS: readonly Right[] = [
  usage('storage'),
  usage('lenkwerk'),
  ...STORAGE_TABLES.flatMap((object) =>
    (['SELECT', ...WRITING] as const).map((privilege) => tableRight(privilege, object)),
  ),
  tableRight('SELECT', 'lenkwerk.follower'),
  tableRight('UPDATE', 'lenkwerk.follower'),
];

function tableRight(privilege: Right['privilege'], object: string): Right {
  return { privilege, kind: 'TABLE', object };
}

function usage(object: string): GroupRight {
  return { privilege: 'USAGE', kind: 'SCHEMA', object, of: ALL };
}

function select(object: string, of: readonly Group[]): GroupRight {
  return { ...tableRight('SELECT', object), of };
}

function execute(object: string, of: readonly Group[]): GroupRight {
  return { privilege: 'EXECUTE', kind: 'FUNCTION', object, of };
}
