/** The watch of store.ts over the log of a PostgreSQL store. */

import { once } from 'node:events';
import { LenkwerkError } from '../../model/errors.js';
import type { ConnectionSettings } from '../../postgres/connection-settings.js';
import { pauseAfter, unlessAborted } from '../../runtime/async.js';
import { prefixBounds } from '../driver-kit.js';
import type { KeyChange, Revision, WatchEvent, WatchOptions } from '../store.js';
import { readPostgresRange, textOfBytea } from './range.js';
import { PostgresSession } from './session.js';

/** Of the revisions that are read at once, bounded by what they wrote; one is always read. */
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_REVISIONS = 10_000;

/**
 * The log is the truth; a notification only wakes up, and is not waited for without end. A
 * connection that breaks is replaced, and the reading goes on after the last revision that was
 * handed out.
 */
export async function* watchPostgres(
  settings: ConnectionSettings,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const { signal, prefix } = options;
  const place: Place = { history: undefined, after: options.after };
  let failures = 0;
  while (!signal.aborted) {
    const session = new PostgresSession(settings, 'watching');
    try {
      for await (const event of follow(session, { prefix, signal }, place)) {
        failures = 0;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LenkwerkError) || !error.retryable) throw error;
    } finally {
      await session.close();
    }
    failures += 1;
    await pauseAfter(failures, signal);
  }
}

/** How far the consumer has got, and in which store. */
interface Place {
  history: string | undefined;
  after: Revision | undefined;
}

/** One session, to its end: it ends with an error only, or by the signal. */
async function* follow(
  session: PostgresSession,
  { prefix, signal }: WatchOptions,
  place: Place,
): AsyncGenerator<WatchEvent> {
  const bell = await unlessAborted(Bell.hang(session), signal);
  while (!signal.aborted) {
    bell.silence();
    if (place.after === undefined) {
      const history = await unlessAborted(readHistory(session), signal);
      const snapshot = await unlessAborted(readPostgresRange(session, prefix), signal);
      Object.assign(place, { history, after: snapshot.revision });
      yield { kind: 'resync', snapshot };
    }
    const after = place.after ?? 0n;
    const batch = await unlessAborted(readBatch(session, prefix, after), signal);
    const sameStore = place.history === undefined || place.history === batch.history;
    place.history = batch.history;
    if (!sameStore || batch.prunedUntil > after || batch.newest < after) {
      place.after = undefined;
      continue;
    }
    for (const event of batch.events) {
      place.after = event.revision;
      yield event;
    }
    place.after = batch.readUntil;
    if (batch.readUntil === batch.newest) await bell.rung(signal);
  }
}

/**
 * What tells one history of revisions from another: a store made anew has another id, one restored
 * from a base backup another timeline, one restored from a dump another server.
 */
const HISTORY = `place.store_id || ' ' || (SELECT system_identifier FROM pg_catalog.pg_control_system())
  || ' ' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)`;

const READ_HISTORY = `SELECT ${HISTORY} FROM lenkwerk_kv.position place`;

async function readHistory(session: PostgresSession): Promise<string | undefined> {
  const [[history] = []] = await session.run<[string]>({ what: 'watch', text: READ_HISTORY });
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
    AND l.key >= $1 AND ($2::bytea IS NULL OR l.key < $2)
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

/** Whole revisions after one. */
async function readBatch(
  session: PostgresSession,
  prefix: string,
  after: Revision,
): Promise<Batch> {
  const { start, end } = prefixBounds(prefix);
  const values = [start, end ?? null, String(after)];
  const rows = await session.run<Row>({ what: `watch ${prefix}`, text: READ_BATCH, values });
  const [newest = '0', prunedUntil = '0', until = '0', history] = rows[0] ?? [];
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
/** A notification may get lost with a half-open connection: after so long the log is read again. */
const LOOK_AGAIN_MS = 5_000;

/** Rings when somebody committed, when the connection breaks, and now and then. */
export class Bell {
  #hasRung = false;
  #wake = new AbortController();

  private constructor() {}

  /** Begins to listen; what is committed from now on rings. */
  static async hang(session: PostgresSession): Promise<Bell> {
    const bell = new Bell();
    await session.run({ what: 'watch', text: LISTEN });
    const client = await session.client();
    client.on('notification', () => bell.#ring());
    client.on('end', () => bell.#ring());
    client.on('error', () => bell.#ring());
    return bell;
  }

  /** To be called before reading the log: what is committed after that rings anew. */
  silence(): void {
    this.#hasRung = false;
  }

  /** Returns at once if it has rung since it was silenced. */
  async rung(signal: AbortSignal): Promise<void> {
    if (this.#hasRung || signal.aborted) return;
    this.#wake = new AbortController();
    const ends = AbortSignal.any([this.#wake.signal, signal, AbortSignal.timeout(LOOK_AGAIN_MS)]);
    if (!ends.aborted) await once(ends, 'abort');
  }

  #ring(): void {
    this.#hasRung = true;
    this.#wake.abort();
  }
}
