import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceFile } from '../../../src/manifest/source.js';
import { writeManifest } from '../../../src/manifest/write-manifest.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { desiredFromRecorded } from '../../../src/planning/desired-from-recorded.js';
import { makePlan, type PlanInput } from '../../../src/planning/make-plan.js';
import { isSelected, matchesPattern } from '../../../src/planning/selection.js';
import { applyInMemory } from '../../support/states/apply-in-memory.js';
import { desiredState, NOW, recordedState } from '../../support/states/generate-state.js';
import { desiredFromFiles } from '../../support/states/read-manifests.js';

const RUNS = 200;
const TIMEOUT_MS = 60_000;

test.each([
  ['index/a', 'index/a', true],
  ['index/a', 'index/*', true],
  ['dimension//a/b', 'dimension/*b', true],
  ['config/ab', 'config/?', false],
  ['config/a', 'config/?', true],
  ['config/a', 'onfig/a', false],
  ['config/aXbXc', '*a*b*c', true],
])('%s and the pattern %s: %j', (address, pattern, expected) => {
  expect(matchesPattern(address, pattern)).toBe(expected);
});

test('a field goes with its index unless it is addressed itself', () => {
  const field = 'index/i/field/1';
  expect(isSelected(field, { targets: ['index/i'], excludes: [] })).toBe(true);
  expect(isSelected(field, { targets: ['index/i'], excludes: [field] })).toBe(false);
  expect(isSelected('index/i', { targets: [field], excludes: [] })).toBe(false);
});

const patterns = fc.subarray(['config/*', 'instance/*', 'dimension/*', 'index/*', 'servermap']);

test(
  'a part of a plan holds only what was chosen, and leaves nothing of it to plan',
  () => {
    let planned = 0;
    fc.assert(
      fc.property(desiredState, recordedState, patterns, (desired, recorded, targets) => {
        const selection = { targets, excludes: [] };
        const common = { desired, now: NOW, toolVersion: '0', gitCommit: null, selection };
        const first = planUnlessRefused({ ...common, recorded });
        if (first === undefined) return;
        planned += first.changes.length;
        expect(first.changes.every(({ address }) => isSelected(address, selection))).toBe(true);
        const applied = applyInMemory(recorded, first.changes);
        expect(makePlan({ ...common, recorded: applied }).changes).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    expect(planned).toBeGreaterThan(RUNS);
  },
  TIMEOUT_MS,
);

test(
  'the recorded state, written as a manifest and read again, plans nothing',
  () => {
    let compared = 0;
    fc.assert(
      fc.property(recordedState, (recorded) => {
        const text = writeManifest(desiredFromRecorded(recorded, NOW));
        const loaded = desiredFromFiles([new SourceFile('export', text)]);
        if (loaded.kind === 'problems') return;
        compared += 1;
        const { desired } = loaded;
        const plan = makePlan({ desired, recorded, now: NOW, toolVersion: '0', gitCommit: null });
        expect(plan.changes).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    expect(compared).toBeGreaterThan(RUNS / 10);
  },
  TIMEOUT_MS,
);

/** undefined when it is refused, or a pattern stands for nothing. */
function planUnlessRefused(input: PlanInput) {
  try {
    return makePlan(input);
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
