import { prefixBounds, revisionGone } from '../driver-kit.js';
import type { Revision, StoredRecord, StoreSnapshot } from '../store.js';
import type { PostgresSession } from './session.js';

/** That of a store in which nothing was written, with or without tables. */
export const FIRST_REVISION = '1';
/** Later than any revision. */
const NEWEST = 2n ** 63n - 1n;

/**
 * One statement, so that all rows are of one snapshot
 * (https://www.postgresql.org/docs/current/transaction-iso.html). A key that was changed after the
 * revision has the value that the first later change replaced.
 */
const RANGES = `ROWS FROM (pg_catalog.unnest($1::bytea[]), pg_catalog.unnest($2::bytea[]))
  AS range (start, stop)`;

const LIST = `
  SELECT place.revision, place.pruned_until, past.key, past.value, past.mod_revision
  FROM lenkwerk_kv.position place
  LEFT JOIN LATERAL (
    SELECT c.key, c.value, c.mod_revision
    FROM ${RANGES} JOIN lenkwerk_kv.current c ON c.key >= range.start AND c.key < range.stop
    WHERE c.mod_revision <= $3
    UNION ALL
    SELECT undone.key, undone.old_value, undone.old_revision
    FROM (
      SELECT DISTINCT ON (l.key) l.key, l.old_value, l.old_revision
      FROM ${RANGES} JOIN lenkwerk_kv.log l ON l.key >= range.start AND l.key < range.stop
      WHERE l.revision > $3
      ORDER BY l.key, l.revision
    ) undone
    WHERE undone.old_revision IS NOT NULL
  ) past ON true
  ORDER BY past.key`;

type Row = [string, string, string | null, string | null, string | null];

/**
 * All keys under the prefixes at one revision: the given one, or the newest. Throws `inconclusive`
 * when the given one has been pruned from the log, or has not been reached.
 */
export async function readPostgresRange(
  session: PostgresSession,
  prefixes: readonly string[],
  atRevision?: Revision,
): Promise<StoreSnapshot> {
  const ranges = prefixes.map(prefixBounds);
  const [starts, ends] = [ranges.map(({ start }) => start), ranges.map(({ end }) => end)];
  const values = [starts, ends, String(atRevision ?? NEWEST)];
  const what = `list ${prefixes.join(' and ')}`;
  const rows = await session.read<Row>({ what, text: LIST, values });
  const [newest = FIRST_REVISION, prunedUntil = FIRST_REVISION] = rows[0] ?? [];
  const revision = atRevision ?? BigInt(newest);
  if (revision < BigInt(prunedUntil) || revision > BigInt(newest)) {
    throw revisionGone(revision);
  }
  return { revision, records: rows.flatMap(recordOfRow) };
}

function recordOfRow([, , key, value, modRevision]: Row): readonly StoredRecord[] {
  if (key === null || value === null || modRevision === null) return [];
  return [{ key: textOfBytea(key), value: textOfBytea(value), modRevision: BigInt(modRevision) }];
}

/** Keys and values are stored as bytes, since PostgreSQL's text cannot hold every character. */
export function textOfBytea(hex: string): string {
  return Buffer.from(hex.slice('\\x'.length), 'hex').toString();
}
