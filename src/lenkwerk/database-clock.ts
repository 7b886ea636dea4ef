/** The database's own clock: time bounds are agreed with the storage nodes in it, not in ours. */
import type { Client } from 'pg';
import { assert } from '../model/errors.js';
import type { Timestamp } from '../model/time-bounds.js';
import { toLenkwerkError } from '../postgres/errors.js';

/**
 * The time at which it is asked, in UTC: after a wait for a lock that is later than the beginning
 * of the transaction, and only the later one bounds what may still be promised. Throws database
 * failures as LenkwerkError.
 */
export async function readClock(client: Client): Promise<Timestamp> {
  try {
    const { rows } = await client.query<{ now: string }>(
      "SELECT pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())::text AS now",
    );
    const now = rows[0]?.now;
    assert(now !== undefined, 'a clock always answers');
    return now;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
