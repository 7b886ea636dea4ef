/** The recorded configuration that decides when changes may take effect. */
import { JsonNumber, type JsonValue, tryParseJson } from '../model/json.js';
import type { RecordedConfigEntry } from '../model/resources.js';
import type { PlanProblem } from './problems.js';

export interface ClusterSettings {
  readonly production: boolean;
  readonly backdatedIndexes: boolean;
  readonly dimensionHours: number;
  readonly indexHours: number;
  /** Values that cannot be read; the strictest reading stands in for them. */
  readonly problems: readonly PlanProblem[];
}

const DEFAULT_HOURS_IN_FUTURE = 1;

export function readClusterSettings(config: readonly RecordedConfigEntry[]): ClusterSettings {
  const values = new Map(config.map((entry) => [entry.key, entry.value]));
  const problems: PlanProblem[] = [];
  const read = (key: string, pattern: RegExp, expected: string): string | undefined => {
    const text = values.get(key);
    if (text === undefined) return undefined;
    const value = tryParseJson(text);
    const scalar = value === undefined ? undefined : textOfScalar(value);
    if (scalar !== undefined && pattern.test(scalar)) return scalar;
    problems.push(invalidSetting(key, text, expected));
    return undefined;
  };
  const flag = (key: string, strictest: string): boolean =>
    (read(key, /^[01]$/, '0 or 1') ?? (values.has(key) ? strictest : '0')) === '1';
  const hours = (key: string): number =>
    Number(read(key, /^[1-9]\d{0,4}$/, 'a positive number of hours') ?? DEFAULT_HOURS_IN_FUTURE);
  return {
    production: flag('production', '1'),
    backdatedIndexes: flag('allow_backedated_indexes', '0'),
    dimensionHours: hours('dimensions_hrs_in_future'),
    indexHours: hours('indexes_hrs_in_future'),
    problems,
  };
}

function invalidSetting(key: string, text: string, expected: string): PlanProblem {
  return {
    address: `config/${key}`,
    message: `the recorded value ${text} is not ${expected}`,
    hint: `apply a manifest that sets config ${key} and nothing else that depends on it`,
    source: null,
  };
}

/** Existing tools save numbers as JSON strings: `1` and `"1"` read the same. */
export function textOfScalar(value: JsonValue): string | undefined {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' ? value : undefined;
}
