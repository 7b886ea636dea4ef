import { beforeAll, expect, test } from 'vitest';
import { parseJson } from '../../../src/model/json.js';
import { NOTHING_MANAGED, type RecordedIndexField } from '../../../src/model/resources.js';
import { INFINITY, MINUS_INFINITY } from '../../../src/model/time-bounds.js';
import { requireAllowed } from '../../../src/planning/dangers.js';
import { loadExpressionGrammar, vetExpression } from '../../../src/planning/expressions/vet.js';
import { makePlan } from '../../../src/planning/make-plan.js';
import { NOTHING_RECORDED } from '../../../src/planning/recorded-from-desired.js';
import { EVERY_KIND, planOf } from '../../support/states/example-plans.js';

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

test.each([
  [3, 3, false],
  [4, 4, true],
  [4, 39, true],
  [4, 40, false],
  [5, 49, true],
  [5, 50, false],
])('%i deletions of %i are unusually many: %j', (deleted, count, isMany) => {
  const config = Array.from({ length: count }, (_, at) => ({
    ...{ id: at + 1, key: `k${String(at).padStart(2, '0')}`, value: '1' },
  }));
  const source = { file: 'a.yaml', line: 1, column: 1 };
  const kept = config.slice(deleted).map(({ key }) => ({ key, value: parseJson('1'), source }));
  const plan = makePlan({
    desired: { ...NOTHING_MANAGED, config: kept },
    recorded: { ...NOTHING_RECORDED, config },
    ...{ now: '2026-01-01 00:00:00', toolVersion: '0', gitCommit: null },
  });
  expect(plan.summary.delete).toBe(deleted);
  const marked = plan.changes.filter(({ dangers }) => dangers.includes('deletes:many'));
  expect(marked).toHaveLength(isMany ? deleted : 0);
});

/** One deletion of config for each key, which is dangerous, and one creation, which is not. */
function deletionsOf(keys: readonly string[]) {
  const common = { kind: 'config', reason: '', source: null } as const;
  const created = { key: 'new', value: '1' };
  return planOf([
    {
      ...{ ...common, address: 'config/new', action: 'create', before: null, after: created },
      dangers: [],
    },
    ...keys.map((key) => {
      const before = { id: 1, key, value: '1' };
      const address = `config/${key}`;
      const dangers = ['delete:config'] as const;
      return { ...common, address, action: 'delete', before, after: null, dangers } as const;
    }),
  ]);
}

test('a plan is refused for each danger that is not allowed', () => {
  const refused = (message: string, hint: string) =>
    expect.objectContaining({
      ...{ code: 'refused', message, hint: `if that is what you want: ${hint}` },
    });
  requireAllowed(deletionsOf([]), []);
  requireAllowed(deletionsOf(['a']), ['delete:config']);
  expect(() => requireAllowed(deletionsOf(['a', 'b', 'c']), ['delete:instance'])).toThrow(
    refused('dangerous: delete:config (config/a, config/b, config/c)', '--allow delete:config'),
  );
  expect(() => requireAllowed(deletionsOf(['a', 'b', 'c', 'd', 'e']), [])).toThrow(
    refused(
      'dangerous: delete:config (config/a, config/b, config/c and 2 more)',
      '--allow delete:config',
    ),
  );
});

test('of several dangers those that are allowed are not named', () => {
  const found = new Set(EVERY_KIND.changes.flatMap((change) => change.dangers));
  const [left, ...allowed] = [...found];
  expect(allowed.length).toBeGreaterThan(0);
  requireAllowed(EVERY_KIND, [...found]);
  expect(() => requireAllowed(EVERY_KIND, allowed)).toThrow(
    expect.objectContaining({ hint: `if that is what you want: --allow ${left}` }),
  );
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
