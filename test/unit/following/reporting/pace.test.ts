import { expect, test } from 'vitest';
import { Pace } from '../../../../src/following/reporting/pace.js';

/** The times at which a node acknowledges until `endMs`, given when something changed. */
function timesUntil(endMs: number, pace: Pace, changes: readonly (readonly [number, number])[]) {
  const times: number[] = [];
  const waiting = [...changes];
  for (;;) {
    const [changeMs = Number.POSITIVE_INFINITY, nodes] = waiting[0] ?? [];
    if (Math.min(changeMs, pace.dueMs) > endMs) return times;
    if (changeMs <= pace.dueMs) {
      pace.changed(changeMs, nodes, 0.5);
      waiting.shift();
    } else {
      times.push(pace.dueMs);
      pace.begun(pace.dueMs);
    }
  }
}

test('at rest it is every 30 seconds, and rarer with many nodes', () => {
  const pace = new Pace(0);
  expect(timesUntil(61_000, pace, [])).toEqual([30_000, 60_000]);
  // Those of a thousand nodes are spread over five seconds; then 20 a second.
  expect(timesUntil(170_000, pace, [[80_000, 1_000]])).toEqual([82_500, 132_500]);
});

test('changes that follow each other are acknowledged once in a second', () => {
  const changes = Array.from({ length: 50 }, (_, step) => [step * 100, 2] as const);
  expect(timesUntil(6_000, new Pace(0), changes)).toEqual([5, 1_005, 2_005, 3_005, 4_005, 5_005]);
});

test('under load a thousand nodes together acknowledge 200 times a second', () => {
  const changes = Array.from({ length: 600 }, (_, step) => [step * 100, 1_000] as const);
  const times = timesUntil(60_000, new Pace(0), changes);
  expect((times.length * 1_000) / 60).toBeLessThanOrEqual(200);
});
