import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INSTANCE_STATUSES, NOTHING_MANAGED } from '../../../../src/model/resources.js';
import { managedStatuses, type SetStatus } from '../../../../src/planning/instances/set-status.js';
import { instanceName } from '../../../../src/planning/kinds/instances.js';
import { makePlan } from '../../../../src/planning/make-plan.js';
import { applyInMemory } from '../../../../src/planning/recorded-from-desired.js';
import { recordedOf } from '../../../support/states/case-recorded.js';
import { NOW, recordedState } from '../../../support/states/generate-state.js';

const CONTEXT = { desired: NOTHING_MANAGED, now: NOW, toolVersion: '0', gitCommit: null };

function planOf(setStatus: SetStatus, recorded: Parameters<typeof applyInMemory>[0]) {
  return makePlan({ ...CONTEXT, recorded, setStatus });
}

test('the status of those instances changes, nothing else, and then nothing is left', () => {
  const request = recordedState
    .filter(({ instances }) => instances.length > 0)
    .chain((recorded) =>
      fc.record({
        recorded: fc.constant(recorded),
        named: fc.subarray(recorded.instances.map(instanceName), { minLength: 1 }),
        status: fc.constantFrom(...INSTANCE_STATUSES),
      }),
    );
  fc.assert(
    fc.property(request, ({ recorded, named, status }) => {
      const setStatus = { status, instances: named, override: false };
      const plan = planOf(setStatus, recorded);
      const number = INSTANCE_STATUSES.indexOf(status);
      const expected = recorded.instances.map((row) =>
        named.includes(instanceName(row)) ? { ...row, status: number } : row,
      );
      const after = applyInMemory(recorded, plan.changes);
      expect(after).toEqual({ ...recorded, instances: expected });
      expect(plan.unmanaged).toEqual([]);
      expect(plan.setStatus).toEqual(setStatus);
      expect(plan.changes.map(({ source }) => source)).toEqual(plan.changes.map(() => null));
      expect(planOf(setStatus, after).changes).toEqual([]);
    }),
  );
});

test('the plan names the instances of a host, and what no copy of could be read', () => {
  const recorded = recordedOf({ instances: ['a', 'b', 'c'], servermap: 'ring' });
  const request = { status: 'write-only', instances: ['a', 'b:5432'], override: true } as const;
  const { changes, notices, setStatus } = planOf(request, recorded);
  expect(setStatus).toEqual({ ...request, instances: ['a:5432', 'b:5432'] });
  expect(changes.map(({ dangers }) => dangers)).toEqual([['copies:offline'], ['copies:offline']]);
  expect(notices).toEqual(['no readable copy would be left of a_5432 (servermap generation 1)']);
});

test('a status is managed where manifests have one, and do not leave the instance unmanaged', () => {
  const source = { file: 'a.yaml', line: 1, column: 1 };
  const instances = (['online', undefined, 'offline', 'online'] as const).map((status, at) => ({
    ...{ host: `h-${at}`, port: 5432, username: 'u', status, source },
  }));
  const asked = ['h-0:5432', 'h-1:5432', 'h-2:5432', 'h-9:5432'];
  const desired = { ...NOTHING_MANAGED, unmanaged: ['instance/h-2:5432'], instances };
  expect(managedStatuses({ instances: asked }, desired)).toEqual([
    { name: 'h-0:5432', status: 'online' },
  ]);
  expect(managedStatuses({ instances: asked }, NOTHING_MANAGED)).toEqual([]);
});
