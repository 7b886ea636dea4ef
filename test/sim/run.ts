/** Runs one scenario to its end, and reports what the oracle found. */
import { KeySpace } from '../../src/publishing/records/key-space.js';
import { comparePublished } from '../../src/verifying/compare-published.js';
import { Random } from '../soak/random.js';
import { newProcess } from './clock/loop.js';
import { simulatedDatabase } from './database/source.js';
import { PROCESSES } from './faults/processes.js';
import { SERVERS } from './faults/servers.js';
import type { Inflict } from './faults/step.js';
import { STORES } from './faults/stores.js';
import { WRITERS } from './faults/writers.js';
import { CHECKPOINT_KEY, type Violation } from './oracle.js';
import type { Scenario, Step, StepKind } from './scenario.js';
import { SimulatedStore } from './store/driver.js';
import type { Moment } from './world/surroundings.js';
import { World } from './world/world.js';

/** After the last fault: how long everything may take to be right again, and how often we look. */
const SETTLE_MS = 240_000;
const LOOK_MS = 5_000;
const VERIFY_MS = 60_000;
/** A slot may hold back so much WAL at rest: what is not worth a write of its own. */
const PINNED_BYTES = 300n;
/** Listeners at the signal that stops an agent, however many sessions it had. */
const MAX_LISTENERS = 8;
/** Resyncs of one agent after the faults have stopped. */
const MAX_LATE_RESYNCS = 5;

const INFLICT: Readonly<Record<StepKind, Inflict>> = {
  ...WRITERS,
  ...PROCESSES,
  ...SERVERS,
  ...STORES,
};

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
export function runScenario(scenario: Scenario, keepsTrace = false): Promise<Outcome> {
  const run = new Run(scenario, keepsTrace);
  return run.run();
}

class Run {
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #moments = new Set<Moment>();

  constructor(scenario: Scenario, keepsTrace: boolean) {
    this.#scenario = scenario;
    this.#world = new World(scenario, keepsTrace);
  }

