/** What a report has about the comparison with the manifests and with the last apply. */
import { expect, test } from 'vitest';
import { assert } from '../../../../src/model/errors.js';
import { verifyJson } from '../../../../src/rendering/verify/json.js';
import { verifyMarkdown } from '../../../../src/rendering/verify/markdown.js';
import { verifyText } from '../../../../src/rendering/verify/text.js';
import type { NotCompared, VerifyReport } from '../../../../src/verifying/verdict.js';
import { EVERY_KIND, HOSTILE, planOf } from '../../../support/states/example-plans.js';

const REPORT: VerifyReport = {
  verdict: 'drifted',
  compared: 'manifests',
  targets: [],
  nodes: undefined,
  plan: EVERY_KIND,
  drift: planOf(EVERY_KIND.changes.slice(0, 1)),
  driftUnknown: undefined,
  notCompared: undefined,
  unmanaged: [],
  lastApply: {
    id: 12n,
    appliedAt: '2026-11-23 10:00:00.123456+00',
    databaseUser: 'a user',
    author: 'an author',
    gitCommit: null,
  },
};

const INVISIBLE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;

test('a part of the last apply: every form names what was not compared', () => {
  const notCompared: NotCompared = {
    only: ['config/a'],
    exclude: [HOSTILE],
    sections: ['indexes'],
    addresses: ['config/b'],
  };
  const report: VerifyReport = {
    ...REPORT,
    verdict: 'converged',
    compared: 'last-apply',
    plan: undefined,
    drift: planOf([]),
    notCompared,
  };
  for (const shown of [verifyText(report), verifyMarkdown(report)]) {
    expect(shown).toContain('what was compared of the last apply, recorded');
    expect(shown).toContain('not compared: what is outside of its part (--only config/a --exclude');
    expect(shown).toContain('indexes (unmanaged), config/b (unmanaged)');
    expect(shown).not.toMatch(INVISIBLE);
  }
  expect(JSON.parse(verifyJson(report)).notCompared).toEqual(notCompared);
  const beside = {
    ...report,
    compared: 'manifests',
    verdict: 'pending',
    plan: EVERY_KIND,
  } as const;
  expect(verifyText(beside)).toContain('known of its part alone: --only config/a');
});

test('drift that is not known beside manifests, with the reason', () => {
  const report = { ...REPORT, drift: undefined, driftUnknown: 'renamed' };
  for (const shown of [verifyText(report), verifyMarkdown(report)]) {
    expect(shown).toContain('changes since the last apply are not known: the state of apply 12');
    expect(shown).toContain('cannot be compared: renamed');
  }
  expect(JSON.parse(verifyJson(report))).toMatchObject({ drift: null, driftUnknown: 'renamed' });
});

test('drifted objects that no apply of these manifests would change', () => {
  const [change] = EVERY_KIND.changes;
  assert(change !== undefined, 'the plan has changes');
  const { address } = change;
  const report = { ...REPORT, plan: planOf([]), drift: planOf([change]) };
  const managed = 'no apply would change it';
  const left = 'unmanaged: the manifests leave it alone';
  expect(verifyText(report)).toContain(`drifted: ${address} (${managed})\n`);
  expect(verifyMarkdown(report)).toContain(`- drifted \`${address}\`: ${managed}\n`);
  const unmanaged = { ...report, unmanaged: [address] };
  expect(verifyText(unmanaged)).toContain(`drifted: ${address} (${left})\n`);
  expect(verifyMarkdown(unmanaged)).toContain(`- drifted \`${address}\`: ${left}\n`);
  const alone = { ...report, plan: undefined };
  expect(verifyText(alone)).toContain(`drifted: ${address}\n`);
  expect(verifyMarkdown(alone)).toContain(`- drifted \`${address}\`\n`);
});
