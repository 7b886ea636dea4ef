/** The same state with its rows in another order. */
import fc from 'fast-check';
import { assert } from '../../../src/model/errors.js';
import { KINDS, ROW_KINDS } from '../../../src/model/kinds.js';
import {
  type DesiredState,
  isRecordedRows,
  type RecordedState,
  rowsOf,
} from '../../../src/model/resources.js';

/** The same state with every table in another order. */
export function shuffledRecorded(state: RecordedState): fc.Arbitrary<RecordedState> {
  const tables = ROW_KINDS.map((kind) => [KINDS[kind].rows, shuffled(rowsOf(state, kind))]);
  const rows = fc.record<Readonly<Record<string, unknown>>>(Object.fromEntries(tables));
  return fc.tuple(rows, shuffled(state.formerCopies)).map(([shuffledRows, formerCopies]) => {
    assert(isRecordedRows(shuffledRows), 'every kind has its rows');
    return { ...state, ...shuffledRows, formerCopies };
  });
}

/** The same state with what has no order in another order. */
export function shuffledDesired(state: DesiredState): fc.Arbitrary<DesiredState> {
  const sections = fc.record({
    instances: state.instances === undefined ? fc.constant(undefined) : shuffled(state.instances),
    indexes: state.indexes === undefined ? fc.constant(undefined) : shuffled(state.indexes),
    config: state.config === undefined ? fc.constant(undefined) : shuffled(state.config),
  });
  return sections.map((shuffledSections) => ({ ...state, ...shuffledSections }));
}

function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}
