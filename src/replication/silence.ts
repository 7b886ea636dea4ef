import type { Client } from 'pg';

/**
 * Lets the server end the session, and so give back what its open transaction holds, when nothing
 * is heard from this process for so long: neither a statement nor that it takes what is sent to it.
 */
export async function limitSilence(client: Client, milliseconds: number): Promise<void> {
  await client.query(
    `SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', $1, true),
            pg_catalog.set_config('tcp_user_timeout', $1, true)`,
    [String(milliseconds)],
  );
}
