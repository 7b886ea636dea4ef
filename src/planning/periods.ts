/** The times at which rows start and end, and whether a recorded row counts as present. */

import { addressOf } from '../model/address.js';
import { formatJson, JsonNumber, type JsonValue, tryParseJson } from '../model/json.js';
import { isRowKind, KIND_NAMES, KINDS, type Section } from '../model/kinds.js';
import type { DesiredState, RecordedState, SourcePlace, TimeBound } from '../model/resources.js';
import {
  boundaryAfter,
  compareTimestamps,
  INFINITY,
  MINUS_INFINITY,
  type Timestamp,
} from '../model/time-bounds.js';
import type { PlanProblem } from './problems.js';

/** The rule of one section (dimensions, or indexes with their fields) at one moment. */
export interface PeriodRule {
  readonly now: Timestamp;
  /** The time from which changes could take effect once the plan is executed. */
  readonly horizon: Timestamp;
  /** The boundary in production, null otherwise: changes are valid at once, for all time. */
  readonly boundary: Timestamp | null;
  /** `valid_from` of a new row. */
  readonly newFrom: Timestamp;
  /** `valid_until` of an expired row. */
  readonly expiredUntil: Timestamp;
}

/** The rules of both sections, and the settings that they are derived from. */
export interface Rules {
  readonly settings: ClusterSettings;
  readonly dimensions: PeriodRule;
  readonly indexes: PeriodRule;
}

/** The rules at `now` (UTC), from the settings of the cluster. */
export function periodRules(settings: ClusterSettings, now: Timestamp): Rules {
  const { dimensionHours, indexHours, backdatedIndexes } = settings;
  const indexes = periodRule(now, settings, indexHours);
  return {
    settings,
    dimensions: periodRule(now, settings, dimensionHours),
    indexes: backdatedIndexes ? { ...indexes, newFrom: MINUS_INFINITY } : indexes,
  };
}

/**
 * A cluster that enters or leaves production with this plan is changed at once: before, nothing
 * depends on hours yet; afterwards, nothing does any more.
 */
function periodRule(now: Timestamp, settings: ClusterSettings, hoursInFuture: number): PeriodRule {
  const { productionNow, productionThen } = settings;
  const horizon = productionThen ? boundaryAfter(now, hoursInFuture) : now;
  const always = { newFrom: MINUS_INFINITY, expiredUntil: MINUS_INFINITY };
  if (!productionNow || !productionThen) return { now, horizon, boundary: null, ...always };
  return { now, horizon, boundary: horizon, newFrom: horizon, expiredUntil: horizon };
}

/**
 * present: valid beyond the time at which changes take effect. leaving: valid now, and ends by
 * then. history: has ended; it stays in its table and counts as absent.
 */
type Presence = 'present' | 'leaving' | 'history';

/** Whether a recorded row counts as present under a rule. */
export function presence(row: TimeBound, rule: PeriodRule): Presence {
  if (compareTimestamps(row.validUntil, rule.horizon) > 0) return 'present';
  return compareTimestamps(row.validUntil, rule.now) > 0 ? 'leaving' : 'history';
}

const RANKS = { present: 0, leaving: 1, history: 2 } as const;

/** Negative when `a` is more present than `b`. */
export function comparePresence(a: TimeBound, b: TimeBound, rule: PeriodRule): number {
  return RANKS[presence(a, rule)] - RANKS[presence(b, rule)];
}

/** The present rows, by ordinality. */
export function presentInOrder<Row extends TimeBound & { readonly ordinality: number }>(
  rows: readonly Row[],
  rule: PeriodRule,
): readonly Row[] {
  return rows
    .filter((row) => presence(row, rule) === 'present')
    .sort((a, b) => a.ordinality - b.ordinality);
}

/** The number of recorded resources of a section: without history, and without parts of others. */
export function presentCount(section: Section, recorded: RecordedState, rules: Rules): number {
  const kinds = KIND_NAMES.filter(
    (kind) => KINDS[kind].section === section && KINDS[kind].partOf === null,
  );
  return kinds.reduce((sum, kind) => {
    if (!isRowKind(kind)) return sum + (recorded.servermap === undefined ? 0 : 1);
    const { rows, timed } = KINDS[kind];
    if (timed === null) return sum + recorded[rows].length;
    return sum + recorded[rows].filter((row) => presence(row, rules[timed]) === 'present').length;
  }, 0);
}

