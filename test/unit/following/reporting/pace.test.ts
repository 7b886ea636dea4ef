import { expect, test } from 'vitest';
import { Pace } from '../../../../src/following/reporting/pace.js';

interface Course {
  /** When something changed, with the number of nodes. */
  readonly changes: readonly (readonly [number, number])[];
  /** After the change, and for the time at rest. */
  readonly randoms?: readonly [number, number];
}

/** The times at which a node acknowledges until `endMs`. */
function timesUntil(endMs: number, pace: Pace, { changes, randoms = [0.5, 0.5] }: Course) {
  const times: number[] = [];
  const waiting = [...changes];
  for (;;) {
    const [changeMs = Number.POSITIVE_INFINITY, nodes] = waiting[0] ?? [];
    if (Math.min(changeMs, pace.dueMs) > endMs) return times;
    if (changeMs <= pace.dueMs) {
      pace.changed(changeMs, nodes, randoms[0]);
      waiting.shift();
    } else {
      times.push(pace.dueMs);
      pace.begun(pace.dueMs, randoms[1]);
    }
  }
}

test('at rest it is every 30 seconds, and rarer with many nodes', () => {
  const pace = new Pace(0);
  expect(timesUntil(61_000, pace, { changes: [] })).toEqual([30_000, 60_000]);
  // Those of a thousand nodes are spread over five seconds; then 20 a second.
  const course = { changes: [[80_000, 1_000]] as const };
  expect(timesUntil(210_000, pace, course)).toEqual([82_500, 157_500, 207_500]);
});

test('a thousand nodes that a change brought together are apart again at rest', () => {
  const times = Array.from({ length: 1_000 }, (_, i) => {
    const randoms = [i / 1_000, (i * 0.618) % 1] as const;
    return timesUntil(400_000, new Pace(0), { changes: [[0, 1_000]], randoms });
  }).flat();
  const seconds = (fromMs: number) => {
    return times.filter((ms) => ms >= fromMs && ms < fromMs + 5_000).length / 5;
  };
  expect(seconds(0)).toBe(200);
  const rates = Array.from({ length: 79 }, (_, i) => seconds((i + 1) * 5_000));
  expect(Math.max(...rates)).toBeLessThan(22);
});

test('changes that follow each other are acknowledged once in a second', () => {
  const changes = Array.from({ length: 50 }, (_, step) => [step * 100, 2] as const);
  expect(timesUntil(6_000, new Pace(0), { changes })).toEqual([
    5, 1_005, 2_005, 3_005, 4_005, 5_005,
  ]);
});

test('under load a thousand nodes together acknowledge 200 times a second', () => {
  const changes = Array.from({ length: 600 }, (_, step) => [step * 100, 1_000] as const);
  const times = timesUntil(60_000, new Pace(0), { changes });
  expect((times.length * 1_000) / 60).toBeLessThanOrEqual(200);
});
