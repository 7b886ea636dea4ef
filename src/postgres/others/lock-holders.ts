/** Which sessions hold a lock that is waited for. */
import { type Client, escapeLiteral } from 'pg';
import { pause } from '../../runtime/async.js';
import { closeConnection } from '../connect/attempt.js';
import { openBeside } from '../connection.js';
import { STANDBY_HINT } from '../errors.js';

/** A session, or a prepared transaction. */
export interface Holder {
  /** null: a prepared transaction. */
  readonly pid: number | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly address: string | null;
  readonly awaits_standby: boolean | null;
  readonly gid: string | null;
  readonly age: string | null;
}

/** The columns of Holder, from HOLDER_TABLES. */
export const HOLDER_COLUMNS = `
  l.pid, coalesce(a.usename, p.owner)::text AS user,
  a.application_name AS application, a.client_addr::text AS address,
  a.wait_event = 'SyncRep' AS awaits_standby, p.gid,
  pg_catalog.date_trunc('second',
    pg_catalog.clock_timestamp() - coalesce(a.xact_start, p.prepared))::text AS age`;

/**
 * A prepared transaction has no session: its other locks are found by the lock on its number.
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export const HOLDER_TABLES = `
  pg_catalog.pg_locks AS l
    LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
    LEFT JOIN (pg_catalog.pg_prepared_xacts AS p
          JOIN pg_catalog.pg_locks AS own
            ON own.locktype = 'transactionid' AND own.transactionid = p.transaction AND own.granted)
           ON l.pid IS NULL AND own.pid IS NULL AND own.virtualtransaction = l.virtualtransaction`;

/** `by pid 7, user u, application psql`, and what helps. */
export function describeHolders(holders: readonly Holder[]): {
  readonly by: string;
  readonly hint: string;
} {
  const names = holders.map(describeHolder);
  const by =
    names.length === 0 ? 'by a session that released the lock meanwhile' : `by ${names.join('; ')}`;
  return { by, hint: hintFor(holders) };
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

/** The holders of what the session of this process id waits for. */
const BLOCKERS = `
  SELECT DISTINCT ${HOLDER_COLUMNS}
    FROM ${HOLDER_TABLES}
   WHERE l.granted
     AND (l.pid = ANY (pg_catalog.pg_blocking_pids($1))
       OR l.pid IS NULL AND p.gid IS NOT NULL AND 0 = ANY (pg_catalog.pg_blocking_pids($1)))
   ORDER BY l.pid`;

const FIRST_LOOK_MS = 500;
const NEXT_LOOK_MS = 500;

/**
 * Runs `work` in the session `client`, which may wait for locks. `holders` are those that the
 * last wait was seen to be for, from another session; none where it took no time.
 */
export async function watchingLocks<Result>(
  client: Client,
  work: () => Promise<Result>,
): Promise<{ readonly answer: PromiseSettledResult<Result>; readonly holders: readonly Holder[] }> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid');
  const ended = new AbortController();
  const looking = lookAtWaits(client, rows[0]?.pid ?? 0, ended.signal).catch(() => []);
  const [answer] = await Promise.allSettled([work()]);
  ended.abort();
  return { answer, holders: await looking };
}

async function lookAtWaits(
  client: Client,
  pid: number,
  signal: AbortSignal,
): Promise<readonly Holder[]> {
  await pause(FIRST_LOOK_MS, signal);
  if (signal.aborted) return [];
  const beside = await openBeside(client, 'lock');
  let holders: readonly Holder[] = [];
  try {
    while (!signal.aborted) {
      const { rows } = await beside.query<Holder>(BLOCKERS, [pid]);
      if (rows.length > 0) holders = rows;
      await pause(NEXT_LOOK_MS, signal);
    }
    return holders;
  } finally {
    await closeConnection(beside);
  }
}
