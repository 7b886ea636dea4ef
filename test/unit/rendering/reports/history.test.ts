import { expect, test } from 'vitest';
import { readLoggedPlan } from '../../../../src/planning/format/read.js';
import { loggedPlan, planJson } from '../../../../src/planning/format/write.js';
import {
  entryJson,
  entryText,
  type HistoryEntry,
  historyJson,
  historyText,
} from '../../../../src/rendering/reports/history.js';
import { EVERY_KIND, HOSTILE_PLAN } from '../../../support/states/example-plans.js';

const WHOLE = { broken: undefined, expected: undefined };
const SHOWN = { chain: WHOLE, color: false };

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
  expect(entryJson(compact, WHOLE)).toBe(entryJson(indented, WHOLE));
  expect(JSON.parse(entryJson(compact, WHOLE)).entry.plan).toEqual(JSON.parse(planJson(plan)));
});

test('a logged plan is read back whole, and the desired state is kept once', () => {
  const logged = loggedPlan(EVERY_KIND);
  expect(planJson(readLoggedPlan(logged, 'the log'))).toBe(planJson(EVERY_KIND));
  expect(logged.plan).not.toContain('apiVersion');
  const earlier = { plan: planJson(EVERY_KIND), desired: null };
  expect(planJson(readLoggedPlan(earlier, 'the log'))).toBe(planJson(EVERY_KIND));
});

test('the text states no more of the log than is known', () => {
  const expected = { id: 7n, digest: 'd'.repeat(64) };
  expect(historyText([], WHOLE)).toBe('Nothing was applied yet.\n');
  const entry = {
    ...entryOf({ plan: '{}', desired: null }),
    changes: undefined,
    ...{ revertOf: undefined, setStatus: undefined },
  };
  expect(historyText([entry], WHOLE)).toContain(
    'Whether the last ones were removed, only --expect',
  );
  expect(historyText([entry], { ...WHOLE, expected })).toContain('holds apply 7 as expected');
  const broken = { id: 7n, problem: 'not-as-expected' } as const;
  expect(historyText([], { broken, expected })).toContain(
    'entry 7 is missing, or not the expected',
  );
});

test.each([
  [{ add: 3, change: 1, expire: 1, delete: 2 }, 'a'.repeat(40), '+3 ~1 -3  aaaaaaaaaaaa'],
  [
    { add: 0, change: 1, expire: 0, delete: 0 },
    `${'a'.repeat(40)}-dirty`,
    '~1       aaaaaaaaaaaa-dirty',
  ],
  [{ add: 0, change: 0, expire: 0, delete: 0 }, null, 'none     -'],
  [undefined, null, '-        -'],
])('a line of the list has the counts of %j and the commit %s', (changes, gitCommit, words) => {
  const listedEntry = entryOf({ plan: '{}', desired: null });
  const entry = { ...listedEntry, changes, gitCommit, revertOf: undefined, setStatus: undefined };
  const [, line = ''] = historyText([entry], WHOLE).split('\n');
  expect(line.replace(/ +/g, ' ')).toBe(
    `7 2026-11-23 10:00:00 ada deploy ${words.replace(/ +/g, ' ')}`,
  );
  const [listed] = JSON.parse(historyJson([entry], WHOLE)).entries;
  expect(listed).toMatchObject({ changes: changes ?? null, gitCommit });
});

test('a revert names its apply beside the commit, or without one', () => {
  const entry = {
    ...entryOf({ plan: '{}', desired: null }),
    changes: undefined,
    revertOf: '5',
    setStatus: undefined,
  };
  expect(historyText([{ ...entry, gitCommit: 'abc' }], WHOLE)).toContain(' abc, revert of 5\n');
  expect(historyText([{ ...entry, gitCommit: null }], WHOLE)).toContain(' revert of 5\n');
  expect(JSON.parse(historyJson([entry], WHOLE)).entries[0]).toMatchObject({ revertOf: '5' });
});

test('a plan of another version is shown in lines', () => {
  const entry = entryOf({ plan: '{"formatVersion":99,"of":["the future"]}', desired: null });
  expect(entryText(entry, SHOWN)).toContain('  "of": [\n    "the future"\n  ]\n');
});