/** The time bounds of a new row, without an end. */
export function newPeriod(rule: PeriodRule): TimeBound {
  return { validFrom: rule.newFrom, validUntil: INFINITY };
}

/** A row that would start later is never valid: a range that ends before it starts is an error. */
export function expired(row: TimeBound, rule: PeriodRule): TimeBound {
  const validUntil = rule.expiredUntil;
  const begun = compareTimestamps(row.validFrom, validUntil) <= 0;
  return { validFrom: begun ? row.validFrom : validUntil, validUntil };
}

/** A row that is still valid keeps its start; one that has ended gets a new one. */
export function revived(row: TimeBound, rule: PeriodRule): TimeBound {
  if (presence(row, rule) === 'history') return newPeriod(rule);
  return { validFrom: row.validFrom, validUntil: INFINITY };
}

/** Why a row is revived, for the reviewer. */
export const REVIVAL_REASONS = {
  leaving: 'its end is revoked',
  history: 'it had ended and starts again',
} as const;

/** True for a present row with an end in the future, which another tool may have set. */
export function endsByItself(row: TimeBound): boolean {
  return row.validUntil !== INFINITY;
}

// The configuration that decides when changes may take effect.

interface ClusterSettings {
  /** In production at the time of planning. */
  readonly productionNow: boolean;
  /** In production once the plan is executed; the other settings are of that time too. */
  readonly productionThen: boolean;
  readonly backdatedIndexes: boolean;
  readonly dimensionHours: number;
  readonly indexHours: number;
  /** Values that cannot be read; a plan that depends on them is refused. */
  readonly problems: readonly PlanProblem[];
}

const DEFAULT_HOURS_IN_FUTURE = 1;

interface Setting {
  /** JSON text. */
  readonly text: string;
  readonly source: SourcePlace | null;
}
type Settings = ReadonlyMap<string, Setting>;

/**
 * The settings after the plan, which may change them itself: the next plan must use the same rules,
 * or it would find further changes.
 */
export function readClusterSettings(
  { config: desired, unmanaged }: Pick<DesiredState, 'config' | 'unmanaged'>,
  recorded: RecordedState['config'],
): ClusterSettings {
  const before: Settings = new Map(
    recorded.map(({ key, value }) => [key, { text: value, source: null }]),
  );
  const kept = new Set(unmanaged);
  const after: Settings =
    desired === undefined
      ? before
      : new Map([
          ...[...before].filter(([key]) => kept.has(addressOf('config', { key }))),
          ...desired.map(({ key, value, source }): [string, Setting] => {
            return [key, { text: formatJson(value), source }];
          }),
        ]);
  const problems: PlanProblem[] = [];
  return {
    productionNow: readFlag(before, 'production', []),
    productionThen: readFlag(after, 'production', problems),
    backdatedIndexes: readFlag(after, 'allow_backedated_indexes', problems),
    dimensionHours: readHours(after, 'dimensions_hrs_in_future', problems),
    indexHours: readHours(after, 'indexes_hrs_in_future', problems),
    problems,
  };
}

/** What cannot be read counts as set: the stricter case in production; no plan uses the others. */
function readFlag(settings: Settings, key: string, problems: PlanProblem[]): boolean {
  const setting = settings.get(key);
  if (setting === undefined) return false;
  const text = scalarText(setting);
  if (text === '0' || text === '1') return text === '1';
  problems.push(invalidSetting(key, setting, '0 or 1'));
  return true;
}

function readHours(settings: Settings, key: string, problems: PlanProblem[]): number {
  const setting = settings.get(key);
  if (setting === undefined) return DEFAULT_HOURS_IN_FUTURE;
  const text = scalarText(setting);
  if (text !== undefined && /^[1-9]\d{0,4}$/.test(text)) return Number(text);
  problems.push(invalidSetting(key, setting, 'a number of hours from 1 to 99999'));
  return DEFAULT_HOURS_IN_FUTURE;
}

function scalarText({ text }: Setting): string | undefined {
  const value = tryParseJson(text);
  return value === undefined ? undefined : textOfScalar(value);
}

function invalidSetting(key: string, { text, source }: Setting, expected: string): PlanProblem {
  return {
    address: `config/${key}`,
    message: `the value ${text} is not ${expected}, so it is unknown when changes may take effect`,
    hint: `set config ${key} to ${expected} in the manifests`,
    source,
  };
}

/** Existing tools save numbers as JSON strings: `1` and `"1"` are equal. */
export function textOfScalar(value: JsonValue): string | undefined {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' ? value : undefined;
}
