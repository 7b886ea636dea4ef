/** Is the checkpoint what an agent wrote last? The records may be right beside one that is not. */
import type { Client } from 'pg';
import { toLenkwerkError } from '../lenkwerk/database-errors.js';
import { type Lsn, parseLsn } from '../model/lsn.js';
import type { Checkpoint } from '../publishing/checkpoint.js';

/** Why a checkpoint cannot be what the agent wrote last; undefined when it may be. */
export function alterationOf(
  checkpoint: Checkpoint | undefined,
  confirmed: ReadonlyMap<string, Lsn>,
): string | undefined {
  if (checkpoint === undefined) return 'the checkpoint was altered: it is not what an agent wrote';
  const { slot, lsn } = checkpoint;
  // An agent confirms a position after its checkpoint has it, and the slot was read first.
  if (checkpoint.phase === 'snapshot' || (confirmed.get(slot) ?? lsn) <= lsn) return undefined;
  return `the checkpoint is an old one: the slot ${slot} was confirmed beyond it`;
}

/** How far each slot was confirmed, by its name. */
export async function readConfirmed(database: Client): Promise<ReadonlyMap<string, Lsn>> {
  try {
    const { rows } = await database.query<[string, string]>({
      text: `SELECT slot_name::text, confirmed_flush_lsn::text
               FROM pg_catalog.pg_replication_slots
              WHERE database = pg_catalog.current_database() AND confirmed_flush_lsn IS NOT NULL`,
      rowMode: 'array',
    });
    return new Map(rows.map(([name, lsn]) => [name, parseLsn(lsn)]));
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
