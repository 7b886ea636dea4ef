import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makePlan } from '../../../src/planning/make-plan.js';
import { recordedFromDesired } from '../../../src/planning/recorded-from-desired.js';
import { desired } from '../../support/states/manifest-problems.js';

const NOW = '2026-11-26 10:00:00';
const SECTIONS = [
  'instances: [{host: a, username: u, status: online}, {host: b, username: u}, {host: c, username: u}]',
  'dimensions: [{field: x}, {field: y, default: z}]',
  'indexes: [{name: one, method: hash, fields: [{pointer: /a}, {expression: "(data)"}]}]',
  'servermap: {algorithm: ring}',
  'config: {production: 1, retain_hrs: 24}',
];

function planBetween(from: readonly string[], to: readonly string[]) {
  const recorded = recordedFromDesired(desired(...from), { now: NOW, database: 'from to to' });
  const context = { now: NOW, toolVersion: '', gitCommit: null };
  return makePlan({ ...context, desired: desired(...to), recorded });
}

test('a state differs from itself in nothing, whichever sections it has', () => {
  fc.assert(
    fc.property(fc.subarray(SECTIONS, { minLength: 1 }), (sections) => {
      // A ring is made of the instances.
      const isRing = sections.some((text) => text.startsWith('servermap'));
      const given = isRing ? [...new Set([...sections, SECTIONS[0] ?? ''])] : sections;
      expect(planBetween(given, given).changes).toEqual([]);
    }),
  );
});

test('the rows hold for all time, so that in production, too, what leaves is expired', () => {
  const { changes, boundaries } = planBetween(SECTIONS, [...SECTIONS.slice(3), 'dimensions: []']);
  expect(boundaries.dimensions).toBe('2026-11-26 12:00:00');
  expect(changes.map(({ address, action }) => [address, action])).toEqual([
    ['dimension//x', 'expire'],
    ['dimension//y', 'expire'],
  ]);
  const [first] = changes;
  expect(first?.before).toMatchObject({ validFrom: '-infinity' });
});
