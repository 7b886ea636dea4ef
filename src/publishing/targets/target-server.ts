/** Runs an agent for every configured target, each on its own, and follows the configuration. */
import { isDeepStrictEqual } from 'node:util';
import { LenkwerkError } from '../../model/errors.js';
import type { JsonValue } from '../../model/json.js';
import { STORE_CONFIG_KEYS } from '../../model/secrets/values.js';
import { jittered, linked, pause } from '../../runtime/async.js';
import { type AgentOptions, slotOfTarget } from '../agent/context.js';
import { newCounters } from '../agent/counters.js';
import { RecordRefused } from '../stream/pieces.js';
import { NO_SUCH_TARGET } from './further-stores.js';
import { statusOf, TargetAgent, type TargetStatus } from './target-agent.js';
import {
  configuredNames,
  isUnreadableConfig,
  isUrlEnough,
  resolveTargets,
  type Target,
  type TargetSources,
} from './targets.js';

/** How often the configuration is read. */
const CONFIG_POLL_MS = 10_000;
const FIRST_READ_RETRY_MS = 1_000;

export interface ServeOptions extends AgentOptions, Omit<TargetSources, 'recorded'> {
  readonly configPollMs?: number;
  /** Targets that are configured and not in `names` were left out by no one: they are reported. */
  readonly reportsOthers?: boolean;
}

