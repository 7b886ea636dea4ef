/**
 * Replication slots and the server's identity.
 * https://www.postgresql.org/docs/current/view-pg-replication-slots.html
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
import { type Client, escapeIdentifier } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { type Lsn, parseLsn } from '../model/lsn.js';
import { withPatience } from '../postgres/answers.js';
import {
  codeOf,
  poolerRefuses,
  SQLSTATE,
  STANDBY_HINT,
  toLenkwerkError,
} from '../postgres/errors.js';
import { standbyServer } from '../postgres/server.js';
import type { StreamServer } from './change-source.js';

/** A row of pg_replication_slots. */
export interface Slot {
  readonly name: string;
  /** The server's process that streams from it now; undefined: none. */
  readonly reader: number | undefined;
  /** The server invalidated it, or removed WAL that it needed: it can never continue. */
  readonly lost: boolean;
  readonly confirmedFlush: Lsn | undefined;
  /** undefined: a physical slot. */
  readonly plugin: string | undefined;
  readonly database: string | undefined;
}

/** The answer to IDENTIFY_SYSTEM. */
export interface SystemIdentity {
  readonly systemId: string;
  readonly timeline: number;
  /** The end of the WAL that the server has flushed. */
  readonly flushLsn: Lsn;
}

/** A new slot and the snapshot of everything that was committed before it. */
export interface CreatedSlot {
  readonly consistentPoint: Lsn;
  /** Valid until the creating session runs another command. */
  readonly snapshotName: string;
}

/**
 * Creating a slot waits for every open transaction that writes, commits that wait for a synchronous
 * standby among them. After so long it is reported which ones, and tried again.
 */
const CREATE_LOCK_TIMEOUT_MS = 10_000;
/** They are waited for one after the other. */
const CREATE_PATIENCE_MS = 120_000;
const FAILOVER_SLOTS_SINCE = 170_000;

/** Drops a slot of this database. Throws `slot-in-use` while another session streams from it. */
export async function dropSlot(client: Client, name: string): Promise<void> {
  try {
    await client.query(
      `SELECT pg_catalog.pg_drop_replication_slot(slot_name)
         FROM pg_catalog.pg_replication_slots
        WHERE slot_name = $1 AND database = pg_catalog.current_database() AND plugin = 'pgoutput'`,
      [name],
    );
  } catch (error) {
    const state = codeOf(error);
    if (state === SQLSTATE.undefinedObject) return;
    if (state !== SQLSTATE.objectInUse) throw toLenkwerkError(error);
    throw new LenkwerkError('slot-in-use', 'another agent reads the slot', { cause: error });
  }
}

/**
 * Creates a logical slot on a replication connection and exports its snapshot. Throws
 * `lock-not-obtained` when a writer keeps its transaction open for too long.
 */
export async function createSlot(replication: Client, name: string): Promise<CreatedSlot> {
  const slot = escapeIdentifier(name);
  try {
    await replication.query(`SET lock_timeout = ${CREATE_LOCK_TIMEOUT_MS}`);
    const version = await serverVersion(replication);
    const snapshot =
      version >= FAILOVER_SLOTS_SINCE ? "(SNAPSHOT 'export', FAILOVER)" : 'EXPORT_SNAPSHOT';
    const create = `CREATE_REPLICATION_SLOT ${slot} LOGICAL pgoutput ${snapshot}`;
    const { rows } = await withPatience(replication, CREATE_PATIENCE_MS, () =>
      replication.query<{ consistent_point: string; snapshot_name: string }>(create),
    );
    const [row] = rows;
    if (row === undefined) throw new Error('CREATE_REPLICATION_SLOT returned no row');
    return {
      consistentPoint: parseLsn(row.consistent_point),
      snapshotName: row.snapshot_name,
    };
  } catch (error) {
    if (codeOf(error) === SQLSTATE.lockNotAvailable) throw await openWriters(replication, error);
    throw toLenkwerkError(error);
  }
}

/**
 * Transactions that the creation of a slot waits for, of every database, the oldest first. Times
 * and waits of others are hidden from roles without pg_read_all_stats.
 */
const WRITERS = `
  SELECT pg_catalog.concat(w.what,
           ', for ' || pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - w.since),
           CASE WHEN w.awaits_standby THEN ', which waits for a synchronous standby' END) AS writer,
         w.awaits_standby
    FROM (SELECT pg_catalog.format('prepared transaction %I, user %s', gid, owner), prepared, false
            FROM pg_catalog.pg_prepared_xacts
          UNION
          SELECT pg_catalog.format('pid %s, user %s', l.pid, a.usename), a.xact_start,
                 a.wait_event IS NOT DISTINCT FROM 'SyncRep'
            FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
           WHERE l.locktype = 'transactionid' AND l.granted
             AND l.pid <> pg_catalog.pg_backend_pid()
         ) AS w (what, since, awaits_standby)
   ORDER BY w.since LIMIT 3`;