  async run(): Promise<Outcome> {
    const { loop, oracle, agents } = this.#world;
    for (const agent of agents.all) agents.start(agent);
    for (const step of this.#scenario.steps) this.#schedule(step);
    await loop.run(this.#scenario.lengthMs, () => this.#isOver);
    if (!this.#isOver) await this.#settle();
    agents.end();
    return {
      violation: oracle.violation,
      digest: this.#world.digest,
      lines: this.#world.lines,
      events: loop.count,
      revisions: oracle.revisions,
      comparisons: oracle.comparisons,
      virtualMs: loop.nowMs,
      kinds: this.#world.kinds,
      reasons: this.#world.reasons,
      moments: this.#moments,
    };
  }

  get #isOver(): boolean {
    return this.#world.oracle.violation !== undefined;
  }

  #schedule(step: Step): void {
    const world = this.#world;
    const { loop } = world;
    const happen = () => {
      if (world.isQuiet) return;
      world.trace(`-- ${step.kind}`);
      const agent = world.agents.pick(step.agent);
      const later = (delayMs: number, run: () => void) => {
        loop.after(
          delayMs,
          () => {
            if (!world.isQuiet) run();
          },
          loop.world,
        );
      };
      if (agent === undefined) return;
      const context = { world, step, agent, random: new Random(step.draw), later };
      if (!INFLICT[step.kind](context)) return;
      world.kinds.add(step.kind);
      if (step.on !== undefined) this.#moments.add(step.on);
    };
    const begin = () => {
      if (step.on === undefined) happen();
      else world.await(step.on, happen);
    };
    loop.after(step.atMs, begin, loop.world);
  }

  /** The faults stop: from here on everything has to become right by itself. */
  async #settle(): Promise<void> {
    const world = this.#world;
    const { loop, store, agents, oracle } = world;
    world.isQuiet = true;
    world.trace('-- the faults stop');
    Object.assign(store, { isUp: true, isFull: false, lostReplies: 0, lateCommits: 0 });
    Object.assign(world.primary, { isUp: true, inRecovery: false, publishesAll: true });
    world.routes.clear();
    for (const agent of agents.all) {
      if (agent.process.state === 'paused') loop.resume(agent.process);
      agents.start(agent);
    }
    const resyncs = new Map(agents.all.map(({ counters }) => [counters, counters.resyncs]));
    if (this.#scenario.lastWrite) {
      const random = new Random(this.#scenario.seed);
      const step = { kind: 'write', atMs: 0, on: undefined, agent: 0, forMs: 0, draw: 0 } as const;
      const [agent] = agents.all;
      if (agent !== undefined) WRITERS.write({ world, step, agent, random, later: () => {} });
    }
    let wrong: Violation | undefined;
    for (const endMs = loop.nowMs + SETTLE_MS; loop.nowMs < endMs; ) {
      await loop.run(loop.nowMs + LOOK_MS, () => this.#isOver);
      if (this.#isOver) return;
      this.#helpOldPrimary();
      wrong = this.#stillWrong();
      if (wrong === undefined) break;
    }
    if (wrong !== undefined) {
      oracle.fail(wrong.rule, `${SETTLE_MS / 1000} s after the last fault ${wrong.text}`);
      return;
    }
    await this.#verify();
    this.#findLeaks();
    for (const { client, counters } of agents.all) {
      const count = counters.resyncs - (resyncs.get(counters) ?? 0);
      if (count <= MAX_LATE_RESYNCS) continue;
      oracle.fail('P6 live', `${client} resynced ${count} times without a fault`);
    }
  }

  /** Agents wait for the newer server: an operator confirms that this one is meant. */
  #helpOldPrimary(): void {
    const { agents, store } = this.#world;
    const waits = agents.all.some(({ counters }) => counters.reason.includes('an old primary'));
    if (!waits || !store.values.has(CHECKPOINT_KEY)) return;
    this.#world.trace('an operator deletes the checkpoint, as the agent asks');
    store.put(new Map([[CHECKPOINT_KEY, undefined]]));
  }

  #stillWrong(): Violation | undefined {
    const { oracle, primary, store, agents } = this.#world;
    const excused = (key: string) => !this.#scenario.heal && store.foreign.has(key);
    const text = oracle.difference(primary.last, primary.last.shapes, excused);
    if (text !== undefined) return { rule: 'P3 no gap', text };
    const active = agents.all.filter(({ counters }) => counters.state === 'streaming').length;
    const states = agents.all.map(({ counters }) => counters.state).join(', ');
    const waiting = agents.all.filter(({ counters }) => counters.state === 'standby').length;
    if (active !== 1 || active + waiting !== agents.all.length) {
      return { rule: 'P6 live', text: `the agents are ${states}` };
    }
    for (const [name, { confirmed }] of primary.slots) {
      const pinned = primary.insertLsn - confirmed;
      if (pinned > PINNED_BYTES) {
        return { rule: 'P6 live', text: `the slot ${name} holds back ${pinned} bytes` };
      }
    }
    return undefined;
  }

  async #verify(): Promise<void> {
    const world = this.#world;
    const { loop, oracle, store } = world;
    const client = 'verify';
    let verdict: string | undefined;
    loop.process = newProcess(client);
    const deadline = AbortSignal.timeout(VERIFY_MS);
    const verify = async () => {
      const database = await simulatedDatabase(world, client).connect(client);
      const from = new SimulatedStore(store, world, client);
      const keySpace = new KeySpace('');
      const published = { store: from, keySpace, target: 'default' };
      const report = await comparePublished(database, published, deadline);
      return `${report.verdict}: ${report.detail}`;
    };
    verify().then(
      (report) => {
        verdict = report;
      },
      (error: unknown) => {
        verdict = String(error);
      },
    );
    loop.process = loop.world;
    const isDone = () => verdict !== undefined || this.#isOver;
    await loop.run(loop.nowMs + VERIFY_MS + LOOK_MS, isDone);
    const hasForeign = !this.#scenario.heal && store.foreign.size > 0;
    if (hasForeign || verdict?.startsWith('converged') === true) return;
    oracle.fail('verify', `all is equal, but verify reports ${verdict}`);
  }

  #findLeaks(): void {
    const { agents, oracle } = this.#world;
    for (const agent of agents.all) {
      const listeners = agents.listenersOf(agent);
      if (listeners > MAX_LISTENERS) {
        oracle.fail('leak', `${agent.client} left ${listeners} listeners`);
      }
    }
  }
}
