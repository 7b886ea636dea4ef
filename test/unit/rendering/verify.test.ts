import { expect, test } from 'vitest';
import { parseLsn } from '../../../src/model/lsn.js';
import { verifyJson, verifyText } from '../../../src/rendering/verify.js';
import type { VerifyReport } from '../../../src/verifying/verdict.js';
import { EVERY_KIND, HOSTILE, planOf } from './example-plans.js';

const REPORT: VerifyReport = {
  verdict: 'diverged',
  published: {
    verdict: 'diverged',
    detail: 'compared at a barrier',
    keys: 3,
    position: { lsn: parseLsn('0/1A2B3C'), committedAt: undefined },
    differences: [
      { key: '/Config/a', kind: 'missing', expected: '{"id":1}', found: undefined },
      { key: `/Config/${HOSTILE}`, kind: 'stray', expected: undefined, found: HOSTILE },
      { key: '/Servermap', kind: 'altered', expected: '1', found: '2' },
    ],
  },
  plan: EVERY_KIND,
  drift: planOf(EVERY_KIND.changes.slice(0, 1)),
};

test('as text', async () => {
  await expect(verifyText(REPORT)).toMatchFileSnapshot('./goldens/verify.txt.golden');
});

test('as JSON, with nothing unprintable and nothing lost', () => {
  const json = verifyJson(REPORT);
  expect(json).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u);
  const document = JSON.parse(json);
  expect(document.published.position).toEqual({ lsn: '0/1A2B3C', committedAt: null });
  expect(document.published.differences[1]).toEqual({
    key: `/Config/${HOSTILE}`,
    kind: 'stray',
    expected: null,
    found: HOSTILE,
  });
  expect(document.plan.summary).toEqual(EVERY_KIND.summary);
});
