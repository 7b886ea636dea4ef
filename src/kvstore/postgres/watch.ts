/** The watch of store.ts over the log of a PostgreSQL store. */
import type { ConnectionSettings } from '../../postgres/connection-settings.js';
import { unlessAborted } from '../../runtime/async.js';
import { prefixBounds } from '../driver-kit.js';

import type { KeyChange, Revision, WatchEvent, WatchGap, WatchOptions } from '../store.js';
import { keepWatching, WakeUp } from '../watching.js';
import { FIRST_REVISION, readPostgresRange, textOfBytea } from './range.js';
import { PostgresSession } from './session.js';

/** Of the revisions that are read at once, bounded by what they wrote; one is always read. */
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_REVISIONS = 10_000;

/**
 * The log is authoritative; a notification only wakes the watch up, and the wait for one is
 * bounded. A broken connection is replaced, and the watch continues after the last revision that
 * the consumer received.
 */
export function watchPostgres(
  settings: ConnectionSettings,
  options: WatchOptions,
): AsyncIterable<WatchEvent> {
  const place: Place = { history: undefined, after: options.after, gap: 'start' };
  return keepWatching(() => follow(settings, options, place), options.signal);
}

/** The consumer's position, and the store that it belongs to. */
interface Place {
  history: string | undefined;
  after: Revision | undefined;
  /** Why there is nothing to continue after. */
  gap: WatchGap;
}

/** One session, which ends only with an error or by the signal. */
async function* follow(
  settings: ConnectionSettings,
  options: WatchOptions,
  place: Place,
): AsyncGenerator<WatchEvent> {
  const session = new PostgresSession(settings, 'watching');
  try {
    const notifications = await unlessAborted(listen(session), options.signal);
    yield* readLog(session, notifications, { ...options, place });
  } finally {
    await session.close();
  }
}

/** Reads the log, and again at each notification. */
async function* readLog(
  session: PostgresSession,
  notifications: WakeUp,
  { prefix, signal, place }: WatchOptions & { readonly place: Place },
): AsyncGenerator<WatchEvent> {
  while (!signal.aborted) {
    notifications.clear();
    if (place.after === undefined) {
      const history = await unlessAborted(readHistory(session), signal);
      const snapshot = await unlessAborted(readPostgresRange(session, [prefix]), signal);
      Object.assign(place, { history, after: snapshot.revision });
      yield { kind: 'resync', reason: place.gap, snapshot };
    }
    const after = place.after ?? 0n;
    const batch = await unlessAborted(readBatch(session, prefix, after), signal);
    const sameStore = place.history === undefined || place.history === batch.history;
    place.history = batch.history;
    const wentBack = !sameStore || batch.newest < after;
    if (wentBack || batch.prunedUntil > after) {
      place.after = undefined;
      place.gap = wentBack ? 'rewound' : 'trimmed';
      continue;
    }
    for (const event of batch.events) {
      place.after = event.revision;
      yield event;
    }
    place.after = batch.readUntil;
    if (batch.readUntil === batch.newest) await notifications.next(signal);
  }
}

/**
 * What differs between two histories of revisions: a store created anew has another id, one
 * restored from a base backup another timeline, one restored from a dump another server.
 */
const HISTORY = `place.store_id || ' ' || (SELECT system_identifier FROM pg_catalog.pg_control_system())
  || ' ' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)`;

const READ_HISTORY = `SELECT ${HISTORY} FROM lenkwerk_kv.position place`;

async function readHistory(session: PostgresSession): Promise<string | undefined> {
  const [[history] = []] = await session.read<[string]>({ what: 'watch', text: READ_HISTORY });
  return history;
}

const READ_BATCH = `
  SELECT place.revision, place.pruned_until, batch.until, ${HISTORY}, l.revision, l.key, l.value
  FROM lenkwerk_kv.position place
  CROSS JOIN LATERAL (
    SELECT greatest(least(place.revision, $3 + ${BATCH_REVISIONS}, (
      SELECT r.revision - 1 FROM lenkwerk_kv.revision r
      WHERE r.revision > $3 AND r.written_bytes > ${BATCH_BYTES} + (
        SELECT base.written_bytes FROM lenkwerk_kv.revision base WHERE base.revision = $3)
      ORDER BY r.revision LIMIT 1
    )), least(place.revision, $3 + 1)) AS until
  ) batch
  LEFT JOIN lenkwerk_kv.log l ON l.revision > $3 AND l.revision <= batch.until
    AND l.key >= $1 AND l.key < $2
  ORDER BY l.revision, l.key`;

type Row = [string, string, string, string, string | null, string | null, string | null];
type ChangesEvent = Extract<WatchEvent, { kind: 'changes' }>;

interface Batch {
  readonly newest: Revision;
  readonly prunedUntil: Revision;
  readonly readUntil: Revision;
  readonly history: string | undefined;
  readonly events: readonly ChangesEvent[];
}

/** The whole revisions after the given one. */
async function readBatch(
  session: PostgresSession,
  prefix: string,
  after: Revision,
): Promise<Batch> {
  const { start, end } = prefixBounds(prefix);
  const values = [start, end, String(after)];
  const rows = await session.read<Row>({ what: `watch ${prefix}`, text: READ_BATCH, values });
  const [newest = FIRST_REVISION, prunedUntil = FIRST_REVISION, until = newest, history] =
    rows[0] ?? [];
  return {
    newest: BigInt(newest),
    prunedUntil: BigInt(prunedUntil),
    readUntil: BigInt(until),
    history,
    events: eventsOfRows(rows),
  };
}

function eventsOfRows(rows: readonly Row[]): readonly ChangesEvent[] {
  const byRevision = new Map<string, KeyChange[]>();
  for (const [, , , , revision, key, value] of rows) {
    if (revision === null || key === null) continue;
    const changes = byRevision.get(revision) ?? [];
    changes.push({
      key: textOfBytea(key),
      value: value === null ? undefined : textOfBytea(value),
    });
    byRevision.set(revision, changes);
  }
  return [...byRevision].map(([revision, changes]) => {
    return { kind: 'changes', revision: BigInt(revision), changes };
  });
}

const LISTEN = 'LISTEN lenkwerk_kv';

/**
 * Starts to listen: later commits, and the end of the connection, wake the watch. Throws what the
 * session throws. https://www.postgresql.org/docs/current/sql-notify.html
 */
async function listen(session: PostgresSession): Promise<WakeUp> {
  const wakeUp = new WakeUp();
  await session.run({ what: 'watch', text: LISTEN });
  const client = await session.client();
  for (const event of ['notification', 'end', 'error'] as const) {
    client.on(event, () => wakeUp.arrive());
  }
  return wakeUp;
}
