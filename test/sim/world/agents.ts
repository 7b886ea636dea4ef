/** The processes that run the agents of all targets, and the supervisor that starts them again. */
import { getEventListeners, setMaxListeners } from 'node:events';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { LenkwerkError, ResyncRequired } from '../../../src/model/errors.js';
import { runAgent } from '../../../src/publishing/agent/agent.js';
import { agentSetup } from '../../../src/publishing/agent/context.js';
import type { AgentCounters } from '../../../src/publishing/agent/counters.js';
import type { LogFields, Logger } from '../../../src/runtime/logger.js';
import { newProcess, type Process } from '../clock/loop.js';
import { Connection } from '../database/connection.js';
import { simulatedDatabase } from '../database/source.js';
import type { Scenario } from '../scenario.js';
import { SimulatedStore } from '../store/driver.js';
import type { Environment } from './surroundings.js';
import type { Target } from './target.js';

/** Small, so that a slot that holds back WAL shows within a minute. */
const IDLE = { afterMs: 20_000, afterBytes: 300 };

/** What an agent logs after a failure. */
const AGAIN = 'the agent starts again';

interface AgentWorld extends Environment {
  readonly targets: readonly Target[];
  /** An agent resynced for a reason of that kind. */
  resynced(target: Target, process: Process, kind: string): void;
  /** An agent that streamed waits for so long before the resync that it owes. */
  waitsToResync(target: Target, process: Process, waitMs: number): void;
}

/** The agent of one target in a process of the system. */
export interface AgentPart {
  readonly target: Target;
  readonly process: Process;
  readonly counters: AgentCounters;
  readonly stop: AbortController;
  /** It was asked to end, and has. */
  hasEnded: boolean;
}

/** One process of the system: all of its parts live and die together. */
export interface AgentProcess {
  readonly client: string;
  parts: readonly AgentPart[];
  isRunning: boolean;
  isPaused: boolean;
}

export class Agents {
  readonly all: readonly AgentProcess[];
  /** As `--allow-mass-delete` at the next start. */
  mayDeleteMuch: boolean;
  readonly #world: AgentWorld;
  readonly #heal: boolean;

  constructor(world: AgentWorld, { agents, heal, mayDeleteMuch }: Scenario) {
    this.#world = world;
    this.#heal = heal;
    this.mayDeleteMuch = mayDeleteMuch;
    this.all = Array.from({ length: agents }, (_, index) => ({
      client: `agent-${index}`,
      parts: [],
      isRunning: false,
      isPaused: false,
    }));
  }

  /** The agent of a step: there may be fewer than it thought of. */
  pick(index: number): AgentProcess | undefined {
    return this.all[index % this.all.length];
  }

  /** Those of one target, of the agents that run. */
  of(target: Target): readonly AgentPart[] {
    return this.all
      .filter(({ isRunning }) => isRunning)
      .flatMap(({ parts }) => parts.filter((part) => part.target === target));
  }

  start(agent: AgentProcess): void {
    if (agent.isRunning) return;
    Object.assign(agent, { isRunning: true, isPaused: false, parts: [] });
    agent.parts = this.#world.targets.map((target) => this.#startPart(agent, target));
  }

  /** As kill -9 does it; a supervisor starts it again. */
  kill(agent: AgentProcess): void {
    for (const { process } of agent.parts) process.state = 'dead';
    this.cut(agent, 'killed');
    agent.isRunning = false;
    agent.isPaused = false;
    const { loop, chances } = this.#world;
    const pauseMs = chances.chance(0.5) ? 50 : chances.between(500, 30_000);
    loop.after(pauseMs, () => this.start(agent), loop.world);
  }

  /** As SIGTERM does it; nothing starts it again by itself. */
  stop(agent: AgentProcess): void {
    const { loop } = this.#world;
    // What follows from it belongs to the process.
    for (const { stop, process } of agent.parts) loop.after(0, () => stop.abort(), process);
    agent.isRunning = false;
  }

  pause(agent: AgentProcess): void {
    agent.isPaused = true;
    for (const { process } of agent.parts) process.state = 'paused';
  }

  resume(agent: AgentProcess): void {
    if (!agent.isPaused) return;
    agent.isPaused = false;
    for (const { process } of agent.parts) this.#world.loop.resume(process);
  }

  /** Its connections with the database break. */
  cut({ parts }: AgentProcess, why: string): void {
    for (const { process } of parts) {
      for (const link of Connection.openOf(process)) link.cut(why);
    }
  }

  /** Nothing of this world may run in the next one. */
  end(): void {
    for (const { parts } of this.all) for (const { process } of parts) process.state = 'dead';
  }

  /** Listeners that the agent left at the signals that stop it. */
  listenersOf({ parts }: AgentProcess): number {
    return parts.reduce((sum, { stop }) => sum + getEventListeners(stop.signal, 'abort').length, 0);
  }

  #startPart({ client }: AgentProcess, target: Target): AgentPart {
    const process = newProcess(client);
    const stop = new AbortController();
    // They are counted here; a warning would add nothing.
    setMaxListeners(0, stop.signal);
    const database = simulatedDatabase(target, client);
    const knobs = { allowMassDelete: this.mayDeleteMuch, heal: this.#heal, idle: IDLE };
    const counters = () => setup.counters;
    const logger = this.#logger(process, target, counters);
    const setup = agentSetup({ database, logger, knobs }, target.name, '');
    const store = new SimulatedStore(target.store, target, client);
    const supervision: Parameters<typeof runAgent>[1] = {
      withStore: <T>(work: (store: KeyValueStore) => Promise<T>) => work(store),
      onFailed: () => 'retry',
      signal: stop.signal,
    };
    const { counters: counted } = setup;
    const part: AgentPart = { target, process, counters: counted, stop, hasEnded: false };
    const ended = () => {
      part.hasEnded = true;
    };
    const run = () => {
      runAgent(setup, supervision)
        .then(ended)
        .catch((error: unknown) => target.oracle.defect(error));
    };
    this.#world.loop.after(1, run, process);
    return part;
  }

  #logger(process: Process, target: Target, counters: () => AgentCounters): Logger {
    const world = this.#world;
    const client = process.name;
    const of = world.targets.length === 1 ? '' : ` ${target.name}`;
    const at = (level: string) => (message: string, fields?: LogFields) => {
      world.trace(`${client}${of} ${level}: ${message}${describeFields(fields)}`);
      if (message === 'resynced') world.resynced(target, process, String(fields?.['kind']));
      const owes = fields?.['reason'] instanceof ResyncRequired;
      if (owes && message === AGAIN && counters().state === 'streaming') {
        world.waitsToResync(target, process, Number(fields?.['waitMs']));
      }
    };
    return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') };
  }
}

function describeFields(fields: LogFields = {}): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const code = value instanceof LenkwerkError ? `${value.code} ` : '';
      return ` ${name}=${code}${value instanceof Error ? value.message : String(value)}`;
    })
    .join('');
}
