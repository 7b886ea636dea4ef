/** A recorded state without a row, for tests that are about some of the kinds only. */
import { assert } from '../../../src/model/errors.js';
import { KINDS, ROW_KINDS } from '../../../src/model/kinds.js';
import { isRecordedRows, type RecordedState } from '../../../src/model/resources.js';

const rows = Object.fromEntries(ROW_KINDS.map((kind) => [KINDS[kind].rows, []]));
assert(isRecordedRows(rows), 'every kind has its rows');

export const NOTHING_RECORDED: RecordedState = {
  ...rows,
  database: 'lenkwerk',
  clusterId: '00000000-0000-4000-8000-000000000000',
  servermap: undefined,
  formerCopies: [],
};
