/** The agent of one target: publishes while it is active, and is a standby otherwise. */
import type { KeyValueStore } from '../../kvstore/store.js';
import { type ErrorCode, LenkwerkError, ResyncRequired } from '../../model/errors.js';
import type { ResyncReason } from '../records/condition-words.js';
import { RecordRefused } from '../stream/pieces.js';
import { publishOnce } from './attempt.js';
import { Backoff, Undecodable } from './backoff.js';
import type { AgentSetup, AgentStore } from './context.js';
import { Healing } from './healing.js';
import type { Refusal, Shown } from './resync/refused-record.js';
import { RefusedResync } from './resync/refused-resync.js';
import { type Reason, ShownState } from './shown-state.js';
import { keepsFromPublishing, StoreHealth } from './store-health.js';
import type { Attempt, OwedResync } from './work.js';

/** Pause after a failure that needs an operator, who may have repaired it by then. */
const FAILED_RETRY_MS = 30_000;
/** Pause after a store that was away answers again. */
const STORE_RETURN_MS = 1_000;

/** Errors that persist until an operator acts; what keeps from publishing is asked again. */
const FATAL: ReadonlySet<ErrorCode> = new Set([
  'store-rejected',
  'mass-delete',
  'environment',
  'usage',
  'invalid-input',
]);

/** Another agent is active, or another server has to answer first. */
const STANDS_BY: ReadonlySet<ErrorCode> = new Set(['slot-in-use', 'fenced', 'not-primary']);

interface Supervision {
  /** Opens the store, gives it to the work, closes it when the work ends. */
  readonly withStore: <T>(work: (store: KeyValueStore) => Promise<T>) => Promise<T>;
  /**
   * Called for a failure that needs an operator: one that persists, or any that is not `retryable`
   * before the agent was active or a standby. `retry`: the store is opened again after half a
   * minute.
   */
  readonly onFailed: (error: LenkwerkError) => 'retry' | 'give up';
  /** Ends the agent. */
  readonly signal: AbortSignal;
}

/**
 * Runs until the signal aborts: then the write under way is finished and confirmed, and the promise
 * resolves. Rejects with the LenkwerkError for which `onFailed` does not return `retry`, and for a
 * defect of this program. The counters of the setup hold the agent's state.
 */
export async function runAgent(setup: AgentSetup, supervision: Supervision): Promise<void> {
  await new Agent(setup, supervision).run();
}

/** The reaction to a failure, after a pause. */
type Next =
  | { readonly kind: 'again' | 'reopen'; readonly waitMs: number }
  | { readonly kind: 'give up'; readonly error: LenkwerkError };

class Agent {
  readonly #setup: AgentSetup;
  readonly #supervision: Supervision;
  readonly #healing: Healing | undefined;
  /** Set when the stream ended for a reason that only a resync mends. */
  #owed: OwedResync | undefined;
  /** Set when the store refused a record: the next attempt looks what the tables hold by now. */
  #refusal: Refusal | undefined;
  /** Of the last session that held the slot. */
  #activation: string | undefined;
  /** Of the last attempt that came so far. */
  #lastShown: Shown = 'nothing';
  #undecodable = new Undecodable();
  readonly #refusedResync = new RefusedResync();
  readonly #failures: Backoff;
  readonly #shown: ShownState;
  readonly #health: StoreHealth;
  #isOpen = false;
  /** With the present store connection, the agent was active or a standby. */
  #wasWell = false;

  constructor(setup: AgentSetup, supervision: Supervision) {
    this.#setup = setup;
    this.#supervision = supervision;
    const { knobs, logger } = setup;
    this.#healing = knobs.heal ? new Healing({ logger }) : undefined;
    this.#failures = new Backoff(setup);
    this.#shown = new ShownState(setup);
    this.#health = new StoreHealth(setup, this.#shown);
  }

