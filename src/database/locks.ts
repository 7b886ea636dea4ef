/** Who may write: one apply or init at a time, and no other client meanwhile. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { TABLES } from '../model/resources.js';
import { withPatience } from '../postgres/answers.js';
import { toLenkwerkError } from '../postgres/errors.js';
import {
  describeHolders,
  HOLDER_COLUMNS,
  HOLDER_TABLES,
  type Holder,
} from '../postgres/others/lock-holders.js';

/** Excludes itself and writers. Locks of tables, since only who may write them can hold them. */
const MODE = 'SHARE ROW EXCLUSIVE';
/** As pg_locks has it. */
const HELD_MODE = 'ShareRowExclusiveLock';
const LOCKED_TABLES = TABLES.map((table) => `storage.${table}`);
/** The first that an apply locks, and every one locks. */
const [FIRST_TABLE = ''] = LOCKED_TABLES;
const LOCK_TABLES = `
  LOCK TABLE ${LOCKED_TABLES.map((table) => `ONLY ${table}`).join(', ')} IN ${MODE} MODE`;

/** What each init writes. */
const INIT_TABLE = 'lenkwerk.schema_migration';
/** The bytes of "Lenkwerk" as a bigint. */
const ADVISORY_KEY = 0x4c656e6b7765726bn.toString();

/**
 * Locks out other applies and writers of other tools until the end of the caller's transaction;
 * readers continue. Fails with SQLSTATE 55P03 after `timeoutMs`; see lockConflict.
 */
export async function lockForWriting(client: Client, timeoutMs: number): Promise<void> {
  await client.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [`${timeoutMs}`]);
  await withPatience(client, timeoutMs, () => client.query(LOCK_TABLES));
}

/**
 * Locks out other inits until the end of the caller's transaction. Before the first one there is no
 * table to lock, so it takes an advisory lock, which any role may hold. Fails with SQLSTATE 55P03
 * after the session's lock_timeout.
 */
export async function lockForInit(client: Client): Promise<void> {
  if (await lockInitTable(client)) return;
  await client.query('SELECT pg_catalog.pg_advisory_xact_lock($1)', [ADVISORY_KEY]);
  await lockInitTable(client);
}

/** False where it does not exist yet. */
async function lockInitTable(client: Client): Promise<boolean> {
  const { rowCount } = await client.query('SELECT WHERE pg_catalog.to_regclass($1) IS NOT NULL', [
    INIT_TABLE,
  ]);
  if (rowCount === 0) return false;
  await client.query(`LOCK TABLE ONLY ${INIT_TABLE} IN ${MODE} MODE`);
  return true;
}

/**
 * Waits at most so long for the end of the apply that holds the lock, and lets writers pass. Throws
 * 55P03 when it still holds it, and then leaves a failed transaction open.
 */
export async function awaitEndOfApply(client: Client, timeoutMs: number): Promise<void> {
  await client.query('BEGIN');
  await client.query(`SET LOCAL lock_timeout = ${timeoutMs}`);
  await client.query(`LOCK TABLE ONLY ${FIRST_TABLE} IN ROW EXCLUSIVE MODE`);
  await client.query('COMMIT');
}

/** A session as its server calls it: another server may have given the process id as well. */
export interface Backend {
  readonly pid: number;
  /** As text. */
  readonly startedAt: string;
}

/** Whether this session holds the lock of an apply, and waits for a standby. */
export async function holdsLockForStandby(
  client: Client,
  { pid, startedAt }: Backend,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_catalog.pg_stat_activity AS a
       JOIN pg_catalog.pg_locks AS l ON l.pid = a.pid
      WHERE a.pid = $1 AND a.backend_start::text = $4 AND a.wait_event = 'SyncRep'
        AND l.granted AND l.mode = $2 AND l.relation = pg_catalog.to_regclass($3)`,
    [pid, HELD_MODE, FIRST_TABLE, startedAt],
  );
  return rowCount === 1;
}

const HOLDERS = `
  SELECT DISTINCT ${HOLDER_COLUMNS}
    FROM ${HOLDER_TABLES}
   WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
     AND l.database = (SELECT oid FROM pg_catalog.pg_database
                        WHERE datname = pg_catalog.current_database())
     AND (l.locktype = 'advisory' AND l.objsubid = 1
          AND (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint
          AND pg_catalog.to_regclass('${INIT_TABLE}') IS NULL
       OR l.locktype = 'relation' AND l.relation IN (
            SELECT c.oid FROM pg_catalog.pg_class AS c
              JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND (n.nspname = 'storage' OR n.nspname = 'lenkwerk'
               AND ($2 OR c.relname IN ('apply_log', 'schema_migration'))))
          AND ($2 OR l.mode NOT IN ('AccessShareLock', 'RowShareLock')))
   ORDER BY l.pid`;

/**
 * Returns `lock-not-obtained`, which names the holders of the lock: writers, and readers where
 * definitions were to be changed. The transaction must have ended.
 */
export async function lockConflict(
  client: Client,
  cause: unknown,
  waitedFor: 'writers' | 'readers' = 'writers',
): Promise<LenkwerkError> {
  const asked = [ADVISORY_KEY, waitedFor === 'readers'];
  const { rows } = await client.query<Holder>(HOLDERS, asked).catch((error: unknown) => {
    throw toLenkwerkError(error);
  });
  const { by, hint } = describeHolders(rows);
  return new LenkwerkError('lock-not-obtained', `the Lenkwerk tables are locked ${by}`, {
    ...{ cause, retryable: true, hint },
  });
}
