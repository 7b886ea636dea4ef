/** Whether the server that answers is one that can be written to. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';

/** Throws `database-unavailable` when the server is a standby: nothing can be written there. */
export async function requirePrimary(client: Client): Promise<void> {
  const { rows } = await client.query<[boolean]>({
    text: 'SELECT pg_catalog.pg_is_in_recovery()',
    rowMode: 'array',
  });
  if (rows[0]?.[0] !== false) {
    throw new LenkwerkError('database-unavailable', 'the database server is a standby', {
      hint: 'connect to the primary',
    });
  }
}