  async run(): Promise<void> {
    const { signal } = this.#supervision;
    while (!signal.aborted) {
      const next = await this.#publish().catch((error: unknown) => {
        this.#health.refused(error);
        return this.#recover(error);
      });
      if (next.kind === 'give up') throw next.error;
      await this.#failures.wait(next.waitMs, signal);
    }
    this.#shown.enter('stopped', because('asked to stop'));
  }

  /** Runs attempts, one after the other, with one store; returns the failure that ends them. */
  #publish(): Promise<Next> {
    const { withStore, signal } = this.#supervision;
    this.#wasWell = false;
    this.#isOpen = false;
    this.#owed = undefined;
    this.#undecodable = new Undecodable();
    return withStore(async (store) => {
      const { logger, slot } = this.#setup;
      logger.info('agent starts', { to: store.description, slot });
      this.#isOpen = true;
      const observed = this.#health.observe(store);
      for (;;) {
        const next = await this.#attempt(observed);
        if (next.kind !== 'again' || signal.aborted) return next;
        await this.#waitBeforeNext(next.waitMs, signal);
      }
    });
  }

  /** No session is started before a store that failed has answered. */
  async #waitBeforeNext(waitMs: number, signal: AbortSignal): Promise<void> {
    const wasAway = await this.#health.untilAnswers(signal);
    await this.#failures.wait(wasAway ? Math.min(waitMs, STORE_RETURN_MS) : waitMs, signal);
  }

  async #attempt(store: AgentStore): Promise<Next> {
    const context = { ...this.#setup, store };
    const publish = (signal: AbortSignal) => publishOnce(context, this.#hearing(signal));
    try {
      await this.#health.attend(publish, this.#supervision.signal);
      return { kind: 'again', waitMs: 0 };
    } catch (error) {
      return this.#recover(error);
    }
  }

  #hearing(signal: AbortSignal): Attempt {
    this.#failures.begins();
    return {
      owed: this.#owed,
      refusal: this.#refusal,
      refusedResync: this.#refusedResync,
      healing: this.#healing,
      onResync: ({ sentence }) => this.#shown.enter('resync', because(sentence)),
      onActivated: (activation) => {
        this.#activation = activation;
      },
      onResynced: () => this.#settle(),
      onShown: (shown) => {
        this.#lastShown = shown;
      },
      onStart: () => this.#failures.starts(),
      onStream: (ask) => {
        this.#settle();
        this.#health.askWith(ask);
        this.#failures.streams();
        this.#well('streaming', because('reading the slot'));
      },
      signal,
    };
  }

  /** Chooses the reaction; rethrows defects. */
  #recover(error: unknown): Next {
    if (!(error instanceof LenkwerkError)) throw error;
    if (this.#supervision.signal.aborted) return { kind: 'reopen', waitMs: 0 };
    if (error instanceof RecordRefused) return this.#refuse(error);
    if (keepsFromPublishing(error)) return this.#retry(error);
    if (FATAL.has(error.code)) return this.#failed(error);
    if (STANDS_BY.has(error.code)) return this.#standBy(error);
    const reason = this.#resyncReasonIn(error);
    if (reason !== undefined) this.#owe(reason);
    else if (!this.#wasWell && !error.retryable) return this.#failed(error);
    return this.#retry(error);
  }

  #standBy(error: LenkwerkError): Next {
    const { code, message } = error;
    const { counters, logger } = this.#setup;
    if (code === 'fenced') counters.fenced += 1;
    const isNew = counters.state !== 'standby' || counters.reason !== message;
    if (code === 'not-primary' && isNew) logger.warn('waits for the primary', { reason: error });
    // What is owed and what was refused count until they are settled: agents that forgot it would
    // take the slot from one another in turn.
    this.#well('standby', error);
    return { kind: 'again', waitMs: this.#failures.standsBy() };
  }

  #settle(): void {
    this.#owed = undefined;
    this.#refusal = undefined;
  }

  #owe(reason: ResyncReason): void {
    this.#owed = { reason, activation: this.#activation, shown: this.#lastShown };
  }

  /** The first time the tables are looked at, at once; where they hold it still, now and then. */
  #refuse(error: RecordRefused): Next {
    const isFirst = this.#refusal === undefined;
    this.#refusal = { record: error, shown: this.#lastShown };
    return isFirst ? this.#retry(error) : this.#failed(error);
  }

  #failed(error: LenkwerkError): Next {
    const { counters, logger } = this.#setup;
    counters.restarts += 1;
    this.#shown.enter('failed', error);
    if (this.#supervision.onFailed(error) === 'give up') return { kind: 'give up', error };
    logger.error('the target needs attention', { reason: error });
    return { kind: 'reopen', waitMs: FAILED_RETRY_MS };
  }

  #retry(error: LenkwerkError): Next {
    const { counters, logger } = this.#setup;
    counters.restarts += 1;
    const isOwed = this.#owed !== undefined || this.#refusal !== undefined;
    const waitMs = this.#failures.count(error, { isOwed, isOpen: this.#isOpen });
    // From here on it does not know what waits.
    if (this.#shown.isBlocked) counters.waitingSinceMs ??= Date.now();
    else if (counters.state !== 'connecting' || counters.reason !== error.message) {
      logger.warn('the agent starts again', { reason: error, waitMs });
    }
    this.#shown.enter('connecting', error);
    return { kind: 'again', waitMs };
  }

  #resyncReasonIn(error: LenkwerkError): ResyncReason | undefined {
    const { message } = error;
    if (error instanceof ResyncRequired) return { kind: error.kind, sentence: message };
    if (!this.#undecodable.add(error, this.#setup.counters.publishedLsn)) return undefined;
    return { kind: 'undecodable', sentence: `the stream cannot be decoded: ${message}` };
  }

  #well(state: 'standby' | 'streaming', reason: Reason): void {
    this.#wasWell = true;
    this.#shown.enter(state, reason);
  }
}

function because(message: string): Reason {
  return { message, hint: undefined };
}
