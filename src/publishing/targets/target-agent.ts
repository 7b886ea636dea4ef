/** The agent of one configured target, with its connection to the store. */
import type { StoreSettings } from '../../kvstore/settings.js';
import type { LenkwerkError } from '../../model/errors.js';
import { linked } from '../../runtime/async.js';
import type { Logger } from '../../runtime/logger.js';
import { runAgent } from '../agent/agent.js';
import { type AgentOptions, type AgentSetup, agentSetup } from '../agent/context.js';
import type { AgentCounters, AgentState } from '../agent/counters.js';
import { NodeAcknowledgements } from './node-acknowledgements.js';

export interface TargetStatus {
  readonly target: string;
  readonly slot: string;
  /** The store's place, without secrets; undefined: its settings cannot be used. */
  readonly store: string | undefined;
  readonly state: AgentState;
  /** The reason for that state, in words. */
  readonly reason: string;
  /** What helps, where that is known. */
  readonly hint: string | undefined;
  readonly sinceMs: number;
  readonly counters: AgentCounters;
}

/** The agent of one target; it opens the store of `settings` itself, and again after a failure. */
export class TargetAgent {
  readonly settings: StoreSettings;
  readonly #setup: AgentSetup;
  readonly #acknowledgements: NodeAcknowledgements;

  constructor(options: AgentOptions, target: string, settings: StoreSettings) {
    const logger = withTarget(options.logger, target);
    this.#setup = agentSetup({ ...options, logger }, target, settings.prefix);
    this.#acknowledgements = new NodeAcknowledgements(this.#setup);
    this.settings = settings;
  }

  get status(): TargetStatus {
    return statusOf(this.#setup, this.settings.description);
  }

  /**
   * Resolves when the signal aborted. Rejects only for a defect of this program. `onFailed` is
   * called at every failure that needs an operator, before the retry.
   */
  run(onFailed: (error: LenkwerkError) => void, signal: AbortSignal): Promise<void> {
    return runAgent(this.#setup, {
      withStore: async (work) => {
        const store = await this.settings.connect();
        const over = linked(signal);
        const kept = this.#acknowledgements.keep(store, over.signal);
        kept.catch(() => {});
        try {
          return await work(store);
        } finally {
          over.end();
          await store.close();
          await kept;
        }
      },
      onFailed: (error) => {
        onFailed(error);
        return 'retry';
      },
      signal,
    });
  }
}

/** The status of an agent, or of one that could not be set up. */
export function statusOf(
  { target, slot, counters }: Pick<AgentSetup, 'target' | 'slot' | 'counters'>,
  store: string | undefined,
): TargetStatus {
  const { state, reason, hint, sinceMs } = counters;
  return { target, slot, store, state, reason, hint, sinceMs, counters };
}

function withTarget(logger: Logger, target: string): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { target, ...fields }),
    info: (message, fields) => logger.info(message, { target, ...fields }),
    warn: (message, fields) => logger.warn(message, { target, ...fields }),
    error: (message, fields) => logger.error(message, { target, ...fields }),
  };
}
