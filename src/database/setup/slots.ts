/** The replication slots of this database, as far as a change of its set-up concerns them. */
import { type Client, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../../model/errors.js';

/** A slot of another program. */
export interface OtherReader {
  readonly slot: string;
  /** How it writes changes, such as `test_decoding`: text that its reader parses. */
  readonly plugin: string;
  readonly active: boolean;
}

/** Over which an agent of this database became active; another program may have taken the name. */
const PUBLISHED = `s.plugin = 'pgoutput'
  AND s.slot_name IN (SELECT a.slot FROM ONLY lenkwerk.agent_slot AS a)`;

/** And those with a name that our agents would use. */
const OURS = `(${PUBLISHED} OR s.slot_name ~ '^lw_agent(_|$)' AND s.plugin = 'pgoutput')`;

const LOGICAL_SLOTS = `
  FROM pg_catalog.pg_replication_slots AS s
 WHERE s.slot_type = 'logical' AND s.database = pg_catalog.current_database()`;

/**
 * The slots of other programs that get changes in another form than ours, as Bagger's own agent
 * does. Reads catalogs only. Throws the database's errors.
 */
export async function readOtherReaders(client: Client): Promise<readonly OtherReader[]> {
  const { rows } = await client.query<[string, string, boolean]>({
    text: `SELECT s.slot_name::text, s.plugin::text, s.active ${LOGICAL_SLOTS}
              AND s.plugin <> 'pgoutput' ORDER BY s.slot_name`,
    rowMode: 'array',
  });
  return rows.map(([slot, plugin, active]) => ({ slot, plugin, active }));
}

/** Throws `refused` while an agent publishes this database, and the database's errors. */
export async function requireNoActiveAgent(client: Client, hint: string): Promise<void> {
  const active = (await readAgentSlots(client)).find((slot) => slot.active);
  if (active === undefined) return;
  const message = `an agent publishes this database, over the slot ${active.name}`;
  throw new LenkwerkError('refused', message, { hint });
}

interface AgentSlot {
  readonly name: string;
  readonly active: boolean;
  /** An agent became active over it; else only its name is one of ours. */
  readonly published: boolean;
}

/** The slots of our agents in this database. Throws the database's errors. */
export async function readAgentSlots(client: Client): Promise<readonly AgentSlot[]> {
  const { rows } = await client.query<[string, boolean, boolean]>({
    text: `SELECT s.slot_name::text, s.active, ${PUBLISHED}
           ${LOGICAL_SLOTS} AND ${OURS} ORDER BY s.slot_name`,
    rowMode: 'array',
  });
  return rows.map(([name, active, published]) => ({ name, active, published }));
}

/** To drop slots. Throws `refused` where this session may not, and the database's errors. */
export async function requireReplication(client: Client): Promise<void> {
  const { rows } = await client.query<[string, boolean]>({
    text: `SELECT rolname::text, rolsuper OR rolreplication
             FROM pg_catalog.pg_roles WHERE rolname = current_user`,
    rowMode: 'array',
  });
  const [[name, may] = ['', false]] = rows;
  if (may) return;
  throw new LenkwerkError('refused', `${name} may not drop replication slots`, {
    hint: `ALTER ROLE ${escapeIdentifier(name)} REPLICATION`,
  });
}
