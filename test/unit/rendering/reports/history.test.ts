import { expect, test } from 'vitest';
import { readLoggedPlan } from '../../../../src/planning/format/read.js';
import { loggedPlan, planJson } from '../../../../src/planning/format/write.js';
import {
  entryJson,
  entryText,
  type HistoryEntry,
} from '../../../../src/rendering/reports/history.js';
import { EVERY_KIND, HOSTILE_PLAN } from '../../../support/states/example-plans.js';

const SHOWN = { broken: undefined, color: false };

function entryOf(logged: Pick<HistoryEntry, 'plan' | 'desired'>): HistoryEntry {
  return {
    id: 7n,
    uuid: '00000000-0000-4000-8000-000000000000',
    appliedAt: '2026-11-23 10:00:00.123456+00',
    databaseUser: 'deploy',
    author: 'ada',
    gitCommit: null,
    ci: null,
    digest: 'd'.repeat(64),
    ...logged,
  };
}

test.each([
  ['every kind of change', EVERY_KIND],
  ['hostile values', HOSTILE_PLAN],
])('an entry is shown as those that earlier versions wrote: %s', (_, plan) => {
  const compact = entryOf(loggedPlan(plan));
  const indented = entryOf({ plan: planJson(plan), desired: plan.desired });
  expect(compact.plan).not.toContain('\n');
  expect(compact.plan.length).toBeLessThan(indented.plan.length);
  expect(entryText(compact, SHOWN)).toBe(entryText(indented, SHOWN));
  expect(entryJson(compact, undefined)).toBe(entryJson(indented, undefined));
  expect(JSON.parse(entryJson(compact, undefined)).entry.plan).toEqual(JSON.parse(planJson(plan)));
});

test('a logged plan is read back whole, and the desired state is kept once', () => {
  const logged = loggedPlan(EVERY_KIND);
  expect(planJson(readLoggedPlan(logged, 'the log'))).toBe(planJson(EVERY_KIND));
  expect(logged.plan).not.toContain('apiVersion');
  const earlier = { plan: planJson(EVERY_KIND), desired: null };
  expect(planJson(readLoggedPlan(earlier, 'the log'))).toBe(planJson(EVERY_KIND));
});

test('a plan of another version is shown in lines', () => {
  const entry = entryOf({ plan: '{"formatVersion":99,"of":["the future"]}', desired: null });
  expect(entryText(entry, SHOWN)).toContain('  "of": [\n    "the future"\n  ]\n');
});
