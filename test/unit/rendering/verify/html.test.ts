/** A verdict as a page: what differs comes first, in one safe file of bounded size. */
import { expect, test } from 'vitest';
import { parseLsn } from '../../../../src/model/lsn.js';
import { verifyHtml } from '../../../../src/rendering/verify/html.js';
import type { Difference } from '../../../../src/verifying/compare.js';
import type { TargetReport, VerifyReport } from '../../../../src/verifying/verdict.js';
import { NODES } from '../../../support/nodes/example-nodes.js';
import { EVERY_KIND, HOSTILE, planOf } from '../../../support/states/example-plans.js';

const UNSAFE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;
const MARKUP = `</style><script>${HOSTILE}`;

function difference(key: string, found = '"b"'): Difference {
  return { key, kind: 'altered', expected: '"a"', found };
}

function targetOf(differences: readonly Difference[]): TargetReport {
  return {
    ...{ target: 'default', verdict: 'diverged', detail: 'compared at a barrier', keys: 3 },
    ...{ hint: undefined, agreed: undefined, repaired: undefined, differences },
    position: { lsn: parseLsn('0/1A2B3C'), committedAt: '2026-11-23T10:00:00.000Z' },
  };
}

function reportOf(targets: readonly TargetReport[]): VerifyReport {
  return {
    ...{ verdict: 'diverged', compared: 'manifests', targets, nodes: undefined, plan: EVERY_KIND },
    ...{ driftUnknown: undefined, notCompared: undefined, unmanaged: [] },
    drift: planOf(EVERY_KIND.changes.slice(0, 1)),
    lastApply: {
      ...{ id: 4n, appliedAt: '2026-11-23 09:59:00.000000', databaseUser: 'ops' },
      ...{ author: MARKUP, gitCommit: 'e40de79' },
    },
  };
}

test('every part of a report', async () => {
  const differing = targetOf([difference('/Config/a'), difference(MARKUP, MARKUP)]);
  const report: VerifyReport = {
    ...reportOf([{ ...differing, repaired: [difference('/Config/b')] }]),
    nodes: { ...NODES, verdict: 'lagging', rows: undefined },
  };
  const page = verifyHtml(report);
  await expect(page).toMatchFileSnapshot('../goldens/verify.html.golden');
  expect(page).not.toMatch(UNSAFE);
  expect(page).not.toMatch(/<script|<link|<img|\sstyle=|\son\w+=/);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
});

test('10,000 differences are below a megabyte, and each is named', () => {
  const differences = Array.from({ length: 10_000 }, (_, i) => {
    return difference(`/Config/key_${i * i}`, `"${"'".repeat(i)}"`);
  });
  const page = verifyHtml(reportOf([targetOf(differences)]));
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  expect(page).toContain('9500 more, by name: ');
  for (const { key } of differences) expect(page).toContain(key);
});

test('the longest values of many targets are below a megabyte', () => {
  const long = "'".repeat(2_000);
  const differences = Array.from({ length: 2_000 }, (_, i) => difference(`${i}${long}`, long));
  const targets = Array.from({ length: 50 }, (_, i) => ({
    ...targetOf(differences),
    ...{ target: `${i}${long}`, detail: long, hint: long },
  }));
  expect(Buffer.byteLength(verifyHtml(reportOf(targets)))).toBeLessThan(1_000_000);
});
