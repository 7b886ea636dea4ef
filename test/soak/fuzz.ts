/** The properties of what comes from outside, over and over, each time with other inputs. */
import { FUZZ_PROPERTIES } from '../support/fuzz/all-properties.js';

/** One property's share of a round. */
const SLICE_MS = 3_000;
const RUNS_OF_A_SLICE = 1_000_000;

export interface FuzzSoak {
  /** Of the first round; each round takes the next one. */
  readonly seed: number;
  /** By performance.now(). The round that has begun is finished. */
  readonly deadlineMs: number;
}

/** Throws the first counterexample. Says how often each property was held. */
export function runFuzzSoak({ seed, deadlineMs }: FuzzSoak): void {
  const runs = new Map(FUZZ_PROPERTIES.map(({ name }) => [name, 0]));
  let round = 0;
  try {
    do {
      for (const property of FUZZ_PROPERTIES) {
        const effort = { seed: (seed + round) | 0, numRuns: RUNS_OF_A_SLICE, limitMs: SLICE_MS };
        runs.set(property.name, (runs.get(property.name) ?? 0) + property.hold(effort));
      }
      round += 1;
    } while (performance.now() < deadlineMs);
  } finally {
    for (const [name, count] of runs) console.log(`${count} runs: ${name}`);
  }
}