interface Served {
  readonly agent: TargetAgent;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * The agents of all configured targets, started, replaced and ended as the configuration changes.
 */
export class TargetServer {
  readonly #options: ServeOptions;
  readonly #served = new Map<string, Served>();
  /** Targets whose settings cannot be used. */
  #problems: ReadonlyMap<string, LenkwerkError> = new Map();
  /** Configured targets that are not served and were reported. */
  #others: ReadonlySet<string> = new Set();
  /** The last failure of each target that needed an operator. */
  readonly #failures = new Map<string, LenkwerkError>();
  readonly #abort = new AbortController();
  #reasonToEnd: LenkwerkError | undefined;
  #defect: unknown;

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  /** One entry per target, those whose settings cannot be used included. */
  status(): readonly TargetStatus[] {
    const served = [...this.#served.values()].map(({ agent }) => agent.status);
    const known = new Set(served.map(({ target }) => target));
    const problems = [...this.#problems].filter(([target]) => !known.has(target));
    return [...served, ...problems.map(([target, error]) => problemStatus(target, error))];
  }

  /**
   * Serves until the signal aborts, then ends every agent in order and resolves. Rejects when every
   * target has failed in a way that needs an operator, with the first of the failures, and with
   * errors of the first reading of the configuration that are not retryable.
   */
  async run(signal: AbortSignal): Promise<void> {
    const over = linked(signal, this.#abort.signal);
    const ended = over.signal;
    const urlOnly = isUrlEnough(this.#options);
    try {
      await this.#firstTargets(ended);
      while (!ended.aborted) {
        await pause(jittered(this.#options.configPollMs ?? CONFIG_POLL_MS), ended);
        if (!ended.aborted && !urlOnly) await this.#followConfiguration();
      }
    } finally {
      over.end();
      await this.#stopAll();
    }
    if (this.#defect !== undefined) throw this.#defect;
    if (!signal.aborted && this.#reasonToEnd !== undefined) throw this.#reasonToEnd;
  }

  async #firstTargets(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(await this.#targets());
        return;
      } catch (error) {
        if (!(error instanceof LenkwerkError && error.retryable)) throw error;
        this.#options.logger.warn('the configuration cannot be read yet', { reason: error });
      }
      await pause(FIRST_READ_RETRY_MS, signal);
    }
  }

  /** Whatever is wrong with the configuration, running agents continue. */
  async #followConfiguration(): Promise<void> {
    try {
      await this.#follow(await this.#targets());
    } catch (error) {
      if (!(error instanceof LenkwerkError)) throw error;
      this.#options.logger.warn('the configuration cannot be read', { reason: error });
    }
  }

  async #targets(): Promise<readonly Target[]> {
    const recorded = isUrlEnough(this.#options) ? undefined : await this.#recorded();
    const sources = { ...this.#options, recorded };
    if (sources.reportsOthers === true) this.#reportOthers(configuredNames(sources));
    return resolveTargets(sources);
  }

  #reportOthers(configured: readonly string[]): void {
    const { names, logger } = this.#options;
    const others = configured.filter((name) => !names.includes(name));
    for (const target of others.filter((name) => !this.#others.has(name))) {
      const hint = `an agent with --slot serves one target: run another one with --target ${target}`;
      logger.warn('a configured target is not served by this agent', { target, hint });
    }
    this.#others = new Set(others);
  }

  async #recorded(): Promise<ReadonlyMap<string, JsonValue>> {
    const session = await this.#options.database.connect('agent settings');
    try {
      return await session.readConfig(STORE_CONFIG_KEYS);
    } finally {
      await session.close();
    }
  }

  async #follow(targets: readonly Target[]): Promise<void> {
    const configured = targets.filter((target) => !isMissing(target));
    const wanted = new Set(configured.map(({ name }) => name));
    // What cannot be read may still name those that run.
    const gone = targets.some(isUnreadableConfig) ? [] : [...this.#served.keys()];
    for (const name of gone) if (!wanted.has(name)) await this.#remove(name);
    const problems = new Map<string, LenkwerkError>();
    for (const target of targets) {
      if ('problem' in target) problems.set(target.name, target.problem);
      else await this.#serve(target);
    }
    this.#reportProblems(problems);
    this.#endWhenAllFailed();
  }

  async #serve(target: Extract<Target, { settings: unknown }>): Promise<void> {
    const { name, settings } = target;
    const served = this.#served.get(name);
    if (served !== undefined) {
      if (isDeepStrictEqual(served.agent.settings, settings)) return;
      this.#options.logger.warn('the store of a target changed', { target: name });
      await this.#stop(name);
    }
    const onFailed = (error: LenkwerkError) => {
      // The agent goes on by itself when the record has changed, which no new start would hasten.
      if (error instanceof RecordRefused) this.#failures.delete(name);
      else this.#failures.set(name, error);
      this.#endWhenAllFailed();
    };
    const agent = new TargetAgent(this.#options, name, settings);
    const controller = new AbortController();
    const ended = agent.run(onFailed, controller.signal).catch((error: unknown) => {
      this.#defect = error;
      this.#abort.abort();
    });
    this.#served.set(name, { agent, controller, ended });
  }

  #reportProblems(problems: ReadonlyMap<string, LenkwerkError>): void {
    for (const [target, reason] of problems) {
      const isNew = this.#problems.get(target)?.message !== reason.message;
      if (isNew) this.#options.logger.error('a target cannot be used', { target, reason });
    }
    this.#problems = problems;
  }

  async #remove(name: string): Promise<void> {
    const slot = this.#served.get(name)?.agent.status.slot;
    const hint = 'drop its replication slot, or it retains WAL without limit';
    this.#options.logger.warn('a target is not configured any more', { target: name, slot, hint });
    await this.#stop(name);
  }

  async #stop(name: string): Promise<void> {
    const served = this.#served.get(name);
    this.#served.delete(name);
    this.#failures.delete(name);
    served?.controller.abort();
    await served?.ended;
  }

  async #stopAll(): Promise<void> {
    const served = [...this.#served.values()];
    for (const { controller } of served) controller.abort();
    await Promise.all(served.map(({ ended }) => ended));
  }

  /** A target that is served keeps the process running; without any, its supervisor has to act. */
  #endWhenAllFailed(): void {
    const states = [...this.#served.values()].map(({ agent }) => agent.status.state);
    if (states.some((state) => state !== 'failed')) return;
    [this.#reasonToEnd] = [...this.#failures.values(), ...this.#problems.values()];
    if (this.#reasonToEnd !== undefined) this.#abort.abort();
  }
}

function isMissing(target: Target): boolean {
  return 'problem' in target && target.problem.message.endsWith(`: ${NO_SUCH_TARGET}`);
}

function problemStatus(target: string, { message, hint }: LenkwerkError): TargetStatus {
  const counters = { ...newCounters(), state: 'failed', reason: message, hint } as const;
  return statusOf({ target, slot: slotOfTarget(target), counters }, undefined);
}
