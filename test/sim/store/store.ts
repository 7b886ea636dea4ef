/** A key-value store with revisions, as its server sees it. */
import type {
  CommitOutcome,
  GuardedCommit,
  Revision,
  StoredRecord,
  StoredValue,
  StoreLimits,
  StoreSnapshot,
} from '../../../src/kvstore/store.js';
import { CommitTooLarge, LenkwerkError } from '../../../src/model/errors.js';

/** What a store holds at one revision: never changed. */
export type Values = ReadonlyMap<string, StoredValue>;

/** A backup of a store. */
export interface StoreBackup {
  readonly revision: Revision;
  readonly values: Values;
  readonly foreign: ReadonlySet<string>;
}

interface LoggedRevision {
  readonly revision: Revision;
  /** undefined: the key was deleted. */
  readonly changes: ReadonlyMap<string, string | undefined>;
  /** What the store held after it. */
  readonly values: Values;
}

export class Store {
  /** What it reports. */
  readonly limits: StoreLimits;
  /** What it takes: a person may have set it to less. */
  acceptsBytes: number;
  readonly checkpointKey: string;
  readonly tablesKey: string;
  revision: Revision = 1n;
  values: Values = new Map();
  log: LoggedRevision[] = [];
  /** Changes up to this revision are forgotten; what it held then can be read. */
  compacted: Revision = 0n;
  #atCompacted: Values = new Map();
  /** Counts how often it went back to a backup. */
  epoch = 0;
  isUp = true;
  /** Counts how often it went down. */
  outages = 0;
  /** Refuses every commit for want of space. */
  isFull = false;
  /** Factor of every latency. */
  slowness = 1;
  /** The share of commits whose answer is lost. */
  lostReplies = 0;
  /** The share of commits that arrive late, after their sender gave up. */
  lateCommits = 0;
  /** Late commits on their way that expect no checkpoint. */
  lateFirsts = 0;
  /** Keys that another client wrote, and no agent since. */
  foreign = new Set<string>();
  /** Called at every change. */
  readonly watchers = new Set<() => void>();

  /** Of one target. */
  constructor(limits: StoreLimits, target: string) {
    this.limits = limits;
    this.acceptsBytes = limits.maxBytes;
    this.checkpointKey = `/Lenkwerk/${target}/Checkpoint`;
    this.tablesKey = `/Lenkwerk/${target}/Tables`;
  }

  /** Commits get an answer, soon. */
  get answers(): boolean {
    return this.isUp && !this.isFull && this.lostReplies === 0 && this.slowness === 1;
  }

  backup(): StoreBackup {
    return { revision: this.revision, values: this.values, foreign: new Set(this.foreign) };
  }

  restore({ revision, values, foreign }: StoreBackup): void {
    this.revision = revision;
    this.values = values;
    this.foreign = new Set(foreign);
    this.compact();
    this.epoch += 1;
    this.#notify();
  }

  compact(): void {
    this.compacted = this.revision;
    this.#atCompacted = this.values;
    this.log = [];
  }

  put(changes: ReadonlyMap<string, string | undefined>): Revision {
    this.revision += 1n;
    const values = new Map(this.values);
    for (const [key, value] of changes) {
      if (value === undefined) values.delete(key);
      else values.set(key, { value, modRevision: this.revision });
    }
    this.values = values;
    this.log.push({ revision: this.revision, changes, values });
    this.#notify();
    return this.revision;
  }

  range(prefixes: readonly string[], atRevision: Revision = this.revision): StoreSnapshot {
    const records: StoredRecord[] = [];
    for (const [key, stored] of this.#valuesAt(atRevision)) {
      if (prefixes.some((prefix) => key.startsWith(prefix))) records.push({ key, ...stored });
    }
    records.sort((a, b) => (a.key < b.key ? -1 : 1));
    return { revision: atRevision, records };
  }

  commit({ puts, deletes, guard }: GuardedCommit): CommitOutcome {
    if (this.isFull) throw storeUnavailable('no space');
    let sizeBytes = 0;
    for (const [key, value] of puts) sizeBytes += key.length + value.length;
    const { maxChanges } = this.limits;
    if (puts.size + deletes.size > maxChanges || sizeBytes > this.acceptsBytes) {
      throw new CommitTooLarge('the store: the request is too large');
    }
    const current = this.values.get(guard.key);
    const { expected } = guard;
    const isSame =
      current?.modRevision === expected?.modRevision && current?.value === expected?.value;
    if (!isSame) return { kind: 'conflict', current };
    const changes = new Map<string, string | undefined>(puts);
    for (const key of deletes) if (this.values.has(key)) changes.set(key, undefined);
    changes.set(guard.key, guard.value);
    for (const key of changes.keys()) this.foreign.delete(key);
    for (const key of deletes) this.foreign.delete(key);
    return { kind: 'committed', revision: this.put(changes) };
  }

  /** The first change after a revision; undefined: there is none yet. */
  nextAfter(revision: Revision): LoggedRevision | undefined {
    const [first] = this.log;
    if (first === undefined) return undefined;
    // One entry for each revision, without a gap.
    return this.log[Math.max(0, Number(revision - first.revision) + 1)];
  }

  #valuesAt(revision: Revision): Values {
    if (revision === this.revision) return this.values;
    if (revision === this.compacted) return this.#atCompacted;
    const found = this.nextAfter(revision - 1n);
    if (found?.revision === revision) return found.values;
    throw new LenkwerkError('inconclusive', 'the store does not have that revision');
  }

  #notify(): void {
    for (const notify of [...this.watchers]) notify();
  }
}

export function storeUnavailable(why: string): LenkwerkError {
  return new LenkwerkError('store-unavailable', `the store: ${why}`, { retryable: true });
}
