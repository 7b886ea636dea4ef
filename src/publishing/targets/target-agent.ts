/** The agent of one target with its connection to the store, tried again while that may help. */
import type { StoreSettings } from '../../kvstore/settings.js';
import { LenkwerkError } from '../../model/errors.js';
import { jittered, pause } from '../../runtime/async.js';
import type { Logger } from '../../runtime/logger.js';
import { type AgentOptions, runAgent, slotOfTarget } from '../agent/agent.js';
import { type AgentCounters, type AgentState, newCounters } from '../agent/counters.js';

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;
/** A target that needs a person is looked at again: the person may have been there. */
const FAILED_RETRY_MS = 30_000;

/** `failed`: it needs a person, and is tried again from time to time. */
export type TargetState = AgentState | 'failed';

export interface TargetStatus {
  readonly target: string;
  readonly slot: string;
  /** Where the store is, without secrets; undefined: nobody knows. */
  readonly store: string | undefined;
  readonly state: TargetState;
  readonly reason: string;
  readonly sinceMs: number;
  readonly counters: AgentCounters;
}

export type TargetAgentOptions = Pick<
  AgentOptions,
  | 'database'
  | 'logger'
  | 'publication'
  | 'allowMassDelete'
  | 'heal'
  | 'slot'
  | 'statusIntervalMs'
  | 'idle'
>;

export interface TargetWork {
  readonly options: TargetAgentOptions;
  /** Called at every failure that needs a person, before it is tried again. */
  readonly onFailed: (error: LenkwerkError) => void;
}

export class TargetAgent {
  readonly target: string;
  readonly settings: StoreSettings;
  readonly #work: TargetWork;
  readonly #logger: Logger;
  readonly #counters = newCounters();
  #state: TargetState = 'connecting';
  #reason = 'starting';
  #sinceMs = Date.now();

  constructor(target: string, settings: StoreSettings, work: TargetWork) {
    this.target = target;
    this.settings = settings;
    this.#work = work;
    this.#logger = withTarget(work.options.logger, target);
  }

  get status(): TargetStatus {
    return {
      target: this.target,
      slot: this.#slot,
      store: this.settings.description,
      state: this.#state,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      counters: this.#counters,
    };
  }

  get #slot(): string {
    return this.#work.options.slot ?? slotOfTarget(this.target);
  }

  /** Resolves when the signal aborted. Rejects only for a defect of this program. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#publish(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof LenkwerkError)) throw error;
        await pause(jittered(this.#waitAfter(error, failures)), signal);
      }
    }
    this.#enter('stopped', 'asked to stop');
  }

  async #publish(signal: AbortSignal): Promise<void> {
    const store = await this.settings.connect();
    const { options } = this.#work;
    try {
      this.#logger.info('agent starts', { to: store.description, slot: this.#slot });
      await runAgent(
        {
          ...options,
          store,
          logger: this.#logger,
          prefix: this.settings.prefix,
          target: this.target,
          slot: this.#slot,
          counters: this.#counters,
          onState: (state, reason) => this.#enter(state, reason),
        },
        signal,
      );
    } finally {
      await store.close();
    }
  }

  /** In milliseconds. */
  #waitAfter(error: LenkwerkError, failures: number): number {
    this.#counters.restarts += 1;
    if (!error.retryable) {
      this.#enter('failed', error.message);
      this.#work.onFailed(error);
      this.#logger.error('the target needs attention', { reason: error });
      return FAILED_RETRY_MS;
    }
    const waitMs = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10), MAX_BACKOFF_MS);
    if (this.#state !== 'connecting' || failures === 0) {
      this.#logger.warn('the agent starts again', { reason: error, waitMs });
    }
    this.#enter('connecting', error.message);
    return waitMs;
  }

  #enter(state: TargetState, reason: string): void {
    if (state !== this.#state) this.#sinceMs = Date.now();
    this.#state = state;
    this.#reason = reason;
  }
}

function withTarget(logger: Logger, target: string): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { target, ...fields }),
    info: (message, fields) => logger.info(message, { target, ...fields }),
    warn: (message, fields) => logger.warn(message, { target, ...fields }),
    error: (message, fields) => logger.error(message, { target, ...fields }),
  };
}
