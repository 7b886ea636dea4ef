import { beforeAll, expect, test } from 'vitest';
import { NOTHING_MANAGED, type RecordedIndexField } from '../../../src/model/resources.js';
import { INFINITY, MINUS_INFINITY } from '../../../src/model/time-bounds.js';
import { loadExpressionGrammar, vetExpression } from '../../../src/planning/expressions/vet.js';
import { makePlan } from '../../../src/planning/make-plan.js';
import { NOTHING_RECORDED } from '../../support/states/nothing-recorded.js';

beforeAll(loadExpressionGrammar);

const HOSTILE = 'pg_sleep(1)';
const GOOD = "lower(data->>'email')";
const POINTER = "data->'a'";
const always = { validFrom: MINUS_INFINITY, validUntil: INFINITY };
const never = { validFrom: MINUS_INFINITY, validUntil: MINUS_INFINITY };

test('a new field is marked when its expression is refused', () => {
  expect(dangers([], [POINTER, HOSTILE, GOOD])).toEqual([
    ['create', []],
    ['create', ['expression:unvetted']],
    ['create', []],
  ]);
});

test('so is one that is rewritten, and one that is revived', () => {
  expect(dangers([field(0, GOOD, always)], [HOSTILE])).toEqual([
    ['update', ['expression:unvetted']],
  ]);
  expect(dangers([field(0, HOSTILE, never)], [HOSTILE])).toEqual([
    ['revive', ['expression:unvetted']],
  ]);
});

test('one that is removed is not, nor one that is unchanged', () => {
  expect(dangers([field(0, HOSTILE, always), field(1, GOOD, always)], [HOSTILE])).toEqual([
    ['expire', ['expire:index']],
  ]);
  expect(dangers([field(0, GOOD, always), field(1, HOSTILE, always)], [GOOD])).toEqual([
    ['expire', ['expire:index']],
  ]);
});

test('without vetting nothing is marked', () => {
  const plan = makePlan({ ...input([], [HOSTILE]) });
  expect(plan.changes.flatMap((change) => change.dangers)).toEqual([]);
});

function dangers(rows: readonly RecordedIndexField[], expressions: readonly string[]) {
  const plan = makePlan({ ...input(rows, expressions), vet: vetExpression });
  const fields = plan.changes.filter(({ kind }) => kind === 'index-field');
  return fields.map((change) => [change.action, change.dangers]);
}

function input(rows: readonly RecordedIndexField[], expressions: readonly string[]) {
  const source = { file: 'indexes.yaml', line: 1, column: 1 };
  const fields = expressions.map((expression) => ({ expression, source }));
  const index = { name: 'i', method: 'btree', tablespace: 'pg_default', fields, source };
  const desired = { ...NOTHING_MANAGED, indexes: [index] };
  const row = { id: 1, name: 'i', method: 'btree', tablespace: 'pg_default', ...always };
  const recorded = { ...NOTHING_RECORDED, indexes: [row], indexFields: rows };
  return { desired, recorded, now: '2026-01-01 00:00:00', toolVersion: '0', gitCommit: null };
}

function field(ordinality: number, expression: string, period: typeof always): RecordedIndexField {
  return { id: ordinality + 1, indexId: 1, ordinality, expression, ...period };
}
