/** The replication slots of this database, as far as a change of its set-up concerns them. */
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';

/** A slot of another program. */
export interface OtherReader {
  readonly slot: string;
  /** How it writes changes, such as `test_decoding`: text that its reader parses. */
  readonly plugin: string;
  readonly active: boolean;
}

/** Of our agents: those that became active, and names that they would use. */
const OURS = `(s.slot_name IN (SELECT a.slot FROM ONLY lenkwerk.agent_slot AS a)
  OR s.slot_name ~ '^lw_agent(_|$)' AND s.plugin = 'pgoutput')`;

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

/** The slots of our agents in this database. Throws the database's errors. */
export async function readAgentSlots(
  client: Client,
): Promise<readonly { readonly name: string; readonly active: boolean }[]> {
  const { rows } = await client.query<[string, boolean]>({
    text: `SELECT s.slot_name::text, s.active ${LOGICAL_SLOTS} AND ${OURS} ORDER BY s.slot_name`,
    rowMode: 'array',
  });
  return rows.map(([name, active]) => ({ name, active }));
}
