import { expect, test } from 'vitest';
import type { Change } from '../../../../src/planning/change.js';
import { contradictionIn } from '../../../../src/planning/format/consistent.js';
import { EVERY_KIND, newServermap, planOf } from '../../../support/states/example-plans.js';

const ROW = { key: 'a', value: '1' };
const CONFIG = {
  kind: 'config',
  address: 'config/a',
  reason: '',
  source: null,
  dangers: [],
} as const;
const ACTIONS = ['create', 'revive', 'update', 'expire', 'delete'] as const;

/** Which rows a change may have. */
const POSSIBLE: ReadonlySet<string> = new Set([
  ...['create: none to one', 'revive: one to one', 'update: one to one'],
  ...['expire: one to one', 'delete: one to none'],
]);

test('a plan of every kind does not contradict itself', () => {
  expect(contradictionIn(EVERY_KIND)).toBeUndefined();
});

const SIDES = [null, ROW].flatMap((before) => [null, ROW].map((after) => ({ before, after })));

test.each(ACTIONS.flatMap((action) => SIDES.map((sides) => ({ action, ...sides }))))(
  '$action from $before to $after',
  (given) => {
    const change: Change = { ...CONFIG, ...given };
    const [from, to] = [given.before, given.after].map((row) => (row === null ? 'none' : 'one'));
    const isPossible = POSSIBLE.has(`${given.action}: ${from} to ${to}`);
    const clause = 'the change at config/a is of another row or another kind';
    expect(contradictionIn(planOf([change]))).toBe(isPossible ? undefined : clause);
  },
);

test('a new generation of the servermap may replace one', () => {
  const rows = { algorithm: 'literal', map: '{"version":1}' } as const;
  const change: Change = {
    ...{ kind: 'servermap', address: 'servermap', action: 'create', reason: '', source: null },
    ...{ dangers: [], before: rows, after: rows },
  };
  expect(contradictionIn(planOf([change]))).toBeUndefined();
});

test('a change has the address of its rows', () => {
  const change: Change = { ...CONFIG, action: 'update', before: { ...ROW, key: 'b' }, after: ROW };
  expect(contradictionIn(planOf([change]))).toContain('config/a');
  const elsewhere: Change = { ...newServermap, address: 'config/a' };
  expect(contradictionIn(planOf([elsewhere]))).toContain('config/a');
});

test.each(['add', 'change', 'expire', 'delete'] as const)('its summary counts %s', (count) => {
  const summary = { ...EVERY_KIND.summary, [count]: 99 };
  expect(contradictionIn({ ...EVERY_KIND, summary })).toBe('its summary counts other changes');
});
