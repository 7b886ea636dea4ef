/**
 * Over a Unix socket the server waits without a limit for a client that does not read, whatever
 * timeout is set: while it sends it hears only that it is to end. So a second session ends the
 * first one, and needs nothing of this process for it.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL
 */
import type { Client } from 'pg';
import { withPatience } from '../../postgres/answers.js';
import { isOverSocket, openBeside } from '../../postgres/connection.js';

/** How soon the server notices that the guard is not needed any more. */
const NOTICE_MS = 500;

/**
 * Runs `work`, which is a part of the open transaction of the session; the transaction ends after
 * so long, whatever becomes of this process. Throws what `work` throws, and when no second session
 * can be opened.
 */
export async function withGuard<T>(
  client: Client,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  if (!isOverSocket(client)) return await work();
  const { rows } = await client.query<{ condition: string }>(
    `SELECT pg_catalog.format('pid = %s AND xact_start = %L', pid, xact_start) AS condition
       FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()`,
  );
  const guard = await openBeside(client, 'barrier guard');
  try {
    await guard.query(`SET client_connection_check_interval = ${NOTICE_MS}`);
    const end = `SELECT pg_catalog.pg_sleep(${limitMs / 1_000});
      SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
       WHERE ${rows[0]?.condition}`;
    withPatience(guard, limitMs, () => guard.query(end)).catch(() => {});
    return await work();
  } finally {
    guard.connection.stream.destroy();
  }
}
