import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceFile } from '../../../src/manifest/source.js';
import { writeManifest } from '../../../src/manifest/write-manifest.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { desiredFromRecorded } from '../../../src/planning/desired-from-recorded.js';
import { makePlan, type PlanInput } from '../../../src/planning/make-plan.js';
import { periodRules, readClusterSettings } from '../../../src/planning/periods.js';
import { PlanProblemsError } from '../../../src/planning/problems.js';
import { applyInMemory } from '../../../src/planning/recorded-from-desired.js';
import { isSelected, requireMatches, type Selection } from '../../../src/planning/selection.js';
import { recordedOf } from '../../support/states/case-recorded.js';
import { desiredState, NOW, recordedState } from '../../support/states/generate-state.js';
import { desiredFromFiles } from '../../support/states/read-manifests.js';

const RUNS = 200;
const TIMEOUT_MS = 60_000;

test('a field goes with its index unless it is addressed itself', () => {
  const field = 'index/i/field/1';
  expect(isSelected(field, { targets: ['index/i'], excludes: [] })).toBe(true);
  expect(isSelected(field, { targets: ['index/i'], excludes: [field] })).toBe(false);
  expect(isSelected('index/i', { targets: [field], excludes: [] })).toBe(false);
});

const RECORDED = recordedOf({
  instances: ['host1'],
  dimensions: ['/a', '/b'],
  indexes: [{ name: 'i', fields: ['/x', '/y'] }],
  config: { retain_hrs: '1' },
  servermap: 'ring',
});

function desiredOf(text: string) {
  const header = 'apiVersion: lenkwerk/v1\nkind: Cluster\n';
  const loaded = desiredFromFiles([new SourceFile('a.yaml', `${header}${text}`)]);
  if (loaded.kind === 'problems') throw new Error('the manifest has problems');
  return loaded.desired;
}

/** `action address`, or `address: message` of each problem. */
function planned(text: string, selection: Partial<Selection>): readonly string[] {
  const desired = desiredOf(text);
  const chosen = { targets: [], excludes: [], ...selection };
  const common = { now: NOW, toolVersion: '0', gitCommit: null, selection: chosen };
  try {
    const { changes } = makePlan({ ...common, desired, recorded: RECORDED });
    return changes.map(({ action, address }) => `${action} ${address}`);
  } catch (error) {
    if (!(error instanceof PlanProblemsError)) throw error;
    return error.problems.map(({ address, message }) => `${address}: ${message}`);
  }
}

test('what takes the place of a row that was left out is not planned alone', () => {
  const held = 'cannot be planned alone: its place is held by what was left out';
  const inserted = 'dimensions: [{ field: /a }, { field: /c }, { field: /b }]';
  expect(planned(inserted, { targets: ['dimension//c'] })).toEqual([`dimension//c: ${held}`]);
  expect(planned(inserted, { targets: ['dimension//?'] })).toEqual([
    'create dimension//c',
    'update dimension//b',
  ]);
  const appended = 'dimensions: [{ field: /a }, { field: /b }, { field: /c }]';
  expect(planned(appended, { targets: ['dimension//c'] })).toEqual(['create dimension//c']);
  const fields = '[{ pointer: /z }, { pointer: /x }, { pointer: /y }]';
  const first = `indexes: [{ name: i, method: btree, fields: ${fields} }]`;
  expect(planned(first, { targets: ['index/i/field/0'] })).toEqual([`index/i/field/0: ${held}`]);
  expect(planned(first, { targets: ['index/i'] })).toEqual([
    'create index/i/field/0',
    'update index/i/field/1',
    'update index/i/field/2',
  ]);
});

test('a field is not planned without its new index', () => {
  const manifest = `indexes:
  - { name: i, method: btree, fields: [{ pointer: /x }, { pointer: /y }] }
  - { name: j, method: btree, fields: [{ pointer: /x }] }`;
  expect(planned(manifest, { targets: ['index/j/field/0'] })).toEqual([
    'index/j/field/0: cannot be planned alone: its index is not recorded yet',
  ]);
  expect(planned(manifest, { targets: ['index/j'] })).toEqual([
    'create index/j',
    'create index/j/field/0',
  ]);
});

test('config and instances that were left out stay as they are recorded', () => {
  const manifest = `config: { retain_hrs: 2, production: 1 }
instances: [{ host: host2, username: schaufel }]
servermap: { algorithm: ring }`;
  expect(planned(manifest, { excludes: ['config/*', 'servermap'] })).toEqual([
    'create instance/host2:5432',
    'delete instance/host1:5432',
  ]);
  expect(planned(manifest, { targets: ['config/production'] })).toEqual([
    'create config/production',
  ]);
});

const DESIRED = desiredOf('config: { production: 1 }');
const REQUEST = {
  desired: DESIRED,
  recorded: RECORDED,
  rules: periodRules(readClusterSettings(DESIRED, RECORDED.config), NOW),
};

test.each([
  ['instance/host1:543', 'instance/host1:5432'],
  ['index/i/field/2', 'index/i/field/0'],
  ['dimension//n', 'dimension//a'],
  ['servermaps', 'servermap'],
  ['config/produktion', 'config/production'],
])('a pattern that matches nothing is refused: %s', (pattern, nearest) => {
  const refused = (selection: Selection) => () => requireMatches(selection, REQUEST);
  for (const selection of [
    { targets: ['config/*', pattern], excludes: [] },
    { targets: [], excludes: [pattern] },
  ]) {
    expect(refused(selection)).toThrow(
      expect.objectContaining({ code: 'usage', hint: `did you mean ${nearest}?` }),
    );
  }
});

test('a pattern matches what is desired, or recorded', () => {
  const targets = ['config/production', 'config/retain_hrs', 'index/i/field/1', 'dimension//b'];
  requireMatches({ targets, excludes: ['servermap', 'instance/*'] }, REQUEST);
  const far = { targets: ['something/else'], excludes: [] };
  expect(() => requireMatches(far, REQUEST)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('addresses look like') }),
  );
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
        const text = writeManifest(desiredFromRecorded(recorded, { now: NOW, unmanaged: [] }));
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
