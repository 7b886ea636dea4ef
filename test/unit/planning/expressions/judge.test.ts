import { beforeAll, expect, test } from 'vitest';
import { type DesiredState, NOTHING_MANAGED } from '../../../../src/model/resources.js';
import { INFINITY, MINUS_INFINITY } from '../../../../src/model/time-bounds.js';
import { judgeDesired } from '../../../../src/planning/expressions/judge.js';
import { loadExpressionGrammar, vetExpression } from '../../../../src/planning/expressions/vet.js';
import { makePlan } from '../../../../src/planning/make-plan.js';
import { NOTHING_RECORDED } from '../../../../src/planning/recorded-from-desired.js';

beforeAll(loadExpressionGrammar);

const source = { file: 'a.yaml', line: 7, column: 9 };
const always = { validFrom: MINUS_INFINITY, validUntil: INFINITY };
const PLAIN = { name: 'i', method: 'btree', tablespace: 'pg_default' };

interface Names {
  readonly name: string;
  readonly method: string;
  readonly tablespace: string;
}

function desired(names: Names, ...expressions: readonly string[]): DesiredState {
  const fields = expressions.map((expression) => ({ expression, source }));
  return { ...NOTHING_MANAGED, indexes: [{ ...names, fields, source }] };
}

function plan(state: DesiredState, rows: readonly Names[] = []) {
  const indexes = rows.map((row, at) => ({ ...row, id: at + 1, ...always }));
  return makePlan({
    desired: state,
    recorded: { ...NOTHING_RECORDED, indexes },
    now: '2026-01-01 00:00:00',
    toolVersion: '0',
    gitCommit: null,
    vet: vetExpression,
  });
}

test.each<[string, Partial<Names>]>([
  ['a method that ends the statement', { method: 'rum (data); DROP TABLE x; --' }],
  ['a method in quotes', { method: '"gin"' }],
  ['a method of another schema', { method: 'public.gin' }],
  ['a tablespace with a clause', { tablespace: 'fast WHERE pg_sleep(9) IS NULL' }],
  ['a tablespace that ends the statement', { tablespace: "x; COPY t TO PROGRAM 'sh'" }],
  ['a name with a table of its own', { name: 'i ON t(a); --' }],
  ['a name with a line break', { name: 'i\nON evil' }],
  ['a name with a quote', { name: 'i"' }],
  ['a name in capitals, which unquoted is another', { name: 'Base' }],
  ['a name with letters that look like others', { name: 'bаse' }],
  ['a name that begins with a digit', { name: '1st' }],
])('%s is dangerous, with its reason in plan and validate', (_, odd) => {
  const state = desired({ ...PLAIN, ...odd }, "data->'a'");
  const { changes, notices } = plan(state);
  expect(changes.map(({ kind, dangers }) => [kind, dangers])).toEqual([
    ['index', ['expression:unvetted']],
    ['index-field', []],
  ]);
  const reason = expect.stringContaining('is no plain identifier');
  expect(notices).toEqual([reason]);
  expect(judgeDesired(state, vetExpression)).toEqual({ problems: [], notices: [reason] });
});

test.each<[string, Partial<Names>, string]>([
  ['a reserved word as name', { name: 'select' }, 'is a reserved word'],
  ['a word for types and functions as name', { name: 'left' }, 'is a reserved word'],
  ['a reserved word as method', { method: 'user' }, 'is a reserved word'],
  ['a reserved word as tablespace', { tablespace: 'default' }, 'is a reserved word'],
  ['a name of the catalog', { name: 'pg_class' }, 'begins with pg_'],
  ['the tablespace of shared tables', { tablespace: 'pg_global' }, 'begins with pg_'],
  ['a tablespace that cannot be created', { tablespace: 'pg_fast' }, 'begins with pg_'],
  ['a default that is none of a name', { name: 'pg_default' }, 'begins with pg_'],
])('%s is dangerous for its reason', (_, odd, why) => {
  const state = desired({ ...PLAIN, ...odd }, "data->'a'");
  const { changes, notices } = plan(state);
  expect(changes.flatMap(({ dangers }) => dangers)).toEqual(['expression:unvetted']);
  expect(notices).toEqual([expect.stringContaining(why)]);
});

test.each<[string, Partial<Names>]>([
  ['plain names', {}],
  ['words that SQL does not reserve', { name: 'index', tablespace: 'between' }],
  ['another method', { method: 'rum' }],
  ['digits and underscores', { name: '_base_2', tablespace: 'nvme_01' }],
])('%s are not', (_, names) => {
  const state = desired({ ...PLAIN, ...names }, "data->'a'");
  expect(plan(state).changes.flatMap(({ dangers }) => dangers)).toEqual([]);
  expect(judgeDesired(state, vetExpression)).toEqual({ problems: [], notices: [] });
});

test('a tablespace that becomes odd is dangerous, one that stays so or goes is not', () => {
  const odd = { ...PLAIN, tablespace: 'x y' };
  const dangers = (state: DesiredState, row: Names) =>
    plan(state, [row]).changes.flatMap((change) => [change.action, ...change.dangers]);
  expect(dangers(desired(odd), PLAIN)).toEqual(['update', 'expression:unvetted']);
  expect(dangers(desired(odd), odd)).toEqual([]);
  expect(dangers(desired(PLAIN), odd)).toEqual(['update']);
  expect(dangers({ ...NOTHING_MANAGED, indexes: [] }, odd)).toEqual(['expire', 'expire:index']);
});

test('what PostgreSQL cannot read is a problem in plan and validate, whatever is allowed', () => {
  const state = desired(PLAIN, "data->'ok'", "data->'a'); DROP TABLE x; SELECT (1");
  const problem = {
    message: expect.stringContaining('the expression is not valid: '),
    source,
  };
  expect(judgeDesired(state, vetExpression)).toMatchObject({
    problems: [{ ...problem, address: 'index/i' }],
    notices: [],
  });
  expect(() => plan(state)).toThrow('index/i/field/1: the expression is not valid');
});

test('an unvetted expression has its reason and its place in plan and validate', () => {
  const state = desired(PLAIN, "data->'ok'", 'data - now()');
  const why = 'is not vetted: the function now is not allowed: its result depends on';
  expect(plan(state).notices).toEqual([
    expect.stringMatching(`^index/i/field/1 ${why}.*\\(at character 8\\)$`),
  ]);
  expect(judgeDesired(state, vetExpression)).toEqual({
    problems: [],
    notices: [expect.stringMatching(`^a.yaml:7:9: index/i ${why}`)],
  });
});

test('sections that are not managed are not judged', () => {
  expect(judgeDesired(NOTHING_MANAGED, vetExpression)).toEqual({ problems: [], notices: [] });
});
