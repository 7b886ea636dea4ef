/** The same state with its rows in another order. */
import fc from 'fast-check';
import type { DesiredState, RecordedState } from '../../../src/model/resources.js';

/** The same state with every table in another order. */
export function shuffledRecorded(state: RecordedState): fc.Arbitrary<RecordedState> {
  return fc.record({
    ...state,
    database: fc.constant(state.database),
    clusterId: fc.constant(state.clusterId),
    instances: shuffled(state.instances),
    dimensions: shuffled(state.dimensions),
    indexes: shuffled(state.indexes),
    indexFields: shuffled(state.indexFields),
    config: shuffled(state.config),
    servermap: fc.constant(state.servermap),
    formerCopies: shuffled(state.formerCopies),
  });
}

/** The same state with what has no order in another order. */
export function shuffledDesired(state: DesiredState): fc.Arbitrary<DesiredState> {
  return fc.record({
    cluster: fc.constant(state.cluster),
    instances: state.instances === undefined ? fc.constant(undefined) : shuffled(state.instances),
    dimensions: fc.constant(state.dimensions),
    indexes: state.indexes === undefined ? fc.constant(undefined) : shuffled(state.indexes),
    servermap: fc.constant(state.servermap),
    config: state.config === undefined ? fc.constant(undefined) : shuffled(state.config),
  });
}

function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}
