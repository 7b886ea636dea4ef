/**
 * Whether the store of an agent answers. Every request counts; an active agent that has nothing to
 * write asks now and then. Decision D54 in src/README.md.
 */
import { randomUUID } from 'node:crypto';
import type { KeyValueStore } from '../../kvstore/store.js';
import { LenkwerkError, StoreForbidden } from '../../model/errors.js';
import { jittered, onAbort, orAborted, pause } from '../../runtime/async.js';
import type { AgentSetup, AgentStore } from './context.js';
import type { ShownState } from './shown-state.js';

const LOOK_MS = 1_000;
/** After so long without an answer an agent that has nothing to write asks. */
const ASK_AFTER_MS = 2_000;
/** Looks at one trouble after which the store blocks the agent. */
const BLOCKED_AFTER_LOOKS = 5;
/** Looks after which the agent lets the slot go: blocked for half a minute. */
const GIVE_UP_AFTER_LOOKS = BLOCKED_AFTER_LOOKS + 30;
/** How often a store that does not answer is asked, while no session is open. */
const PROBE_MS = 1_000;

/** A store without space takes no writes, and answers reads. */
type Kind = 'read' | 'write';

/** A request without an answer, and those of its kind that followed. */
interface Trouble {
  readonly sinceMs: number;
  /** How often it was looked at: a process that slept, or was busy, did not look. */
  looks: number;
  /** The last failure; undefined: the first request is under way. */
  error: LenkwerkError | undefined;
}

/** Outlives the sessions of an agent. */
export class StoreHealth {
  readonly #setup: Pick<AgentSetup, 'counters' | 'keySpace' | 'target'>;
  readonly #shown: ShownState;
  readonly #troubles = new Map<Kind, Trouble>();
  #store: AgentStore | undefined;
  /** How the session asks; undefined: there is none that streams. */
  #askAsSession: (() => Promise<void>) | undefined;
  #isAsking = false;
  #answeredMs = 0;

  constructor(setup: Pick<AgentSetup, 'counters' | 'keySpace' | 'target'>, shown: ShownState) {
    this.#setup = setup;
    this.#shown = shown;
  }

  /** The store could not be opened. */
  refused(error: unknown): void {
    if (error instanceof LenkwerkError && keepsFromPublishing(error)) this.#countFailure();
  }

