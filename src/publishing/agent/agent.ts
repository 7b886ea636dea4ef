/** The agent of one target: publishes while it is the active one, stands by while it is not. */
import type { KeyValueStore } from '../../kvstore/store.js';
import { type ErrorCode, LenkwerkError, ResyncRequired } from '../../model/errors.js';
import { codeOf } from '../../postgres/errors.js';
import { jittered, pause } from '../../runtime/async.js';
import type { Logger } from '../../runtime/logger.js';
import type { ResyncReason } from '../records/condition.js';
import { KeySpace } from '../records/key-space.js';
import type { SourceDatabase } from '../source/source-database.js';
import type { IdleLimits } from '../stream/stream.js';
import { publishOnce } from './attempt.js';
import { type AgentCounters, type AgentState, newCounters } from './counters.js';
import { Healing } from './healing.js';

export const DEFAULT_TARGET = 'default';
export const DEFAULT_PUBLICATION = 'bagger_lw_storage';
const DEFAULT_SLOT = 'lw_agent';
const DEFAULT_IDLE: IdleLimits = { afterMs: 60_000, afterBytes: 16 * 1024 * 1024 };

const STANDBY_POLL_MS = 1_000;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;

export interface AgentOptions {
  readonly database: SourceDatabase;
  /** Open; stays open. */
  readonly store: KeyValueStore;
  readonly logger: Logger;
  /** Before every key; default none. */
  readonly prefix?: string;
  readonly target?: string;
  readonly slot?: string;
  readonly publication?: string;
  /** Lets a resync delete however much it wants. */
  readonly allowMassDelete?: boolean;
  /** Set right what somebody else changes in the store, without being asked. */
  readonly heal?: boolean;
  readonly idle?: IdleLimits;
  readonly statusIntervalMs?: number;
  readonly catalogIntervalMs?: number;
  readonly onState?: (state: AgentState, reason: string) => void;
  readonly counters?: AgentCounters;
}

/** The slot of a target, unless another name is asked for. */
export function slotOfTarget(target: string): string {
  return target === DEFAULT_TARGET ? DEFAULT_SLOT : `${DEFAULT_SLOT}_${target}`;
}

/** Errors that no waiting mends: somebody has to decide. */
const FATAL: ReadonlySet<ErrorCode> = new Set([
  'store-rejected',
  'mass-delete',
  'environment',
  'usage',
  'invalid-input',
]);

/**
 * Runs until the signal aborts: then the write under way is finished and confirmed, and the
 * promise resolves. Rejects with a LenkwerkError that needs a person: `mass-delete`,
 * `store-rejected`, `environment`; and, before it was active or on standby for the first time,
 * whatever waiting would not mend.
 */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const agent = new Agent(options, signal);
  await agent.run();
}

class Agent {
  readonly #options: AgentOptions;
  readonly #signal: AbortSignal;
  readonly #counters: AgentCounters;
  /** Set when the stream ended for a reason that only a resync mends. */
  #resyncReason: ResyncReason | undefined;
  readonly #healing: Healing | undefined;
  readonly #undecodable = new Undecodable();
  /** Failures since the agent was last active or on standby. */
  #failures = 0;
  #wasWell = false;

  constructor(options: AgentOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#counters = options.counters ?? newCounters();
    const { heal, logger } = options;
    this.#healing = heal === true ? new Healing({ logger }) : undefined;
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#attempt();
      } catch (error) {
        await this.#recover(error);
      }
    }
    this.#enter('stopped', 'asked to stop');
  }

  #attempt(): Promise<void> {
    const { options } = this.#withDefaults();
    return publishOnce(
      {
        ...options,
        resyncReason: this.#resyncReason,
        counters: this.#counters,
        healing: this.#healing,
        onResync: ({ sentence }) => this.#enter('resync', sentence),
        onStream: () => {
          this.#resyncReason = undefined;
          this.#well('streaming', 'reading the slot');
        },
      },
      this.#signal,
    );
  }

  #withDefaults() {
    const { target = DEFAULT_TARGET } = this.#options;
    const options = {
      database: this.#options.database,
      store: this.#options.store,
      logger: this.#options.logger,
      keySpace: new KeySpace(this.#options.prefix ?? ''),
      target,
      slot: this.#options.slot ?? slotOfTarget(target),
      publication: this.#options.publication ?? DEFAULT_PUBLICATION,
      allowMassDelete: this.#options.allowMassDelete ?? false,
      idle: this.#options.idle ?? DEFAULT_IDLE,
      statusIntervalMs: this.#options.statusIntervalMs,
      catalogIntervalMs: this.#options.catalogIntervalMs,
    };
    return { options };
  }

  /** Waits as long as the failure asks for; rethrows what waiting does not mend. */
  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof LenkwerkError) || FATAL.has(error.code)) throw error;
    if (this.#signal.aborted) return;
    const { logger } = this.#options;
    if (error.code === 'slot-in-use' || error.code === 'fenced') {
      if (error.code === 'fenced') this.#counters.fenced += 1;
      // Whoever is active now sees for itself whether a resync is needed.
      this.#resyncReason = undefined;
      this.#well('standby', error.message);
      await pause(jittered(STANDBY_POLL_MS), this.#signal);
      return;
    }
    const reason = this.#resyncReasonIn(error);
    if (reason !== undefined) this.#resyncReason = reason;
    else if (!this.#wasWell && !error.retryable) throw error;
    const waitMs = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures, 10), MAX_BACKOFF_MS);
    this.#failures += 1;
    this.#counters.restarts += 1;
    logger.warn('the agent starts again', { reason: error, waitMs });
    this.#enter('connecting', error.message);
    await pause(jittered(waitMs), this.#signal);
  }

  #resyncReasonIn(error: LenkwerkError): ResyncReason | undefined {
    const { message } = error;
    if (error instanceof ResyncRequired) return { kind: error.kind, sentence: message };
    if (!this.#undecodable.counts(error, this.#counters.publishedLsn)) return undefined;
    return { kind: 'undecodable', sentence: `the stream cannot be decoded: ${message}` };
  }

  #well(state: 'standby' | 'streaming', reason: string): void {
    this.#wasWell = true;
    this.#failures = 0;
    this.#enter(state, reason);
  }

  #enter(state: AgentState, reason: string): void {
    if (this.#counters.state === state && state === 'standby') return;
    this.#counters.state = state;
    this.#options.logger.info('agent state', { state, reason });
    this.#options.onState?.(state, reason);
  }
}

// Has the server come to a place of its log that it cannot decode, however often it is asked?

/** SQLSTATE class of internal errors and corrupted data. */
const INTERNAL_ERRORS = 'XX';
const MAX_FAILURES = 3;

/**
 * A slot that was made while other transactions truncated or altered tables may lack what they did
 * to the catalog: then decoding fails at the next change of such a table with "could not map
 * filenode", again and again (seen with PostgreSQL 15 to 18). Only a new slot helps.
 */
export class Undecodable {
  #failures = 0;
  #publishedLsn = 0n;

  /** A session failed with this; true when it was the last of several in a row at one place. */
  counts(error: LenkwerkError, publishedLsn: bigint): boolean {
    if (codeOf(error.cause)?.startsWith(INTERNAL_ERRORS) !== true) return false;
    if (publishedLsn !== this.#publishedLsn) this.#failures = 0;
    this.#publishedLsn = publishedLsn;
    this.#failures += 1;
    if (this.#failures < MAX_FAILURES) return false;
    this.#failures = 0;
    return true;
  }
}
