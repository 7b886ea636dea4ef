/** Runs one scenario to its end, and reports what the oracle found. */
import { Random } from '../soak/random.js';
import { PROCESSES } from './faults/processes.js';
import { SERVERS } from './faults/servers.js';
import type { Inflict } from './faults/step.js';
import { STORES } from './faults/stores.js';
import { WRITERS } from './faults/writers.js';
import type { Violation } from './oracle/rules.js';
import type { Scenario, Step, StepKind } from './scenario.js';
import { settle } from './settle.js';
import type { Moment } from './world/surroundings.js';
import { verifyAllTheTime } from './world/verifier.js';
import { Watch } from './world/watch.js';
import { World } from './world/world.js';

/** From that length on the sessions that agents start are counted. */
const LONG_MS = 600_000;
/** A commit that was sent may still arrive for so long. */
const LATEST_MS = 20_000;

const INFLICT: Readonly<Record<StepKind, Inflict>> = {
  ...WRITERS,
  ...PROCESSES,
  ...SERVERS,
  ...STORES,
};
/** What happens in every world, and disturbs nothing. */
const HARMLESS: ReadonlySet<StepKind> = new Set(['write', 'other-wal', 'persist', 'image']);
const OF_STORES: ReadonlySet<string> = new Set(Object.keys(STORES));

export interface Outcome {
  readonly violation: Violation | undefined;
  /** Of the whole trace. */
  readonly digest: string;
  readonly lines: readonly string[];
  readonly events: number;
  readonly revisions: number;
  readonly comparisons: number;
  readonly virtualMs: number;
  /** Kinds of steps that had an effect, and reasons of resyncs. */
  readonly kinds: ReadonlySet<StepKind>;
  readonly reasons: ReadonlySet<string>;
  /** Moments at which a step happened. */
  readonly moments: ReadonlySet<Moment>;
}

/** `keepsTrace`: the outcome has the lines of the trace. */
export async function runScenario(scenario: Scenario, keepsTrace = false): Promise<Outcome> {
  const world = new World(scenario, keepsTrace);
  const run = new Run(world, scenario);
  await run.run();
  const sum = (count: (target: World['targets'][number]) => number) =>
    world.targets.map(count).reduce((a, b) => a + b, 0);
  return {
    violation: world.violation,
    digest: world.digest,
    lines: world.lines,
    events: world.loop.count,
    revisions: sum(({ oracle }) => oracle.revisions),
    comparisons: sum(({ oracle }) => oracle.comparisons),
    virtualMs: world.loop.nowMs,
    kinds: new Set(world.happened.keys()),
    reasons: world.reasons,
    moments: run.moments,
  };
}

class Run {
  readonly moments = new Set<Moment>();
  readonly #scenario: Scenario;
  readonly #world: World;

  constructor(world: World, scenario: Scenario) {
    this.#scenario = scenario;
    this.#world = world;
  }

  async run(): Promise<void> {
    const { loop, agents } = this.#world;
    const { steps, lengthMs, verifies } = this.#scenario;
    for (const agent of agents.all) agents.start(agent);
    for (const step of steps) this.#schedule(step);
    new Watch(this.#world, lengthMs >= LONG_MS).start();
    if (verifies) this.#verify();
    const isOver = () => this.#world.violation !== undefined;
    await loop.run(lengthMs, isOver);
    if (!isOver()) await settle(this.#world, this.#scenario);
    agents.end();
  }

  #verify(): void {
    const target = this.#world.pick(0);
    const isSound = () => {
      const confirmed = this.#world.primary.slots.get(target.slot)?.confirmed;
      return target.oracle.isSound(confirmed);
    };
    const disturbedMs = () => this.#world.disturbedMs;
    const isOver = () => this.#world.isQuiet;
    verifyAllTheTime({ target, isSound, disturbedMs, isOver });
  }

  #schedule(step: Step): void {
    const { loop } = this.#world;
    const begin = () => {
      if (step.on === undefined) this.#happen(step);
      else this.#world.await(step.on, () => this.#happen(step));
    };
    loop.after(step.atMs, begin, loop.world);
  }

  #happen(step: Step): void {
    const world = this.#world;
    const { loop } = world;
    if (world.isQuiet) return;
    world.trace(`-- ${step.kind}`);
    const agent = world.agents.pick(step.agent);
    if (agent === undefined) return;
    const later = (delayMs: number, run: () => void) => {
      const unlessQuiet = () => {
        if (world.isQuiet) return;
        this.#touch(step);
        run();
      };
      loop.after(delayMs, unlessQuiet, loop.world);
    };
    const target = world.pick(step.target);
    const context = { world, step, agent, target, random: new Random(step.draw), later };
    this.#touch(step);
    if (!INFLICT[step.kind](context)) return;
    // Outages of stores are four times as long at times, other steps less than twice.
    const times = step.kind === 'store-down' ? 4 : 2;
    const lastsMs = step.kind === 'delay-commits' ? step.forMs + LATEST_MS : step.forMs * times;
    // An earlier step of the same kind may last longer.
    const untilMs = Math.max(world.happened.get(step.kind) ?? 0, loop.nowMs + lastsMs);
    world.happened.set(step.kind, untilMs);
    if (step.on !== undefined) this.moments.add(step.on);
  }

  #touch({ kind, target }: Step): void {
    const world = this.#world;
    if (HARMLESS.has(kind)) return;
    world.disturb(OF_STORES.has(kind) ? [world.pick(target)] : world.targets);
  }
}
