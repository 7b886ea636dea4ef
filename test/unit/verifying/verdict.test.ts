import { expect, test } from 'vitest';
import { overallVerdict, VERDICTS } from '../../../src/verifying/verdict.js';
import { EVERY_KIND, NOTHING_TO_DO } from '../../support/states/example-plans.js';

const NONE = {
  compared: 'none',
  plan: undefined,
  drift: undefined,
  driftUnknown: undefined,
  notCompared: undefined,
  unmanaged: [],
  lastApply: undefined,
} as const;
const AHEAD = { ...NONE, compared: 'manifests', plan: EVERY_KIND } as const;
const WELL = { verdict: 'converged' } as const;

test.each(['lagging', 'inconclusive', 'unconfirmed', 'diverged'] as const)(
  '%s takes precedence over what the manifests would change',
  (verdict) => {
    expect(overallVerdict({ ...AHEAD, drift: EVERY_KIND }, [WELL, { verdict }])).toBe(verdict);
    expect(overallVerdict(NONE, [{ verdict }, WELL])).toBe(verdict);
  },
);

test('of several targets the worst counts, whatever their order', () => {
  expect(Object.keys(VERDICTS)).toEqual([
    'converged',
    'pending',
    'drifted',
    'lagging',
    'inconclusive',
    'unconfirmed',
    'diverged',
  ]);
  const all = ['lagging', 'diverged', 'converged', 'unconfirmed', 'inconclusive'] as const;
  const order = ['converged', 'lagging', 'inconclusive', 'unconfirmed', 'diverged'] as const;
  for (const [at, worst] of order.entries()) {
    const some = all.filter((verdict) => order.indexOf(verdict) <= at);
    expect(
      overallVerdict(
        NONE,
        some.map((verdict) => ({ verdict })),
      ),
    ).toBe(worst);
  }
});

test.each([
  ['converged', undefined, undefined],
  ['converged', NOTHING_TO_DO, EVERY_KIND],
  ['pending', EVERY_KIND, undefined],
  ['pending', EVERY_KIND, NOTHING_TO_DO],
  ['drifted', EVERY_KIND, EVERY_KIND],
  // Without manifests the last apply alone is compared.
  ['drifted', undefined, EVERY_KIND],
  ['converged', undefined, NOTHING_TO_DO],
] as const)('%s', (verdict, plan, drift) => {
  expect(overallVerdict({ ...NONE, plan, drift }, [WELL])).toBe(verdict);
});
