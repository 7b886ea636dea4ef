/** Makes a failing scenario small: what is not needed for the failure goes. */
import type { Rule } from './oracle/rules.js';
import { runScenario } from './run.js';
import type { Scenario, Step } from './scenario.js';

interface Shrunk {
  readonly scenario: Scenario;
  readonly runs: number;
}

/** The same rule stays broken. */
export async function shrink(scenario: Scenario, rule: Rule): Promise<Shrunk> {
  let smallest = scenario;
  let runs = 0;
  const takes = async (smaller: Scenario): Promise<boolean> => {
    runs += 1;
    const { violation } = await runScenario(smaller);
    if (violation?.rule !== rule) return false;
    smallest = smaller;
    return true;
  };
  for (let size = Math.ceil(scenario.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let index = smallest.steps.length; index > 0; index -= size) {
      await takes({ ...smallest, steps: without(smallest.steps, Math.max(0, index - size), size) });
    }
  }
  for (const simpler of SIMPLER) await takes({ ...smallest, ...simpler });
  for (const [index, step] of smallest.steps.entries()) {
    if (step.on !== undefined) await takes(withStep(smallest, index, { ...step, on: undefined }));
  }
  return { scenario: smallest, runs };
}

const SIMPLER: readonly Partial<Scenario>[] = [
  { agents: 1 },
  { targets: 1 },
  { verifies: false },
  { mayDeleteMuch: true },
  { heal: false },
  { slowness: 1 },
  { maxChanges: 1_000, maxBytes: 1_000_000 },
  { lastWrite: false },
];

function without(steps: readonly Step[], from: number, count: number): readonly Step[] {
  return [...steps.slice(0, from), ...steps.slice(from + count)];
}

function withStep(scenario: Scenario, index: number, step: Step): Scenario {
  return { ...scenario, steps: scenario.steps.with(index, step) };
}
