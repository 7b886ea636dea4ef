/**
 * Time bounds of dimensions, indexes and index fields. A bound is PostgreSQL's `timestamp
 * without time zone` in UTC, as its ISO text: `2026-11-23 10:00:00`, `infinity`, `-infinity`.
 */
import { assert } from './errors.js';

export type Timestamp = string;
/** No end. */
export const INFINITY: Timestamp = 'infinity';
/** No beginning. */
export const MINUS_INFINITY: Timestamp = '-infinity';

const ISO = /^(\d{4,})-(\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)( BC)?$/;
const HOUR_MS = 3_600_000;
/** ISO 8601 and PostgreSQL write later years differently. */
const LAST_YEAR = 9999;

/** Negative, zero or positive when `a` is before, at or after `b`. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  if (a === b) return 0;
  if (a === MINUS_INFINITY || b === INFINITY) return -1;
  if (a === INFINITY || b === MINUS_INFINITY) return 1;
  const [yearA, restA] = yearAndRest(a);
  const [yearB, restB] = yearAndRest(b);
  return yearA !== yearB ? yearA - yearB : restA < restB ? -1 : 1;
}

/** Years of any length and era; the rest has a fixed width, so that text order is time order. */
function yearAndRest(timestamp: Timestamp): readonly [year: number, rest: string] {
  const [, year, rest, era] = ISO.exec(timestamp) ?? [];
  assert(year !== undefined && rest !== undefined, `not an ISO timestamp: ${timestamp}`);
  return [era === undefined ? Number(year) : -Number(year), rest];
}

/**
 * The next moment at which a change may take effect in production: the start of the current hour
 * plus one plus `hoursInFuture` hours.
 */
export function boundaryAfter(now: Timestamp, hoursInFuture: number): Timestamp {
  return hoursAfter(now, 1 + hoursInFuture);
}

/** So many hours after the start of that hour, or before it where they are negative. */
export function hoursAfter(now: Timestamp, hours: number): Timestamp {
  const [date = '', hour = ''] = now.split(/[ :]/);
  const startOfHour = Date.parse(`${date}T${hour}:00:00Z`);
  assert(Number.isFinite(startOfHour), `not a present time: ${now}`);
  const then = new Date(startOfHour + hours * HOUR_MS);
  assert(then.getUTCFullYear() <= LAST_YEAR, `not a present time: ${now}`);
  return then.toISOString().slice(0, 19).replace('T', ' ');
}
