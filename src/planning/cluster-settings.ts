/** The configuration that decides when changes may take effect. */
import { formatJson, JsonNumber, type JsonValue, tryParseJson } from '../model/json.js';
import type { DesiredState, RecordedState, SourcePlace } from '../model/resources.js';
import type { PlanProblem } from './problems.js';

export interface ClusterSettings {
  /** In production while the plan is made. */
  readonly productionNow: boolean;
  /** In production once the plan is carried out; the other settings are of that moment too. */
  readonly productionThen: boolean;
  readonly backdatedIndexes: boolean;
  readonly dimensionHours: number;
  readonly indexHours: number;
  /** Values that cannot be read; the strictest reading stands in for them. */
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
 * The settings as they will stand after the plan, which may change them itself: a plan made
 * right after it must see the same rules, or it would find more to do.
 */
export function readClusterSettings(
  desired: DesiredState['config'],
  recorded: RecordedState['config'],
): ClusterSettings {
  const before: Settings = new Map(
    recorded.map(({ key, value }) => [key, { text: value, source: null }]),
  );
  const after: Settings =
    desired === undefined
      ? before
      : new Map(
          desired.map(({ key, value, source }) => [key, { text: formatJson(value), source }]),
        );
  const problems: PlanProblem[] = [];
  return {
    productionNow: readFlag(before, { key: 'production', strictest: true }, []),
    productionThen: readFlag(after, { key: 'production', strictest: true }, problems),
    backdatedIndexes: readFlag(
      after,
      { key: 'allow_backedated_indexes', strictest: false },
      problems,
    ),
    dimensionHours: readHours(after, 'dimensions_hrs_in_future', problems),
    indexHours: readHours(after, 'indexes_hrs_in_future', problems),
    problems,
  };
}

function readFlag(
  settings: Settings,
  { key, strictest }: { readonly key: string; readonly strictest: boolean },
  problems: PlanProblem[],
): boolean {
  const setting = settings.get(key);
  if (setting === undefined) return false;
  const text = scalarText(setting);
  if (text === '0' || text === '1') return text === '1';
  problems.push(invalidSetting(key, setting, '0 or 1'));
  return strictest;
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

/** Existing tools save numbers as JSON strings: `1` and `"1"` read the same. */
export function textOfScalar(value: JsonValue): string | undefined {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' ? value : undefined;
}
