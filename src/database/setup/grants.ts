/** The rights of each group role: `init --roles` grants them, and hints name what a role lacks. */
import { TABLES } from '../../model/resources.js';

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
export type Group = (typeof GROUP_ROLES)[number];

export interface Right {
  readonly privilege: 'USAGE' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'EXECUTE';
  readonly kind: 'SCHEMA' | 'TABLE' | 'FUNCTION';
  /** `storage`, `storage.config`, `lenkwerk.barrier(text)`. */
  readonly object: string;
  /** The groups that have it; the owner has everything. */
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
export const RIGHTS: readonly Right[] = [
  usage('storage'),
  usage('lenkwerk'),
  ...STORAGE_TABLES.map((table) => select(table, ALL)),
  select('lenkwerk.cluster', ALL),
  select('lenkwerk.agent_slot', ALL),
  select(MIGRATIONS, ALL),
  select('lenkwerk.apply_log', [APPLY, VERIFY, READER]),
  ...STORAGE_TABLES.flatMap((object) =>
    WRITING.map((privilege) => ({ privilege, kind: 'TABLE', object, of: [APPLY] }) as const),
  ),
  execute(APPEND_APPLY, [APPLY]),
  execute(BARRIER, [APPLY, AGENT, VERIFY]),
  execute(REQUEST_REPAIR, [AGENT, VERIFY]),
  execute(ACTIVATE_SLOT, [AGENT]),
];

function usage(object: string): Right {
  return { privilege: 'USAGE', kind: 'SCHEMA', object, of: ALL };
}

function select(object: string, of: readonly Group[]): Right {
  return { privilege: 'SELECT', kind: 'TABLE', object, of };
}

function execute(object: string, of: readonly Group[]): Right {
  return { privilege: 'EXECUTE', kind: 'FUNCTION', object, of };
}

/** `GRANT` statements for these rights, one for each privilege and kind; `to`: as SQL has it. */
export function grantStatements(rights: readonly Right[], to: string): readonly string[] {
  const objects = new Map<string, string[]>();
  for (const { privilege, kind, object } of rights) {
    const what = `${privilege} ON ${kind}`;
    objects.set(what, [...(objects.get(what) ?? []), object]);
  }
  return [...objects].map(([what, named]) => `GRANT ${what} ${named.join(', ')} TO ${to}`);
}
