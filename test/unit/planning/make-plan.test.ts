import { expect, it } from 'vitest';
import { NOTHING_MANAGED } from '../../../src/model/resources.js';
import { makePlan } from '../../../src/planning/make-plan.js';
import { Members } from '../../support/states/case-members.js';
import { recordedOf } from '../../support/states/case-recorded.js';

function planFor(cluster: string | undefined) {
  const recorded = recordedOf({ database: 'lenkwerk_eu' });
  const desired = { ...NOTHING_MANAGED, cluster };
  const now = '2026-11-23 10:30:00';
  return makePlan({ desired, recorded, now, toolVersion: '0.0.0', gitCommit: null });
}

it('is refused for the manifests of another database', () => {
  expect(() => planFor('lenkwerk_us')).toThrow(expect.objectContaining({ code: 'wrong-cluster' }));
  expect(planFor('lenkwerk_eu').changes).toEqual([]);
  expect(planFor(undefined).changes).toEqual([]);
});

it('a case with a misspelt member fails', () => {
  expect(() => recordedOf({ dimension: [] })).toThrow(/unknown members: dimension/);
  expect(() => recordedOf({ dimensions: [{ field: '/a', form: 'x' }] })).toThrow(/members: form/);
  expect(() => new Members({ desird: '' }, 'case').end()).toThrow(/unknown members: desird/);
});
