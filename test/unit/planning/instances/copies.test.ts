import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INSTANCE_STATUSES, NOTHING_MANAGED } from '../../../../src/model/resources.js';
import {
  copiesOf,
  lostEntries,
  newestGenerations,
  readableInstances,
  reportCopies,
} from '../../../../src/planning/instances/copies.js';
import { instanceAttributes, instanceName } from '../../../../src/planning/kinds/instances.js';
import { makePlan } from '../../../../src/planning/make-plan.js';
import { recordedOf } from '../../../support/states/case-recorded.js';
import { NOW, recordedState } from '../../../support/states/generate-state.js';

const RING = {
  instances: ['host1', 'host2', { host: 'host3', status: 'read-only' }],
  servermap: 'ring',
};

const NOTHING_OLDER = { without: [], replacements: new Map() };

test('an entry of the current generation has its two copies, and what may be read of them', () => {
  const recorded = recordedOf(RING);
  const entries = copiesOf(recorded, new Set(['host1:5432']));
  expect(entries).toEqual([
    {
      ...{ entry: 'host1_5432', copies: ['host1:5432', 'host2:5432'], generations: [1] },
      readableNow: ['host1:5432', 'host2:5432'],
      readableThen: ['host1:5432'],
    },
    {
      ...{ entry: 'host2_5432', copies: ['host2:5432', 'host3:5432'], generations: [1] },
      readableNow: ['host2:5432', 'host3:5432'],
      readableThen: [],
    },
    {
      ...{ entry: 'host3_5432', copies: ['host3:5432', 'host1:5432'], generations: [1] },
      readableNow: ['host3:5432', 'host1:5432'],
      readableThen: ['host1:5432'],
    },
  ]);
  expect(lostEntries(entries)).toEqual([entries[1]]);
});

test('equal entries of several generations are one; another pair is another entry', () => {
  const former = [
    { entry: 'host1_5432', copies: ['host1:5432', 'host2:5432'], generations: [-2, -1] },
    { entry: 'host1_5432', copies: ['host1:5432', 'gone:1'], generations: [-3] },
  ];
  const entries = copiesOf({ ...recordedOf(RING), formerCopies: former });
  expect(entries.slice(0, 2)).toEqual([
    { ...former[1], readableNow: ['host1:5432'], readableThen: ['host1:5432'] },
    {
      ...{ entry: 'host1_5432', copies: ['host1:5432', 'host2:5432'], generations: [-2, -1, 1] },
      readableNow: ['host1:5432', 'host2:5432'],
      readableThen: ['host1:5432', 'host2:5432'],
    },
  ]);
  expect(entries).toHaveLength(4);
});

test('bit 0 of the status decides what may be read', () => {
  const instances = INSTANCE_STATUSES.map((status, at) => ({ host: 'h', port: at, status }));
  expect([...readableInstances(instances)]).toEqual(['h:1', 'h:3']);
});

test('what cannot be read now is not lost, but out of reach', () => {
  const instances = ['host1', 'host2'].map((host) => ({ host, status: 'write-only' }));
  const recorded = recordedOf({ instances, servermap: 'ring' });
  const { entries, unreadable } = reportCopies(recorded, NOTHING_OLDER);
  expect(lostEntries(entries)).toEqual([]);
  expect(unreadable).toEqual(entries);
  expect(entries).toHaveLength(2);
});

test('the report has the generations that count, newest first, and each status', () => {
  const recorded = { ...recordedOf(RING), servermap: { id: 9, map: '{}' } };
  const replacements = new Map([
    [3, null],
    [7, '2026-11-23 09:00:00'],
  ]);
  const report = reportCopies(recorded, { without: ['host3'], replacements });
  expect(report.generations).toEqual([
    { id: 9, isCurrent: true, replacedBy: null },
    { id: 7, isCurrent: false, replacedBy: '2026-11-23 09:00:00' },
    { id: 3, isCurrent: false, replacedBy: null },
  ]);
  expect([...report.statuses]).toEqual([
    ['host1:5432', 'online'],
    ['host2:5432', 'online'],
    ['host3:5432', 'read-only'],
  ]);
  expect([...report.without]).toEqual(['host3:5432']);
});

test('without a servermap nothing is placed', () => {
  const { generations, entries } = reportCopies(recordedOf({}), NOTHING_OLDER);
  expect([generations, entries]).toEqual([[], []]);
});

test('of many generations the newest are named', () => {
  expect(newestGenerations([4, 4])).toBe('4');
  expect(newestGenerations([7, 3])).toBe('3, 7');
  expect(newestGenerations([1, 2, 3, 4, 5, 6, 10])).toBe('3, 4, 5, 6, 10 and 2 older');
});

test('the danger of a plan and what would be out of reach without the same instances agree', () => {
  const chosen = recordedState.chain((recorded) =>
    fc.tuple(fc.constant(recorded), fc.subarray([...recorded.instances])),
  );
  fc.assert(
    fc.property(chosen, fc.boolean(), ([recorded, leaving], isDeleted) => {
      const without = new Set(leaving.map(instanceName));
      const instances = recorded.instances.map(instanceAttributes).flatMap((instance) => {
        const isLeft = without.has(instanceName(instance));
        if (isLeft && isDeleted) return [];
        const source = { file: 'a.yaml', line: 1, column: 1 };
        return [{ ...instance, status: isLeft ? ('offline' as const) : undefined, source }];
      });
      const plan = makePlan({
        ...{ desired: { ...NOTHING_MANAGED, instances }, recorded, now: NOW },
        ...{ toolVersion: '0', gitCommit: null },
      });
      const staying = recorded.instances.filter((row) => !without.has(instanceName(row)));
      const then = readableInstances(staying.map(instanceAttributes));
      const lost = lostEntries(copiesOf(recorded, then));
      const marked = plan.changes.filter(({ dangers }) => dangers.includes('copies:offline'));
      const expected = new Set(lost.flatMap(({ readableNow }) => readableNow));
      expect(new Set(marked.map(({ address }) => address))).toEqual(
        new Set([...expected].map((name) => `instance/${name}`)),
      );
      expect(plan.notices.filter((text) => text.startsWith('no readable copy'))).toHaveLength(
        lost.length > 0 ? 1 : 0,
      );
    }),
  );
});
