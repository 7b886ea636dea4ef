/** What one line of the benchmark found, and whether that meets its goal. */

export type Unit = 'ms' | 'rows/s' | 'commits/s' | 'requests/s' | 'MiB' | 'x';

interface Floor {
  /** What was done beside, without Lenkwerk. */
  readonly what: string;
  readonly value: number;
  /** Not measured in this run: a figure from elsewhere, as a constant. */
  readonly documented?: true;
}

export interface Goal {
  readonly bound: number;
  readonly direction: 'at most' | 'at least';
  /** Of the ratio to the floor, or of the measured value itself. */
  readonly of: 'ratio' | 'value';
}

export interface Result {
  readonly what: string;
  readonly unit: Unit;
  /** The median, unless `what` names another quantity. */
  readonly value: number;
  /** Every repetition, in order. */
  readonly samples: readonly number[];
  /** Peak memory of the processes that did it, in MiB; empty when this process did. */
  readonly peaksMib: readonly number[];
  readonly floor?: Floor;
  /** undefined: reported for the reader's sake. */
  readonly goal?: Goal;
  readonly note?: string;
}

export function ratioOf({ value, floor }: Result): number | undefined {
  return floor === undefined ? undefined : value / floor.value;
}

/** In MiB: the largest of its processes; undefined when there was none. */
export function peakOf({ peaksMib }: Result): number | undefined {
  return peaksMib.length === 0 ? undefined : Math.max(...peaksMib);
}

/** undefined: there is no goal, or nothing to compare with. */
export function isMet(result: Result): boolean | undefined {
  const { goal } = result;
  if (goal === undefined) return undefined;
  const compared = goal.of === 'ratio' ? ratioOf(result) : result.value;
  if (compared === undefined) return undefined;
  return goal.direction === 'at most' ? compared <= goal.bound : compared >= goal.bound;
}

export function ratioAtMost(bound: number): Goal {
  return { bound, direction: 'at most', of: 'ratio' };
}

export function ratioAtLeast(bound: number): Goal {
  return { bound, direction: 'at least', of: 'ratio' };
}

export function atMost(bound: number): Goal {
  return { bound, direction: 'at most', of: 'value' };
}

export function atLeast(bound: number): Goal {
  return { bound, direction: 'at least', of: 'value' };
}
