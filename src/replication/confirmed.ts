import type { Client } from 'pg';
import { type Lsn, parseLsn } from '../model/lsn.js';
import { toLenkwerkError } from '../postgres/errors.js';

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
