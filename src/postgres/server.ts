/** The server's own reports: version, role and positions. */
import type { Client } from 'pg';
import { assert, LenkwerkError } from '../model/errors.js';
import { type Lsn, parseLsn } from '../model/lsn.js';
import type { Timestamp } from '../model/time-bounds.js';
import { toLenkwerkError } from './errors.js';

export interface ServerFacts {
  readonly version: string;
  /** 150013 denotes 15.13. */
  readonly versionNumber: number;
  readonly standby: boolean;
  readonly systemId: string;
  /** undefined on a standby. */
  readonly timeline: number | undefined;
  /** The end of the WAL: written on a primary, received on a standby. */
  readonly walLsn: Lsn;
  readonly now: Date;
  readonly settings: ReadonlyMap<string, string>;
}

const SETTINGS = [
  'wal_level',
  'max_replication_slots',
  'max_wal_senders',
  'max_slot_wal_keep_size',
  'synchronous_commit',
];

type Row = [string, string, boolean, string, number | null, string, string, string];

/**
 * The number of the timeline that a primary writes, as SQL; null on a standby. Names of segments
 * begin with it. https://www.postgresql.org/docs/current/functions-admin.html
 */
export const TIMELINE = `CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN
  ('x' || substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::int END`;

const FACTS = `
  SELECT pg_catalog.current_setting('server_version'),
         pg_catalog.current_setting('server_version_num'),
         pg_catalog.pg_is_in_recovery(),
         (SELECT system_identifier::text FROM pg_catalog.pg_control_system()), ${TIMELINE},
         coalesce(CASE WHEN pg_catalog.pg_is_in_recovery()
                       THEN pg_catalog.pg_last_wal_receive_lsn()
                       ELSE pg_catalog.pg_current_wal_lsn() END, '0/0')::text,
         extract(epoch FROM pg_catalog.clock_timestamp())::text,
         (SELECT pg_catalog.json_object_agg(name, pg_catalog.current_setting(name))::text
            FROM pg_catalog.pg_settings WHERE name = ANY ($1::text[]))`;

/** Throws database failures as LenkwerkError. */
export async function readServerFacts(client: Client): Promise<ServerFacts> {
  try {
    const { rows } = await client.query<Row>({ text: FACTS, rowMode: 'array', values: [SETTINGS] });
    const [version = '', number = '0', standby = false, systemId = '', timeline, ...rest] =
      rows[0] ?? [];
    const [lsn, epoch, settings] = rest;
    return {
      version,
      versionNumber: Number(number),
      standby,
      systemId,
      timeline: timeline ?? undefined,
      walLsn: parseLsn(lsn ?? '0/0'),
      now: new Date(Number(epoch) * 1000),
      settings: new Map(Object.entries<string>(JSON.parse(settings ?? '{}'))),
    };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

// Whether the server accepts writes.

/** Throws `database-unavailable` when the server is a standby, which accepts no writes. */
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

// The database's clock: storage nodes use it for time bounds as well.

/**
 * The time of the call, in UTC. After a wait for a lock it is later than the start of the
 * transaction, and changes that take effect in the future must lie after the later one. Throws
 * database failures as LenkwerkError.
 */
export async function readClock(client: Client): Promise<Timestamp> {
  try {
    const { rows } = await client.query<{ now: string }>(
      "SELECT pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())::text AS now",
    );
    const now = rows[0]?.now;
    assert(now !== undefined, 'a clock always answers');
    return now;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** `not-primary`: a server in recovery shows an earlier state, and its slots are not its own. */
export function standbyServer(): LenkwerkError {
  const hint = 'name the primary; after a promotion the agent continues by itself';
  return new LenkwerkError('not-primary', 'the server is a standby', { hint });
}
