/** The slot, and what stands in the database for it: the SQL of an agent's start. */
import { createHash, randomInt } from 'node:crypto';
import type { Client } from 'pg';
import { requireTrustedUnderLock } from '../../database/owners.js';
import { assert } from '../../model/errors.js';
import { isJsonArray, isJsonObject, tryParseJson } from '../../model/json.js';
import { formatLsn, type Lsn, parseLsn } from '../../model/lsn.js';
import { rollBack } from '../../postgres/errors.js';
import { mayBeSuperuser } from '../../postgres/others/foreign-owners.js';
import { TIMELINE } from '../../postgres/server.js';
import { limitSilence } from '../../replication/connections.js';
import type { Activation, Standing } from './source-database.js';

interface StandingRow {
  readonly system_id: string;
  readonly started_at: string;
  readonly in_recovery: boolean;
  readonly timeline: number | null;
  readonly flush_lsn: string;
  readonly cluster: string;
  readonly activation: string | null;
  readonly former: string | null;
  /** null: there is no slot of that name. */
  readonly slot_name: string | null;
  readonly active_pid: number | null;
  readonly lost: boolean | null;
  readonly confirmed_flush_lsn: string | null;
  readonly plugin: string | null;
  readonly database: string | null;
  readonly resyncing: boolean;
}

/**
 * The sessions that resync over a slot. Any role may hold an advisory lock: those of roles that may
 * activate a slot, or become one that may, count. So each session takes one with a random second
 * number, which none can hold in advance, and then looks whether it is alone.
 */
const RESYNCING = `
  SELECT l.pid
    FROM pg_catalog.pg_locks AS l
    JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
   WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
     AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d
                        WHERE d.datname = pg_catalog.current_database())
     AND l.classid::int4 = $1
     AND EXISTS (
       SELECT FROM pg_catalog.pg_proc AS p
        CROSS JOIN pg_catalog.aclexplode(
                     coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS x
        WHERE p.oid = 'lenkwerk.activate_slot(name, uuid, uuid, pg_lsn)'::pg_catalog.regprocedure
          AND x.grantee <> 0 AND pg_catalog.pg_has_role(a.usesysid, x.grantee, 'MEMBER'))`;

/** One statement, so that all of it was so at one moment. */
const LOOK = `
  SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS system_id,
         pg_catalog.pg_postmaster_start_time()::text AS started_at,
         pg_catalog.pg_is_in_recovery() AS in_recovery, ${TIMELINE} AS timeline,
         CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
              ELSE pg_catalog.pg_current_wal_flush_lsn() END::text AS flush_lsn,
         (SELECT c.uuid::text FROM lenkwerk.cluster AS c) AS cluster,
         a.activation::text, a.former::text,
         'lenkwerk.activate_slot(name, uuid, uuid, pg_lsn)'::pg_catalog.regprocedure::text,
         s.slot_name::text, s.active_pid, s.confirmed_flush_lsn::text, s.plugin::text,
         s.database::text,
         s.wal_status = 'lost' OR pg_catalog.to_jsonb(s) ->> 'conflicting' IS NOT DISTINCT FROM 'true'
           OR pg_catalog.to_jsonb(s) ->> 'invalidation_reason' IS NOT NULL AS lost,
         EXISTS (${RESYNCING}) AS resyncing
    FROM (VALUES ($2::name)) AS asked (slot)
    LEFT JOIN lenkwerk.agent_slot AS a USING (slot)
    LEFT JOIN pg_catalog.pg_replication_slots AS s ON s.slot_name = asked.slot`;

/** Throws what PostgreSQL refuses: without the table or the function, as undefined. */
export async function readStanding(client: Client, slot: string): Promise<Standing> {
  const { rows } = await client.query<StandingRow>(LOOK, [lockClass(slot), slot]);
  const [row] = rows;
  assert(row !== undefined, 'a look gives one row');
  return {
    systemId: row.system_id,
    startedAt: row.started_at,
    inRecovery: row.in_recovery,
    timeline: row.timeline ?? undefined,
    flushLsn: parseLsn(row.flush_lsn),
    cluster: row.cluster,
    activation: row.activation ?? undefined,
    former: readFormer(row.former),
    slot: row.slot_name === null ? undefined : slotOf(row, row.slot_name),
    isResyncing: row.resyncing,
  };
}

function slotOf(row: StandingRow, name: string): Standing['slot'] {
  const confirmed = row.confirmed_flush_lsn;
  return {
    name,
    reader: row.active_pid === null ? undefined : Number(row.active_pid),
    lost: row.lost === true,
    confirmedFlush: confirmed === null ? undefined : parseLsn(confirmed),
    plugin: row.plugin ?? undefined,
    database: row.database ?? undefined,
  };
}

function readFormer(text: string | null): ReadonlyMap<string, Lsn> {
  const entries = text === null ? undefined : tryParseJson(text);
  const former = new Map<string, Lsn>();
  if (entries === undefined || !isJsonArray(entries)) return former;
  for (const entry of entries) {
    if (!isJsonObject(entry)) continue;
    const [activation, upTo] = [entry.get('activation'), entry.get('upTo')];
    if (typeof activation === 'string' && typeof upTo === 'string') {
      former.set(activation, parseLsn(upTo));
    }
  }
  return former;
}

/** The first number of the advisory locks of those who resync over a slot. */
function lockClass(slot: string): number {
  return createHash('sha256').update(`lenkwerk resync ${slot}`).digest().readInt32BE();
}

/**
 * Whether this session is the only one that resyncs over the slot; of two that try at the same time
 * none may be. Its lock ends with the session.
 */
export async function tryLockResync(client: Client, slot: string): Promise<boolean> {
  const own = randomInt(-(2 ** 31), 2 ** 31);
  await client.query('SELECT pg_catalog.pg_try_advisory_lock($1, $2)', [lockClass(slot), own]);
  const { rowCount } = await client.query(
    `SELECT FROM (${RESYNCING}) AS resyncing WHERE pid <> pg_catalog.pg_backend_pid()`,
    [lockClass(slot)],
  );
  return rowCount === 0;
}

/** How long a suspended agent may hold what its activation locks. */
const ACTIVATION_SILENCE_MS = 5_000;

/**
 * False when another activation than the expected one stands there. Throws `refused` where the
 * session is a superuser's and would run code of others.
 */
export async function writeActivation(client: Client, write: Activation): Promise<boolean> {
  // An agent must not wait for a synchronous standby that is away.
  await client.query("SELECT pg_catalog.set_config('synchronous_commit', 'local', false)");
  if (!(await mayBeSuperuser(client))) return await activate(client, write);
  try {
    await client.query('BEGIN');
    await limitSilence(client, ACTIVATION_SILENCE_MS);
    await requireTrustedUnderLock(client, 'publishing', ['lenkwerk.agent_slot']);
    const written = await activate(client, write);
    await client.query('COMMIT');
    return written;
  } catch (error) {
    throw await rollBack(client, error);
  }
}

async function activate(client: Client, write: Activation): Promise<boolean> {
  const { slot, expected, activation, upTo } = write;
  const { rows } = await client.query<{ written: boolean }>(
    'SELECT lenkwerk.activate_slot($1, $2, $3, $4) AS written',
    [slot, expected ?? null, activation, upTo === undefined ? null : formatLsn(upTo)],
  );
  return rows[0]?.written === true;
}
