/** The recorded state as a desired one: what to write down so that nothing is left to plan. */
import { LenkwerkError } from '../model/errors.js';
import { equalJson, type JsonValue, tryParseJson } from '../model/json.js';
import { dimensionPointer } from '../model/json-pointer.js';
import {
  DEFAULT_DIMENSION_VALUE,
  type DesiredConfigEntry,
  type DesiredDimension,
  type DesiredIndex,
  type DesiredInstance,
  type DesiredServermap,
  type DesiredState,
  type RecordedConfigEntry,
  type RecordedDimension,
  type RecordedState,
  type SourcePlace,
  type TimeBound,
} from '../model/resources.js';
import { ringServermap } from '../model/servermap.js';
import { compareText } from '../model/text.js';
import type { Timestamp } from '../model/time-bounds.js';
import { rowsByPointer } from './kinds/dimensions.js';
import { instanceAttributes } from './kinds/instances.js';
import { type PeriodRule, periodRules, presence, readClusterSettings } from './periods.js';

/** Nothing of it was read from a file. */
const SOURCE: SourcePlace = { file: '(recorded)', line: 1, column: 1 };

/**
 * The desired state whose plan against `recorded` is empty while the present rows stay present:
 * history is left out, and the status of every instance is spelled out. `now` is the database's
 * clock in UTC. Throws `invalid-input` for JSON that nests too deep to be written again.
 */
export function desiredFromRecorded(recorded: RecordedState, now: Timestamp): DesiredState {
  const rules = periodRules(readClusterSettings(undefined, recorded.config), now);
  return {
    cluster: recorded.database,
    instances: instances(recorded),
    dimensions: dimensions(recorded.dimensions, rules.dimensions),
    indexes: indexes(recorded, rules.indexes),
    servermap: servermap(recorded),
    config: [...recorded.config].sort((a, b) => compareText(a.key, b.key)).map(configEntry),
  };
}

function instances(recorded: RecordedState): readonly DesiredInstance[] {
  return recorded.instances
    .map(instanceAttributes)
    .map(({ host, port, username, status }) => ({ host, port, username, status, source: SOURCE }))
    .sort((a, b) => compareText(a.host, b.host) || a.port - b.port);
}

/** A pointer that is recorded twice, as `foo` and as `/foo`, can be named only once. */
function dimensions(
  rows: readonly RecordedDimension[],
  rule: PeriodRule,
): readonly DesiredDimension[] {
  const standing = new Set(rowsByPointer(rows, rule).values());
  return presentRows(rows, rule)
    .filter((row) => standing.has(row))
    .map(({ fieldname, defaultVal }) => ({
      field: dimensionPointer(fieldname),
      default: defaultVal ?? DEFAULT_DIMENSION_VALUE,
      source: SOURCE,
    }));
}

function indexes(recorded: RecordedState, rule: PeriodRule): readonly DesiredIndex[] {
  const fields = new Map<number, { readonly expression: string; readonly source: SourcePlace }[]>();
  for (const { indexId, expression } of presentRows(recorded.indexFields, rule)) {
    const field = { expression, source: SOURCE };
    const group = fields.get(indexId);
    if (group === undefined) fields.set(indexId, [field]);
    else group.push(field);
  }
  return recorded.indexes
    .filter((row) => presence(row, rule) === 'present')
    .sort((a, b) => compareText(a.indexname, b.indexname))
    .map(({ id, indexname, accessMethod, tablespc }) => ({
      name: indexname,
      method: accessMethod,
      tablespace: tablespc,
      fields: fields.get(id) ?? [],
      source: SOURCE,
    }));
}

/** By ordinality. */
function presentRows<Row extends TimeBound & { readonly ordinality: number }>(
  rows: readonly Row[],
  rule: PeriodRule,
): readonly Row[] {
  return rows
    .filter((row) => presence(row, rule) === 'present')
    .sort((a, b) => a.ordinality - b.ordinality);
}

/** The standard algorithm where it gives the current map, else that map to the letter. */
function servermap(recorded: RecordedState): DesiredServermap | undefined {
  if (recorded.servermap === undefined) return undefined;
  const map = readJson(recorded.servermap.serverMap, 'the servermap');
  const standard = equalJson(map, ringServermap(recorded.instances));
  if (standard) return { algorithm: 'ring', source: SOURCE };
  return { algorithm: 'literal', map, source: SOURCE };
}

function configEntry({ key, value }: RecordedConfigEntry): DesiredConfigEntry {
  return { key, value: readJson(value, `config ${key}`), source: SOURCE };
}

function readJson(text: string, what: string): JsonValue {
  const value = tryParseJson(text);
  if (value !== undefined) return value;
  throw new LenkwerkError('invalid-input', `${what} nests too deep to be written as a manifest`);
}
