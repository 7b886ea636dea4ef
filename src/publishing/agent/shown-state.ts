/** What an agent shows of itself: its state and the reason, in its counters and in the log. */
import type { LenkwerkError } from '../../model/errors.js';
import type { AgentSetup } from './context.js';
import type { AgentState } from './counters.js';

/** What the agent does, whatever its store does. */
type OwnState = Exclude<AgentState, 'blocked'>;
export type Reason = Pick<LenkwerkError, 'message' | 'hint'>;

interface Shown {
  readonly state: OwnState;
  readonly reason: Reason;
}

const ACTIVE: ReadonlySet<OwnState> = new Set(['resync', 'streaming']);

/**
 * While the store blocks the agent that is shown, and nothing else is logged; afterwards the state
 * that the agent has come to.
 */
export class ShownState {
  readonly #setup: Pick<AgentSetup, 'counters' | 'logger'>;
  #own: Shown;
  #isBlocked = false;

  constructor(setup: Pick<AgentSetup, 'counters' | 'logger'>) {
    this.#setup = setup;
    const { reason: message, hint } = setup.counters;
    this.#own = { state: 'connecting', reason: { message, hint } };
  }

  /** The agent publishes, or would if its store answered. */
  get isActive(): boolean {
    return ACTIVE.has(this.#own.state);
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** The agent comes to a state. One that only an operator ends is shown in any case. */
  enter(state: OwnState, reason: Reason): void {
    this.#own = { state, reason };
    if (state === 'failed' || state === 'stopped') this.#isBlocked = false;
    if (this.#isBlocked) return;
    const { counters, logger } = this.#setup;
    const isSame =
      state === counters.state && (state === 'standby' || reason.message === counters.reason);
    this.#show(state, reason);
    if (!isSame) logger.info('agent state', { state, reason: reason.message });
  }

  /** The store does not let the agent go on; called again when the reason is another one. */
  block(reason: LenkwerkError): void {
    const isNew = !this.#isBlocked;
    this.#isBlocked = true;
    this.#show('blocked', reason);
    if (isNew) this.#setup.logger.warn('the store blocks the agent', { reason });
  }

  /** The store answers, after so long. */
  unblock(afterMs: number): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    const { state, reason } = this.#own;
    this.#show(state, reason);
    this.#setup.logger.info('the store answers again', { state, afterMs: Math.round(afterMs) });
  }

  #show(state: AgentState, { message, hint }: Reason): void {
    const { counters } = this.#setup;
    if (state !== counters.state) counters.sinceMs = Date.now();
    counters.state = state;
    counters.reason = message;
    counters.hint = hint;
  }
}
