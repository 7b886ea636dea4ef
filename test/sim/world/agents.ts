/** The processes that run the agent, and the supervisor that starts them again. */
import { getEventListeners, setMaxListeners } from 'node:events';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { runAgent } from '../../../src/publishing/agent/agent.js';
import { agentSetup } from '../../../src/publishing/agent/context.js';
import { type AgentCounters, newCounters } from '../../../src/publishing/agent/counters.js';
import type { LogFields, Logger } from '../../../src/runtime/logger.js';
import { newProcess, type Process } from '../clock/loop.js';
import { Connection } from '../database/connection.js';
import { simulatedDatabase } from '../database/source.js';
import type { Oracle } from '../oracle.js';
import type { Scenario } from '../scenario.js';
import { SimulatedStore } from '../store/driver.js';
import type { Store } from '../store/store.js';
import type { Surroundings } from './surroundings.js';

/** Small, so that a slot that holds back WAL shows within a minute. */
const IDLE = { afterMs: 20_000, afterBytes: 300 };

interface AgentWorld extends Surroundings {
  readonly store: Store;
  readonly oracle: Oracle;
  /** An agent resynced for a reason of that kind. */
  resynced(kind: string): void;
}

export interface AgentProcess {
  readonly client: string;
  process: Process;
  stop: AbortController;
  isRunning: boolean;
  /** Of its newest process. */
  counters: AgentCounters;
}

export class Agents {
  readonly all: readonly AgentProcess[];
  readonly #world: AgentWorld;
  readonly #heal: boolean;

  constructor(world: AgentWorld, { agents, heal }: Scenario) {
    this.#world = world;
    this.#heal = heal;
    this.all = Array.from({ length: agents }, (_, index) => ({
      client: `agent-${index}`,
      process: newProcess('not started'),
      stop: new AbortController(),
      isRunning: false,
      counters: newCounters(),
    }));
  }

  /** The agent of a step: there may be fewer than it thought of. */
  pick(index: number): AgentProcess | undefined {
    return this.all[index % this.all.length];
  }

  start(agent: AgentProcess): void {
    if (agent.isRunning) return;
    const process = newProcess(agent.client);
    const stop = new AbortController();
    // They are counted here; a warning would add nothing.
    setMaxListeners(0, stop.signal);
    Object.assign(agent, { process, stop, isRunning: true });
    this.#world.loop.after(1, () => this.#run(agent, process), process);
  }

  /** As kill -9 does it; a supervisor starts it again. */
  kill(agent: AgentProcess): void {
    agent.process.state = 'dead';
    this.cut(agent, 'killed');
    agent.isRunning = false;
    const { loop, chances } = this.#world;
    const pauseMs = chances.chance(0.5) ? 50 : chances.between(500, 30_000);
    loop.after(pauseMs, () => this.start(agent), loop.world);
  }

  /** Its connections with the database break. */
  cut({ process }: AgentProcess, why: string): void {
    for (const link of Connection.openOf(process)) link.cut(why);
  }

  /** Nothing of this world may run in the next one. */
  end(): void {
    for (const { process } of this.all) process.state = 'dead';
  }

  /** Listeners that the agent left at the signal that stops it. */
  listenersOf({ stop }: AgentProcess): number {
    return getEventListeners(stop.signal, 'abort').length;
  }

  #run(agent: AgentProcess, process: Process): void {
    const world = this.#world;
    const { client, stop } = agent;
    const ended = (why: string) => {
      if (agent.process !== process) return;
      world.trace(`${client} ended: ${why}`);
      agent.isRunning = false;
      const { loop, chances } = world;
      loop.after(chances.between(500, 10_000), () => this.start(agent), loop.world);
    };
    const knobs = { allowMassDelete: true, heal: this.#heal, idle: IDLE };
    const database = simulatedDatabase(world, client);
    const setup = agentSetup({ database, logger: this.#logger(client), knobs }, 'default', '');
    agent.counters = setup.counters;
    const store = new SimulatedStore(world.store, world, client);
    const supervision: Parameters<typeof runAgent>[1] = {
      withStore: <T>(work: (store: KeyValueStore) => Promise<T>) => work(store),
      onFailed: () => 'give up',
      signal: stop.signal,
    };
    runAgent(setup, supervision).then(
      () => ended('stopped'),
      (error: unknown) => {
        if (!(error instanceof LenkwerkError)) world.oracle.defect(error);
        ended(String(error));
      },
    );
  }

  #logger(client: string): Logger {
    const at = (level: string) => (message: string, fields?: LogFields) => {
      this.#world.trace(`${client} ${level}: ${message}${describeFields(fields)}`);
      if (message === 'resynced') this.#world.resynced(String(fields?.['kind']));
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
