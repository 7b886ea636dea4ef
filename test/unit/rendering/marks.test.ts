/** An earlier result is recognised, and a file that quotes one is none. */
import { describe, expect, test } from 'vitest';
import { PLAN_FORMS, VERIFY_FORMS } from '../../../src/rendering/forms.js';
import { CONVERGED, MEANINGS } from '../../../src/rendering/verify/meanings.js';
import { VERDICTS, type VerifyReport } from '../../../src/verifying/verdict.js';
import {
  EVERY_KIND,
  HOSTILE,
  HOSTILE_PLAN,
  NOTHING_TO_DO,
  planOf,
} from '../../support/states/example-plans.js';

const PLAIN = { color: false };
const PLANS = {
  'every kind': EVERY_KIND,
  'of hostile names': HOSTILE_PLAN,
  nothing: NOTHING_TO_DO,
  'nothing, with notices': planOf([], { notices: ['a notice', HOSTILE] }),
  'nothing of a part': planOf([], {
    partial: { targets: ['config/*'], excludes: [HOSTILE], leftOut: 2 },
  }),
  'without a danger': planOf(EVERY_KIND.changes.filter(({ dangers }) => dangers.length === 0)),
  'of one change each': planOf(EVERY_KIND.changes.slice(0, 1)),
};

describe.each(Object.keys(PLAN_FORMS))('a plan as %s', (name) => {
  const form = PLAN_FORMS[name];

  test.each(Object.entries(PLANS))('%s is recognised', async (_, plan) => {
    const text = (await form?.load())?.(plan, PLAIN) ?? '';
    expect(form?.mark.test(text)).toBe(true);
    const allowedBy = new Map(plan.changes.flatMap(({ dangers }) => dangers.map((d) => [d, 'x'])));
    expect(form?.mark.test((await form.load())(plan, { ...PLAIN, allowedBy }))).toBe(true);
  });

  test.each(Object.entries(PLANS))('%s in a quotation is not', async (_, plan) => {
    const text = (await form?.load())?.(plan, PLAIN) ?? '';
    const quotations = [`What I got:\n${text}`, `What I got:\n\n${text}\nIs that right?\n`];
    if (name === 'text' || name === 'summary') quotations.push(`${text}\nIs that right?\n`);
    for (const quotation of quotations) expect(form?.mark.test(quotation)).toBe(false);
  });
});

const REPORT: VerifyReport = {
  verdict: 'converged',
  compared: 'manifests',
  targets: [],
  nodes: undefined,
  plan: undefined,
  drift: undefined,
  driftUnknown: undefined,
  notCompared: undefined,
  unmanaged: [],
  lastApply: undefined,
};
const part = { only: ['config/a'], exclude: [], sections: [], addresses: [] };
const REPORTS: readonly VerifyReport[] = [
  ...(['manifests', 'last-apply', 'none'] as const).map((compared) => ({ ...REPORT, compared })),
  { ...REPORT, compared: 'last-apply', notCompared: part },
  ...(['pending', 'drifted', 'lagging', 'inconclusive', 'unconfirmed', 'diverged'] as const).map(
    (verdict) => ({ ...REPORT, verdict }),
  ),
];

describe.each(Object.entries(VERIFY_FORMS))('a verdict as %s', (name, { mark, load }) => {
  test('each is recognised, and not in a quotation', async () => {
    const format = await load();
    const texts = REPORTS.map((report) => format(report, PLAIN));
    // Metrics say nothing of what was compared.
    const verdicts = name === 'metrics' ? VERDICTS : { ...MEANINGS, ...CONVERGED };
    expect(new Set(texts).size).toBe(Object.keys(verdicts).length);
    for (const text of texts) {
      expect(mark.test(text)).toBe(true);
      expect(mark.test(`What I got:\n${text}`)).toBe(false);
    }
  });
});

test.each([
  { what: 'a list of what is to do', form: VERIFY_FORMS.text, text: 'pending: buy milk\n' },
  { what: 'a headline', form: PLAN_FORMS['markdown'], text: '## Plan for 2027\n' },
  { what: 'a chapter', form: VERIFY_FORMS['markdown'], text: '## Verify: the backups\n' },
  { what: 'a script', form: PLAN_FORMS['sql'], text: '-- Plan: 1 to add, and to look at\n' },
  {
    what: 'a remark',
    form: PLAN_FORMS.text,
    text: 'No changes: the recorded state is old.\n\nLook again.\n',
  },
])('$what is no result', ({ form, text }) => {
  expect(form?.mark.test(text)).toBe(false);
});
