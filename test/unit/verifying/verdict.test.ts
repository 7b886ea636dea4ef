import { expect, test } from 'vitest';
import { overallVerdict } from '../../../src/verifying/verdict.js';
import { EVERY_KIND, NOTHING_TO_DO } from '../../support/states/example-plans.js';

test.each(['diverged', 'lagging', 'inconclusive'] as const)(
  '%s takes precedence over what the manifests would change',
  (published) => {
    expect(overallVerdict(published, EVERY_KIND, EVERY_KIND)).toBe(published);
    expect(overallVerdict(published, undefined, undefined)).toBe(published);
  },
);

test.each([
  ['converged', undefined, undefined],
  ['converged', NOTHING_TO_DO, EVERY_KIND],
  ['pending', EVERY_KIND, undefined],
  ['pending', EVERY_KIND, NOTHING_TO_DO],
  ['drifted', EVERY_KIND, EVERY_KIND],
] as const)('%s', (verdict, plan, drift) => {
  expect(overallVerdict('converged', plan, drift)).toBe(verdict);
});
