/** Who may write: one apply or init at a time, and no other client meanwhile. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { TABLES } from '../model/resources.js';

/** The advisory lock of this program in each database: the bytes of "Lenkwerk" as a bigint. */
export const LOCK_KEY = 0x4c656e6b7765726bn.toString();
const LOCK_KEY_UPPER = '0x4c656e6b';
const LOCK_KEY_LOWER = '0x7765726b';

const LOCK_TABLES = `
  LOCK TABLE ${TABLES.map((table) => `ONLY storage.${table}`).join(', ')}
    IN SHARE ROW EXCLUSIVE MODE`;

/**
 * Locks out other applies and writers of other tools until the end of the caller's transaction;
 * readers continue. Fails with SQLSTATE 55P03 after `timeoutMs`; see lockConflict.
 */
export async function lockForWriting(client: Client, timeoutMs: number): Promise<void> {
  await client.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [`${timeoutMs}`]);
  await client.query('SELECT pg_catalog.pg_advisory_xact_lock($1)', [LOCK_KEY]);
  await client.query(LOCK_TABLES);
}

const HOLDERS = `
  SELECT DISTINCT l.pid, a.usename::text, a.application_name, a.client_addr::text,
         pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.xact_start)::text
    FROM pg_catalog.pg_locks AS l
    LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
   WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid()
     AND l.database = (SELECT oid FROM pg_catalog.pg_database
                        WHERE datname = pg_catalog.current_database())
     AND (l.locktype = 'advisory' AND l.objsubid = 1
          AND l.classid = $1::bigint::oid AND l.objid = $2::bigint::oid
       OR l.locktype = 'relation' AND l.relation IN (
            SELECT c.oid FROM pg_catalog.pg_class AS c
              JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = 'storage' AND c.relkind = 'r')
          AND l.mode NOT IN ('AccessShareLock', 'RowShareLock'))
   ORDER BY l.pid`;

type Holder = [number, string | null, string | null, string | null, string | null];

/**
 * Returns `lock-not-obtained`, which names the holder of the lock; the transaction must have ended.
 */
export async function lockConflict(client: Client, cause: unknown): Promise<LenkwerkError> {
  const { rows } = await client.query<Holder>({
    text: HOLDERS,
    rowMode: 'array',
    values: [BigInt(LOCK_KEY_UPPER).toString(), BigInt(LOCK_KEY_LOWER).toString()],
  });
  const holders = rows.map(describeHolder);
  const by = holders.length === 0 ? 'by a session that has just ended' : `by ${holders.join('; ')}`;
  return new LenkwerkError('lock-not-obtained', `the Lenkwerk tables are locked ${by}`, {
    cause,
    retryable: true,
    hint: 'wait for that session to end, or look at it in pg_stat_activity',
  });
}

function describeHolder([pid, user, application, address, age]: Holder): string {
  const parts = [
    `pid ${pid}`,
    `user ${user ?? 'unknown'}`,
    ...(application === null || application === '' ? [] : [`application ${application}`]),
    ...(address === null ? [] : [`from ${address}`]),
    ...(age === null ? [] : [`for ${age}`]),
  ];
  return parts.join(', ');
}
