/** Who may write: one apply or init at a time, and no other client meanwhile. */
import { type Client, escapeLiteral } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { TABLES } from '../model/resources.js';
import { withPatience } from '../postgres/answers.js';
import { STANDBY_HINT, toLenkwerkError } from '../postgres/errors.js';

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
  await withPatience(client, timeoutMs, async () => {
    await client.query('SELECT pg_catalog.pg_advisory_xact_lock($1)', [LOCK_KEY]);
    await client.query(LOCK_TABLES);
  });
}

/**
 * A prepared transaction has no session: its other locks are found by the lock on its number.
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
const HOLDERS = `
  SELECT DISTINCT l.pid, coalesce(a.usename, p.owner)::text AS user,
         a.application_name AS application, a.client_addr::text AS address,
         a.wait_event = 'SyncRep' AS awaits_standby, p.gid,
         pg_catalog.date_trunc('second',
           pg_catalog.clock_timestamp() - coalesce(a.xact_start, p.prepared))::text AS age
    FROM pg_catalog.pg_locks AS l
    LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
    LEFT JOIN (pg_catalog.pg_prepared_xacts AS p
          JOIN pg_catalog.pg_locks AS own
            ON own.locktype = 'transactionid' AND own.transactionid = p.transaction AND own.granted)
           ON l.pid IS NULL AND own.pid IS NULL AND own.virtualtransaction = l.virtualtransaction
   WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
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

interface Holder {
  /** null: a prepared transaction. */
  readonly pid: number | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly address: string | null;
  readonly awaits_standby: boolean | null;
  readonly gid: string | null;
  readonly age: string | null;
}

/**
 * Returns `lock-not-obtained`, which names the holder of the lock; the transaction must have ended.
 */
export async function lockConflict(client: Client, cause: unknown): Promise<LenkwerkError> {
  const key = [BigInt(LOCK_KEY_UPPER).toString(), BigInt(LOCK_KEY_LOWER).toString()];
  const { rows } = await client.query<Holder>(HOLDERS, key).catch((error: unknown) => {
    throw toLenkwerkError(error);
  });
  const holders = rows.map(describeHolder);
  const by = holders.length === 0 ? 'by a session that has just ended' : `by ${holders.join('; ')}`;
  return new LenkwerkError('lock-not-obtained', `the Lenkwerk tables are locked ${by}`, {
    cause,
    retryable: true,
    hint: hintFor(rows),
  });
}

function describeHolder(holder: Holder): string {
  const { pid, user, application, address, gid, age } = holder;
  const parts = [
    pid === null ? `prepared transaction ${JSON.stringify(gid ?? '?')}` : `pid ${pid}`,
    `user ${user ?? 'unknown'}`,
    ...(application === null || application === '' ? [] : [`application ${application}`]),
    ...(address === null ? [] : [`from ${address}`]),
    ...(age === null ? [] : [`for ${age}`]),
    ...(holder.awaits_standby === true ? ['which waits for a synchronous standby'] : []),
  ];
  return parts.join(', ');
}

function hintFor(holders: readonly Holder[]): string {
  const gid = holders.find(({ pid }) => pid === null)?.gid;
  if (gid !== undefined && gid !== null) {
    return `only its owner or a superuser ends it: ROLLBACK PREPARED or COMMIT PREPARED ${escapeLiteral(gid)}`;
  }
  if (holders.some(({ awaits_standby }) => awaits_standby === true)) {
    return STANDBY_HINT;
  }
  return 'wait for that session to end, or look at it in pg_stat_activity';
}
