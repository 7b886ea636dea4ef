/** One process's connection with a simulated store. */
import type {
  CommitOutcome,
  GuardedCommit,
  KeyValueStore,
  Revision,
  StoredValue,
  StoreLimits,
  StoreSnapshot,
  WatchEvent,
  WatchOptions,
} from '../../../src/kvstore/store.js';
import { CommitTooLarge, LenkwerkError } from '../../../src/model/errors.js';
import type { Process } from '../clock/loop.js';
import type { Surroundings } from '../world/surroundings.js';
import { type Store, storeUnavailable } from './store.js';

const REQUEST_TIMEOUT_MS = 3_000;
/** A commit that its sender gave up may still arrive for so long. */
const LATEST_MS = 20_000;
const RETRY_MS = 500;

export class SimulatedStore implements KeyValueStore {
  readonly description = 'a simulated store';
  readonly prefix = '';
  /** A refusal shows what the store takes. */
  limits: StoreLimits;
  readonly #store: Store;
  readonly #world: Surroundings;
  readonly #client: string;

  constructor(store: Store, world: Surroundings, client: string) {
    this.#store = store;
    this.#world = world;
    this.#client = client;
    this.limits = store.limits;
  }

  read(key: string): Promise<StoredValue | undefined> {
    const { process } = this.#world.loop;
    return this.#call(() => {
      const found = this.#store.values.get(key);
      this.#world.observer.read(process, key, found);
      return found;
    }, 0);
  }

  readRange(prefixes: readonly string[], atRevision?: Revision): Promise<StoreSnapshot> {
    return this.#call(() => this.#store.range(prefixes, atRevision), 0);
  }

  commit(commit: GuardedCommit): Promise<CommitOutcome> {
    const { loop, chances, observer } = this.#world;
    const sender = observer.writerOf(loop.process, commit)?.process ?? loop.process;
    if (!chances.chance(this.#store.lateCommits)) {
      return this.#call(() => this.#apply(commit, sender), this.#store.lostReplies);
    }
    const arrivesMs = chances.between(100, LATEST_MS);
    this.#world.trace(`store: a commit of ${this.#client} arrives ${arrivesMs} ms late`);
    const isFirst = commit.guard.expected === undefined;
    if (isFirst) this.#store.lateFirsts += 1;
    const arrive = () => {
      if (isFirst) this.#store.lateFirsts -= 1;
      this.#applyLate(commit, sender);
    };
    loop.after(arrivesMs, arrive, loop.world);
    return new Promise((_, reject) => {
      loop.after(REQUEST_TIMEOUT_MS, () => reject(storeUnavailable('no answer')));
    });
  }

  probeRecord(key: string, value: string): Promise<void> {
    const guard = { key, expected: { value: '', modRevision: -1n }, value: '' };
    const commit = { puts: new Map([[key, value]]), deletes: new Set<string>(), guard };
    return this.#call(() => void this.#store.commit(commit), 0);
  }

  async *watch({ prefix, after, signal }: WatchOptions): AsyncIterable<WatchEvent> {
    const store = this.#store;
    let { epoch } = store;
    let seen = after;
    while (!signal.aborted) {
      const wentBack = store.epoch !== epoch && seen !== undefined && seen > store.revision;
      const isTrimmed = seen !== undefined && seen < store.compacted && seen < store.revision;
      epoch = store.epoch;
      if (seen === undefined || wentBack || isTrimmed) {
        const snapshot = await this.#snapshot(prefix, signal);
        if (snapshot === undefined) return;
        seen = snapshot.revision;
        const gap = isTrimmed ? 'trimmed' : 'start';
        const reason = wentBack ? 'rewound' : gap;
        yield { kind: 'resync', reason, snapshot };
        continue;
      }
      const from = seen;
      const next = store.nextAfter(from);
      if (next === undefined) {
        await this.#change(signal);
        continue;
      }
      seen = next.revision;
      const changes = [...next.changes]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => ({ key, value }));
      if (changes.length > 0) yield { kind: 'changes', revision: next.revision, changes };
    }
  }

  kvread(): never {
    throw new Error('not simulated');
  }

  kvwrite(): never {
    throw new Error('not simulated');
  }

  kvwatch(): never {
    throw new Error('not simulated');
  }

  prepareAcknowledgements(): never {
    throw new Error('not simulated');
  }

  acknowledge(): never {
    throw new Error('not simulated');
  }

  acknowledgements(): never {
    throw new Error('not simulated');
  }

  forgetAcknowledgements(): never {
    throw new Error('not simulated');
  }

  async close(): Promise<void> {}

  #apply(commit: GuardedCommit, process: Process): CommitOutcome {
    const before = this.#store.values;
    const outcome = this.#store.commit(commit);
    if (outcome.kind === 'committed') {
      this.#world.observer.committed(before, { commit, revision: outcome.revision, process });
    }
    return outcome;
  }

  /** No process waits for the outcome any more. */
  #applyLate(commit: GuardedCommit, sender: Process): void {
    if (!this.#store.isUp) return;
    try {
      this.#apply(commit, sender);
    } catch (error) {
      if (!(error instanceof LenkwerkError)) throw error;
    }
  }

  #learnLimits(): void {
    const { limits, acceptsBytes } = this.#store;
    this.limits = { ...limits, maxBytes: Math.min(limits.maxBytes, acceptsBytes) };
  }

  #latency(): number {
    return this.#world.latency() * this.#store.slowness;
  }

  /** Runs `work` at the store; with the chance `lost` its answer does not come. */
  #call<T>(work: () => T, lost: number): Promise<T> {
    const { loop, chances } = this.#world;
    const { process } = loop;
    return new Promise<T>((resolve, reject) => {
      const refuse = (error: unknown, delayMs: number) => {
        loop.after(delayMs, () => reject(error), process);
      };
      const run = () => {
        if (!this.#store.isUp) {
          refuse(storeUnavailable('no answer'), chances.between(10, REQUEST_TIMEOUT_MS));
          return;
        }
        try {
          const result = work();
          if (chances.chance(lost)) {
            this.#world.trace(`store: an answer to ${this.#client} is lost`);
            refuse(storeUnavailable('no answer'), REQUEST_TIMEOUT_MS);
          } else {
            loop.after(this.#latency(), () => resolve(result), process);
          }
        } catch (error) {
          if (!(error instanceof LenkwerkError)) throw error;
          if (error instanceof CommitTooLarge) this.#learnLimits();
          refuse(error, this.#latency());
        }
      };
      loop.after(this.#latency(), run, loop.world);
    });
  }

  /** undefined: the signal aborted before the store answered. */
  async #snapshot(prefix: string, signal: AbortSignal): Promise<StoreSnapshot | undefined> {
    while (!signal.aborted) {
      try {
        return await this.readRange([prefix]);
      } catch (error) {
        if (!(error instanceof LenkwerkError)) throw error;
        await this.#world.loop.sleep(RETRY_MS);
      }
    }
    return undefined;
  }

  /** Resolves at the next change of the store, or when the signal aborts. */
  #change(signal: AbortSignal): Promise<void> {
    const { watchers } = this.#store;
    const { loop } = this.#world;
    const { process } = loop;
    return new Promise((resolve) => {
      const finish = () => {
        watchers.delete(wake);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const wake = () => {
        watchers.delete(wake);
        loop.after(this.#latency(), finish, process);
      };
      watchers.add(wake);
      signal.addEventListener('abort', finish, { once: true });
    });
  }
}
