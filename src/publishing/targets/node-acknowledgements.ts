/** What nodes acknowledge in the store of a target: its place, and its removal. D92. */
import type { KeyValueStore } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { orAborted, pause } from '../../runtime/async.js';
import type { AgentSetup } from '../agent/context.js';

const HOUR_MS = 60 * 60_000;
/** How often what is reported is compared with the instances, and after which absence it goes. */
const PERIODS = { everyMs: HOUR_MS, goneMs: 24 * HOUR_MS };
/** Until nodes can report. */
const RETRY_MS = 60_000;

type Store = Pick<
  KeyValueStore,
  'prepareAcknowledgements' | 'acknowledgements' | 'forgetAcknowledgements' | 'readRange'
>;

/** One for a target: what it has seen outlives the connections with the store. */
export class NodeAcknowledgements {
  readonly #setup: Pick<AgentSetup, 'keySpace' | 'target' | 'logger'>;
  readonly #periods: typeof PERIODS;
  readonly #absent = new AbsentNodes();
  #dueMs = 0;
  /** So that a failure that stays is logged once. */
  #logged: string | undefined;

  constructor(setup: Pick<AgentSetup, 'keySpace' | 'target' | 'logger'>, periods = PERIODS) {
    this.#setup = setup;
    this.#periods = periods;
  }

  /**
   * Prepares the store, and from then on removes what nodes without an instance report. Resolves at
   * once when the signal aborts, rejects only for a defect: a failure is logged.
   */
  async keep(store: Store, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(Math.max(0, this.#dueMs - performance.now()), signal);
      if (signal.aborted) return;
      const isPrepared = await orAborted(this.#attend(store), signal);
      this.#dueMs = performance.now() + (isPrepared === true ? this.#periods.everyMs : RETRY_MS);
    }
  }

  async #attend(store: Store): Promise<boolean> {
    const { target, logger } = this.#setup;
    try {
      await store.prepareAcknowledgements(target);
    } catch (error) {
      const isNew = this.#isNew(error);
      if (isNew) logger.warn('nodes may not be able to acknowledge', { reason: error });
      return false;
    }
    try {
      await this.#removeAbsent(store);
      this.#logged = undefined;
    } catch (error) {
      // Who has no nodes that follow need not grant the rights.
      const isNew = this.#isNew(error);
      if (isNew) logger.info('what nodes acknowledge is not looked at', { reason: error });
    }
    return true;
  }

  async #removeAbsent(store: Store): Promise<void> {
    const { keySpace, target, logger } = this.#setup;
    const { byNode } = await store.acknowledgements(target);
    if (byNode.size === 0) return;
    const { records } = await store.readRange([keySpace.recordKey('postgres_instance', [''])]);
    const present = new Set(records.map(({ key }) => keySpace.nodeOfKey(key)));
    const reporting = [...byNode.keys()].filter((node) => !present.has(node));
    const nodes = this.#absent.longerThan(this.#periods.goneMs, reporting, performance.now());
    if (nodes.length === 0) return;
    await store.forgetAcknowledgements(target, nodes);
    logger.info('removed what nodes without an instance had acknowledged', { nodes });
  }

  /** Throws what is no LenkwerkError. */
  #isNew(error: unknown): boolean {
    if (!(error instanceof LenkwerkError)) throw error;
    const isNew = this.#logged !== error.message;
    this.#logged = error.message;
    return isNew;
  }
}

/**
 * Since when each node was seen to be absent, by this process: clocks of nodes do not count, and a
 * process that starts anew waits the whole time again.
 */
export class AbsentNodes {
  #sinceMs: ReadonlyMap<string, number> = new Map();

  /** Of the nodes that are absent now, those that were at each call of the last `goneMs`. */
  longerThan(goneMs: number, absent: readonly string[], nowMs: number): readonly string[] {
    const known = this.#sinceMs;
    this.#sinceMs = new Map(absent.map((node) => [node, known.get(node) ?? nowMs]));
    return absent.filter((node) => nowMs - (this.#sinceMs.get(node) ?? nowMs) >= goneMs);
  }
}