  /** The part of an open store that an agent uses; each request to the result counts. */
  observe(store: KeyValueStore): AgentStore {
    this.#answered('write');
    this.#store = {
      get limits() {
        return store.limits;
      },
      read: (key) => this.#request('read', () => store.read(key)),
      // A listing may take long: it counts once it has ended.
      readRange: (prefixes, at) => this.#judge('read', store.readRange(prefixes, at)),
      commit: (commit) => this.#request('write', () => store.commit(commit)),
      probeRecord: (key, value) => this.#request('write', () => store.probeRecord(key, value)),
      watch: (options) => store.watch(options),
    };
    return this.#store;
  }

  /** Until the attempt ends the session itself reads what an idle agent asks for. */
  askWith(ask: () => Promise<void>): void {
    this.#askAsSession = ask;
  }

  /**
   * Runs an attempt to publish. Its signal aborts with `stop`, and when the store blocked the agent
   * for half a minute; then throws what the store reports, `store-unavailable`, so that another
   * agent, whose store answers, may go on. Else throws what `work` throws.
   */
  async attend(work: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    const attempt = new AbortController();
    const dispose = onAbort(stop, () => attempt.abort());
    const looking = this.#lookUntilOver(attempt.signal, () => this.#lookAtAttempt(attempt));
    try {
      await work(attempt.signal);
    } catch (error) {
      // What ended in consequence has its own reasons.
      if (!(error instanceof LenkwerkError) || !isGivenUp(attempt.signal)) throw error;
    } finally {
      this.#askAsSession = undefined;
      dispose();
      attempt.abort();
      await looking;
    }
    if (isGivenUp(attempt.signal)) throw attempt.signal.reason;
  }

  /**
   * Resolves once the store answers what it did not answer before, or the signal aborted; true when
   * it was away at first.
   */
  async untilAnswers(signal: AbortSignal): Promise<boolean> {
    if (this.#troubles.size === 0) return false;
    const wait = new AbortController();
    const dispose = onAbort(signal, () => wait.abort());
    const looking = this.#lookUntilOver(wait.signal, () => this.#look());
    let wasAway = false;
    for (;;) {
      await orAborted(this.#ask(this.#troubles.has('write') ? 'write' : 'read'), signal);
      if (this.#troubles.size === 0 || signal.aborted) break;
      wasAway = true;
      await pause(jittered(PROBE_MS), signal);
    }
    dispose();
    wait.abort();
    await looking;
    return wasAway;
  }

  async #lookUntilOver(signal: AbortSignal, look: () => void): Promise<void> {
    while (!signal.aborted) {
      await pause(LOOK_MS, signal);
      if (!signal.aborted) look();
    }
  }

  #lookAtAttempt(attempt: AbortController): void {
    // What a standby needs is asked once it takes over.
    if (!this.#shown.isActive) return;
    const isIdle = performance.now() - this.#answeredMs >= ASK_AFTER_MS;
    if (isIdle && !this.#isAsking) void this.#ask('read');
    const looks = this.#look();
    if (looks >= GIVE_UP_AFTER_LOOKS) attempt.abort(this.#reason());
  }

  /** Returns how often the oldest trouble was looked at. */
  #look(): number {
    let looks = 0;
    for (const trouble of this.#troubles.values()) {
      trouble.looks += 1;
      looks = Math.max(looks, trouble.looks);
    }
    if (looks < BLOCKED_AFTER_LOOKS) return looks;
    this.#setup.counters.storeUp = false;
    this.#shown.block(this.#reason());
    return looks;
  }

  #reason(): LenkwerkError {
    const cause = this.#troubles.get('write')?.error ?? this.#troubles.get('read')?.error;
    const message = cause?.message ?? 'the store does not answer';
    const hint = cause?.hint ?? 'is the store running, and can this host reach it?';
    return new LenkwerkError('store-unavailable', message, { hint, cause, retryable: true });
  }

  /** Asks what changes nothing. A failure counts, and is not thrown. */
  async #ask(kind: Kind): Promise<void> {
    const { keySpace, target } = this.#setup;
    const key = keySpace.checkpointKey(target);
    this.#isAsking = true;
    try {
      if (kind === 'read') await (this.#askAsSession?.() ?? this.#store?.read(key));
      else await this.#store?.commit(commitThatLoses(key));
    } catch (error) {
      if (!(error instanceof LenkwerkError)) throw error;
    } finally {
      this.#isAsking = false;
    }
  }

  async #request<T>(kind: Kind, send: () => Promise<T>): Promise<T> {
    this.#trouble(kind);
    return await this.#judge(kind, send());
  }

  async #judge<T>(kind: Kind, answer: Promise<T>): Promise<T> {
    try {
      const result = await answer;
      this.#answered(kind);
      return result;
    } catch (error) {
      if (error instanceof LenkwerkError && keepsFromPublishing(error)) this.#failed(kind, error);
      else this.#answered(kind);
      throw error;
    }
  }

  #trouble(kind: Kind): Trouble {
    const open = this.#troubles.get(kind);
    if (open !== undefined) return open;
    const trouble: Trouble = { sinceMs: performance.now(), looks: 0, error: undefined };
    this.#troubles.set(kind, trouble);
    return trouble;
  }

  #failed(kind: Kind, error: LenkwerkError): void {
    this.#trouble(kind).error = error;
    this.#countFailure();
    if (this.#shown.isBlocked) this.#shown.block(this.#reason());
  }

  #countFailure(): void {
    const { counters } = this.#setup;
    counters.storeFailures += 1;
    counters.storeUp = false;
  }

  #answered(kind: Kind): void {
    this.#answeredMs = performance.now();
    const began = [...this.#troubles.values()].map(({ sinceMs }) => sinceMs);
    this.#troubles.delete(kind);
    if (kind === 'write') this.#troubles.delete('read');
    if (this.#troubles.size > 0) return;
    this.#setup.counters.storeUp = true;
    this.#shown.unblock(this.#answeredMs - Math.min(this.#answeredMs, ...began));
  }
}

/** Whether an attempt ends because its store blocked it: then nothing is sent again. */
export function isGivenUp({ reason }: AbortSignal): boolean {
  return reason instanceof LenkwerkError;
}

/** A failure that blocks the agent until the store is back, or its login is granted a right. */
export function keepsFromPublishing(error: LenkwerkError): boolean {
  return error instanceof StoreForbidden || error.code === 'store-unavailable';
}

/** Nothing has the revision 0, nor that value. A store that takes no writes refuses it unseen. */
function commitThatLoses(key: string) {
  const expected = { value: randomUUID(), modRevision: 0n };
  return { puts: new Map(), deletes: new Set<string>(), guard: { key, expected, value: '' } };
}
