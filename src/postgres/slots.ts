/** Replication slots for operators: their readers, and the WAL that they retain. */
import type { Client } from 'pg';
import { toLenkwerkError } from './errors.js';

/** Positions and sizes are texts of PostgreSQL, numbers of bytes. */
export interface SlotActivity {
  readonly name: string;
  readonly plugin: string | undefined;
  readonly database: string | undefined;
  readonly active: boolean;
  /** `reserved`, `extended`, `unreserved`, `lost`. */
  readonly walStatus: string | undefined;
  readonly confirmedLsn: string | undefined;
  /** WAL that the server retains for the slot. */
  readonly keptBytes: number | undefined;
  /** Written by the server and not confirmed by the reader, other tables' traffic included. */
  readonly behindBytes: number | undefined;
  /** How much may be written until WAL that the slot needs is removed; undefined: no limit. */
  readonly safeBytes: number | undefined;
  readonly reader: SlotReader | undefined;
}

/** undefined fields: hidden from roles without pg_read_all_stats, or not known. */
interface SlotReader {
  readonly pid: number;
  readonly user: string | undefined;
  readonly application: string | undefined;
  /** undefined over a Unix socket as well. */
  readonly address: string | undefined;
  /** The delay of the last confirmed positions; undefined while there is nothing to confirm. */
  readonly flushLagSeconds: number | undefined;
}

type Row = [
  name: string,
  plugin: string | null,
  database: string | null,
  active: boolean,
  walStatus: string | null,
  confirmed: string | null,
  kept: string | null,
  behind: string | null,
  safe: string | null,
  pid: number | null,
  user: string | null,
  application: string | null,
  address: string | null,
  lag: string | null,
];

const SLOTS = `
  WITH server AS (
    SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn()
                ELSE pg_catalog.pg_current_wal_lsn() END AS lsn)
  SELECT s.slot_name::text, s.plugin::text, s.database::text, s.active, s.wal_status,
         s.confirmed_flush_lsn::text,
         greatest(pg_catalog.pg_wal_lsn_diff(server.lsn, s.restart_lsn), 0)::text,
         greatest(pg_catalog.pg_wal_lsn_diff(server.lsn, s.confirmed_flush_lsn), 0)::text,
         s.safe_wal_size::text, s.active_pid, r.usename::text,
         r.application_name, pg_catalog.host(r.client_addr),
         extract(epoch FROM r.flush_lag)::text
    FROM server, pg_catalog.pg_replication_slots AS s
    LEFT JOIN pg_catalog.pg_stat_replication AS r ON r.pid = s.active_pid
   WHERE s.database = pg_catalog.current_database() OR s.slot_name = ANY ($1::text[])
   ORDER BY s.slot_name`;

/**
 * The logical slots of this database, and those with one of these names in any database. Throws
 * database failures as LenkwerkError.
 */
export async function readSlotActivity(
  client: Client,
  names: readonly string[],
): Promise<readonly SlotActivity[]> {
  try {
    const { rows } = await client.query<Row>({ text: SLOTS, rowMode: 'array', values: [names] });
    return rows.map(slotOf);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

function slotOf(row: Row): SlotActivity {
  const [name, plugin, database, active, walStatus, confirmed, kept, behind, safe, pid] = row;
  return {
    name,
    plugin: plugin ?? undefined,
    database: database ?? undefined,
    active,
    walStatus: walStatus ?? undefined,
    confirmedLsn: confirmed ?? undefined,
    keptBytes: numberOf(kept),
    behindBytes: numberOf(behind),
    safeBytes: numberOf(safe),
    reader: pid === null ? undefined : readerOf(pid, row),
  };
}

function readerOf(pid: number, row: Row): SlotReader {
  const [user, application, address, lag] = row.slice(10).map(textOf);
  return { pid, user, application, address, flushLagSeconds: numberOf(lag ?? null) };
}

function textOf(value: Row[number] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}
