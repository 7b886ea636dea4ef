/** When new rows begin to hold, and whether a recorded row counts as there. */
import type { TimeBound } from '../model/resources.js';
import {
  boundaryAfter,
  compareTimestamps,
  INFINITY,
  MINUS_INFINITY,
  type Timestamp,
} from '../model/time-bounds.js';

/** The rule of one section (dimensions, or indexes with their fields) at one moment. */
export interface PeriodRule {
  readonly now: Timestamp;
  /** The boundary in production, null otherwise: changes hold at once, for all time. */
  readonly boundary: Timestamp | null;
  /** `valid_from` of a row that begins. */
  readonly newFrom: Timestamp;
  /** `valid_until` of a row that ends. */
  readonly expiredUntil: Timestamp;
}

export interface PeriodOptions {
  readonly production: boolean;
  readonly hoursInFuture: number;
  /** New rows may hold from the beginning of time even in production. */
  readonly backdated: boolean;
}

export function periodRule(now: Timestamp, options: PeriodOptions): PeriodRule {
  if (!options.production) {
    return { now, boundary: null, newFrom: MINUS_INFINITY, expiredUntil: MINUS_INFINITY };
  }
  const boundary = boundaryAfter(now, options.hoursInFuture);
  const newFrom = options.backdated ? MINUS_INFINITY : boundary;
  return { now, boundary, newFrom, expiredUntil: boundary };
}

/**
 * present: holds beyond the moment at which changes take effect. leaving: holds now, and ends by
 * then. history: has ended; it stays in its table and counts as absent.
 */
export type Presence = 'present' | 'leaving' | 'history';

export function presence(row: TimeBound, rule: PeriodRule): Presence {
  if (compareTimestamps(row.validUntil, rule.boundary ?? rule.now) > 0) return 'present';
  return compareTimestamps(row.validUntil, rule.now) > 0 ? 'leaving' : 'history';
}

export function newPeriod(rule: PeriodRule): TimeBound {
  return { validFrom: rule.newFrom, validUntil: INFINITY };
}

export function expired(row: TimeBound, rule: PeriodRule): TimeBound {
  return { validFrom: row.validFrom, validUntil: rule.expiredUntil };
}

/** A row that holds still keeps its beginning; one that has ended begins anew. */
export function revived(row: TimeBound, rule: PeriodRule): TimeBound {
  if (presence(row, rule) === 'history') return newPeriod(rule);
  return { validFrom: row.validFrom, validUntil: INFINITY };
}

/** Why a row is revived, for the reviewer. */
export const REVIVAL_REASONS = {
  leaving: 'its end is taken back',
  history: 'it had ended and begins anew',
} as const;

/** True for a row that is there and will end by itself, as other tools may have arranged. */
export function endsByItself(row: TimeBound): boolean {
  return row.validUntil !== INFINITY;
}
