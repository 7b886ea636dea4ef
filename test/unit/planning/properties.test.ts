import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredState, RecordedState } from '../../../src/model/resources.js';
import { desiredFromRecorded } from '../../../src/planning/desired-from-recorded.js';
import { planJson } from '../../../src/planning/format/write.js';
import { makePlan } from '../../../src/planning/make-plan.js';
import type { Plan } from '../../../src/planning/plan.js';
import { PlanProblemsError } from '../../../src/planning/problems.js';
import { applyInMemory } from '../../../src/planning/recorded-from-desired.js';
import { desiredState, NOW, recordedState } from '../../support/states/generate-state.js';
import { shuffledDesired, shuffledRecorded } from '../../support/states/shuffle-state.js';

const RUNS = 400;
/** The machine may be busy; a property is slow rather than stuck. */
const TIMEOUT_MS = 60_000;

function plan(desired: DesiredState, recorded: RecordedState): Plan {
  return makePlan({ desired, recorded, now: NOW, toolVersion: '0.0.0', gitCommit: null });
}

/** undefined when the change is refused, as reordering in production is. */
function planUnlessRefused(desired: DesiredState, recorded: RecordedState): Plan | undefined {
  try {
    return plan(desired, recorded);
  } catch (error) {
    if (error instanceof PlanProblemsError) return undefined;
    throw error;
  }
}

/** The bytes of a plan, or what stands against it. */
function rendered(desired: DesiredState, recorded: RecordedState): string {
  try {
    return planJson(plan(desired, recorded));
  } catch (error) {
    if (error instanceof PlanProblemsError) return JSON.stringify(error.problems);
    throw error;
  }
}

describe('a plan', { timeout: TIMEOUT_MS }, () => {
  it('is empty for what is recorded', () => {
    fc.assert(
      fc.property(recordedState, (recorded) => {
        expect(
          plan(desiredFromRecorded(recorded, { now: NOW, unmanaged: [] }), recorded).changes,
        ).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves nothing to plan once it is applied, in production too', () => {
    const counts = { production: 0, other: 0, refused: 0 };
    fc.assert(
      fc.property(desiredState, recordedState, (desired, recorded) => {
        const first = planUnlessRefused(desired, recorded);
        if (first === undefined) {
          counts.refused += 1;
          return;
        }
        counts[first.boundaries.production ? 'production' : 'other'] += 1;
        const applied = applyInMemory(recorded, first.changes);
        expect(plan(desired, applied).changes).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    expect(counts.production).toBeGreaterThan(RUNS / 20);
    expect(counts.other).toBeGreaterThan(RUNS / 4);
  });

  it('gives the export of what it leads to, and that export plans nothing', () => {
    fc.assert(
      fc.property(desiredState, recordedState, (desired, recorded) => {
        const first = planUnlessRefused(desired, recorded);
        if (first === undefined) return;
        const applied = applyInMemory(recorded, first.changes);
        expect(
          plan(desiredFromRecorded(applied, { now: NOW, unmanaged: [] }), applied).changes,
        ).toEqual([]);
      }),
      { numRuns: RUNS / 4 },
    );
  });

  it('does not depend on the order of rows, nor on that of what has none', () => {
    const reordered = fc
      .tuple(desiredState, recordedState)
      .chain(([desired, recorded]) =>
        fc.tuple(
          fc.constant([desired, recorded] as const),
          fc.tuple(shuffledDesired(desired), shuffledRecorded(recorded)),
        ),
      );
    fc.assert(
      fc.property(reordered, ([original, other]) => {
        expect(rendered(...other)).toBe(rendered(...original));
      }),
      { numRuns: RUNS },
    );
  });

  it('does not depend on the zone or the language of the process', () => {
    const samples = fc.sample(fc.tuple(desiredState, recordedState), { numRuns: 200, seed: 7 });
    const render = (): string => samples.map((sample) => rendered(...sample)).join('');
    const { TZ, LANG } = process.env;
    const expected = render();
    try {
      for (const zone of ['Pacific/Kiritimati', 'America/St_Johns', 'Asia/Kathmandu']) {
        Object.assign(process.env, { TZ: zone, LANG: 'tr_TR.UTF-8' });
        expect(new Date(0).getTimezoneOffset()).not.toBe(0);
        expect(render()).toBe(expected);
      }
    } finally {
      restore('TZ', TZ);
      restore('LANG', LANG);
    }
  });

  it('has an address for each change, and counts them all', () => {
    fc.assert(
      fc.property(desiredState, recordedState, (desired, recorded) => {
        const plan = planUnlessRefused(desired, recorded);
        if (plan === undefined) return;
        const { add, change, expire, delete: deleted } = plan.summary;
        expect(add + change + expire + deleted).toBe(plan.changes.length);
        const rows = plan.changes.map(({ kind, address, before }) =>
          JSON.stringify([kind, address, kind === 'servermap' ? null : before?.id]),
        );
        expect(new Set(rows).size).toBe(rows.length);
      }),
      { numRuns: RUNS / 4 },
    );
  });

  it('never creates a period that ends before it starts', () => {
    fc.assert(
      fc.property(desiredState, recordedState, (desired, recorded) => {
        const plan = planUnlessRefused(desired, recorded);
        for (const { action, after } of plan?.changes ?? []) {
          if (action !== 'expire' || after === null || !('validUntil' in after)) continue;
          const { validFrom, validUntil } = after;
          expect(
            validFrom === '-infinity' || validFrom <= validUntil || / BC$/.test(validFrom),
          ).toBe(true);
        }
      }),
      { numRuns: RUNS / 4 },
    );
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