const WRITERS_HINT =
  'end those transactions; a prepared one by COMMIT PREPARED or ROLLBACK PREPARED';

async function openWriters(replication: Client, cause: unknown): Promise<LenkwerkError> {
  const { rows } = await replication
    .query<{ writer: string; awaits_standby: boolean | string }>(WRITERS)
    .catch((error: unknown) => Promise.reject(toLenkwerkError(error)));
  const writers = rows.map(({ writer }) => writer);
  const by = writers.length === 0 ? 'a transaction that has just ended' : writers.join('; ');
  const isStandby = rows.some(({ awaits_standby: is }) => is === true || is === 't');
  return new LenkwerkError('lock-not-obtained', `the new slot waits for ${by}`, {
    cause,
    retryable: true,
    hint: isStandby ? STANDBY_HINT : WRITERS_HINT,
  });
}

const IDENTIFY = `SELECT pg_catalog.pg_is_in_recovery() AS in_recovery, pg_catalog.pg_backend_pid() AS pid,
  pg_catalog.pg_postmaster_start_time()::text AS started_at`;

/** Asks on a replication connection; throws `not-primary` at a standby. */
export async function identifyPrimary(replication: Client): Promise<StreamServer> {
  const { rows } = await replication.query<{
    in_recovery: boolean | string;
    pid: number | string;
    started_at: string;
  }>(IDENTIFY);
  const [row] = rows;
  if (row === undefined) throw new LenkwerkError('database-error', 'the server is silent');
  if (row.in_recovery === true || row.in_recovery === 't') throw standbyServer();
  const { systemId, timeline } = await identifySystem(replication);
  return { systemId, timeline, pid: Number(row.pid), startedAt: row.started_at };
}

/** Asks on a replication connection which server this is. */
export async function identifySystem(replication: Client): Promise<SystemIdentity> {
  const { rows } = await replication
    .query<{
      systemid: string;
      timeline: number | string;
      xlogpos: string;
    }>('IDENTIFY_SYSTEM')
    .catch((error: unknown) => {
      // An ordinary session: a pooler dropped the parameter that asks for replication.
      throw error instanceof Error && codeOf(error) === SQLSTATE.syntaxError
        ? poolerRefuses(error)
        : error;
    });
  const [row] = rows;
  if (row === undefined)
    throw new LenkwerkError('database-error', 'IDENTIFY_SYSTEM returned no row');
  return {
    systemId: row.systemid,
    timeline: Number(row.timeline),
    flushLsn: parseLsn(row.xlogpos),
  };
}

/**
 * Where the server left `timeline` on its way to `current`; undefined when `timeline` is not
 * among its ancestors.
 */
export async function switchPoint(
  replication: Client,
  timeline: number,
  current: number,
): Promise<Lsn | undefined> {
  const { rows } = await replication.query<{ content: Buffer | string }>(
    `TIMELINE_HISTORY ${current}`,
  );
  return findSwitchPoint(String(rows[0]?.content ?? ''), timeline);
}

/**
 * Reads a timeline history file, `parent TLI <tab> switch point <tab> reason` per line: where
 * `timeline` was left, undefined when it is not in the file.
 */
export function findSwitchPoint(history: string, timeline: number): Lsn | undefined {
  for (const line of history.split('\n')) {
    const [parent, lsn] = line.trim().split(/\s+/);
    if (parent === String(timeline) && lsn !== undefined) return parseLsn(lsn);
  }
  return undefined;
}

async function serverVersion(client: Client): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  return Number(rows[0]?.server_version_num ?? 0);
}

/** How far a slot was confirmed, and the activation that stands in the database for it. */
export interface Confirmed {
  readonly lsn: Lsn;
  /** undefined: no agent has become active on it. */
  readonly activation: string | undefined;
}

/**
 * Each slot of the session's database that has a confirmed position, by its name. Throws
 * `database-not-initialised` before `init` of this version.
 */
export async function readConfirmed(database: Client): Promise<ReadonlyMap<string, Confirmed>> {
  try {
    // One statement: a resync writes its activation before it creates the slot.
    const { rows } = await database.query<[string, string, string | null]>({
      text: `SELECT s.slot_name::text, s.confirmed_flush_lsn::text, a.activation::text
               FROM pg_catalog.pg_replication_slots AS s
               LEFT JOIN lenkwerk.agent_slot AS a ON a.slot = s.slot_name
              WHERE s.database = pg_catalog.current_database()
                AND s.confirmed_flush_lsn IS NOT NULL`,
      rowMode: 'array',
    });
    return new Map(
      rows.map(([name, lsn, activation]) => [
        name,
        { lsn: parseLsn(lsn), activation: activation ?? undefined },
      ]),
    );
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
