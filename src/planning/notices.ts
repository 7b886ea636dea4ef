/** What a reviewer should know although the plan does nothing about it. */
import { dimensionPointer } from '../model/json-pointer.js';
import {
  DEFAULT_DIMENSION_VALUE,
  type DesiredState,
  type RecordedDimension,
  type RecordedState,
} from '../model/resources.js';
import { compareText } from '../model/text.js';
import type { Change } from './change.js';
import { endsByItself, presence, type Rules } from './periods.js';

interface NoticesRequest {
  readonly desired: DesiredState;
  readonly recorded: RecordedState;
  readonly rules: Rules;
  readonly changes: readonly Change[];
}

/** One sentence each, in an order that does not depend on the order of the recorded rows. */
export function notices(request: NoticesRequest): readonly string[] {
  const { desired } = request;
  return [
    ...ofProduction(request),
    ...(desired.dimensions === undefined ? [] : ofDimensions(request)),
    ...(desired.indexes === undefined ? [] : ofIndexes(request)),
    ...(desired.indexes ?? [])
      .filter(({ fields }) => fields.length === 0)
      .map(({ name }) => `index ${name} has no fields: the storage nodes cannot make it`)
      .sort(compareText),
  ];
}

function ofProduction({ rules, changes }: NoticesRequest): readonly string[] {
  const { productionNow, productionThen } = rules.settings;
  const timed = changes.some(({ kind }) => kind === 'dimension' || kind === 'index');
  if (productionNow === productionThen || !timed) return [];
  const what = productionThen ? 'begins' : 'ends';
  return [`production ${what} with this plan: dimensions and indexes change at once`];
}

function ofDimensions({ recorded, rules, changes }: NoticesRequest): readonly string[] {
  const leaving = expiredIds(changes, 'dimension');
  const rows = recorded.dimensions
    .filter((row) => presence(row, rules.dimensions) === 'present' && !leaving.has(row.id))
    .sort((a, b) => a.ordinality - b.ordinality);
  const rewritten = new Set(changes.map(({ kind, after }) => kind === 'dimension' && after?.id));
  const withoutDefault = rows.filter((row) => row.defaultVal === null && !rewritten.has(row.id));
  return [
    ...rows.filter(endsByItself).map((row) => ends(`dimension ${row.fieldname}`, row.validUntil)),
    ...withoutDefault.map(
      (row) =>
        `dimension ${row.fieldname} is recorded without a default value, which counts as ` +
        DEFAULT_DIMENSION_VALUE,
    ),
    ...recordedTwice(rows),
  ];
}

function recordedTwice(rows: readonly RecordedDimension[]): readonly string[] {
  const names = new Map<string, string>();
  const sentences: string[] = [];
  for (const { fieldname } of rows) {
    const pointer = dimensionPointer(fieldname);
    const other = names.get(pointer);
    names.set(pointer, other ?? fieldname);
    if (other === undefined) continue;
    sentences.push(`dimension ${pointer} is recorded twice, as ${other} and as ${fieldname}`);
  }
  return sentences;
}

function ofIndexes({ recorded, rules, changes }: NoticesRequest): readonly string[] {
  const leaving = expiredIds(changes, 'index');
  const leavingFields = expiredIds(changes, 'index-field');
  const rows = recorded.indexes.filter(
    (row) => presence(row, rules.indexes) === 'present' && !leaving.has(row.id),
  );
  const names = new Map(rows.map((row) => [row.id, row.indexname]));
  const fields = recorded.indexFields.filter(
    (row) => presence(row, rules.indexes) === 'present' && !leavingFields.has(row.id),
  );
  return [
    ...rows.filter(endsByItself).map((row) => ends(`index ${row.indexname}`, row.validUntil)),
    ...fields
      .filter((row) => names.has(row.indexId) && endsByItself(row))
      .map((row) =>
        ends(`index ${names.get(row.indexId)} field ${row.ordinality}`, row.validUntil),
      ),
  ].sort(compareText);
}

function expiredIds(
  changes: readonly Change[],
  kind: Change['kind'],
): ReadonlySet<number | undefined> {
  return new Set(
    changes
      .filter((change) => change.kind === kind && change.action === 'expire')
      .map((change) => (change.kind === 'servermap' ? undefined : change.before?.id)),
  );
}

function ends(what: string, when: string): string {
  return `${what} ends at ${when}, as another tool arranged; a plan after that revives it`;
}
