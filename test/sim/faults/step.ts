import type { Random } from '../../soak/random.js';
import type { Step } from '../scenario.js';
import type { AgentProcess } from '../world/agents.js';
import type { Target } from '../world/target.js';
import type { World } from '../world/world.js';

/** What a step works with. */
export interface StepContext {
  readonly world: World;
  readonly step: Step;
  readonly agent: AgentProcess;
  readonly target: Target;
  readonly random: Random;
  /** Runs after the time, provided that the faults go on. */
  readonly later: (delayMs: number, run: () => void) => void;
}

/** Returns false when there was nothing to do it to. */
export type Inflict = (context: StepContext) => boolean;
