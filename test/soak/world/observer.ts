/** Follows the store, on a connection without faults, and checks every revision. */
import type { KeyChange, KeyValueStore } from '../../../src/kvstore/store.js';
import { formatLsn, ZERO_LSN } from '../../../src/model/lsn.js';
import { type Checkpoint, decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import type { KeySpace } from '../../../src/publishing/records/key-space.js';
import type { Journal } from '../journal.js';
import { digestText, recordDigest } from './record-digest.js';

/** The tables that carry the number of the transaction, servermap not counted. */
const MARKED_TABLES = 5;
const MARK = /"gen:(\d+)"/;

interface Seen {
  readonly revision: bigint;
  /** undefined: the revision did not write the checkpoint, or it was no checkpoint. */
  readonly checkpoint: Checkpoint | undefined;
  readonly wroteCheckpoint: boolean;
  /** What the marks of the tables say, when the records claim to be a whole state. */
  readonly marks: readonly string[] | undefined;
  readonly digest: string;
  readonly changes: number;
  readonly sample: string;
}

interface Shown {
  readonly digest: bigint;
  readonly mark: string | undefined;
}

export class Observer {
  readonly #journal: Journal;
  readonly #keySpace: KeySpace;
  readonly #checkpointKey: string;
  /** From this revision on the states are not compared, until the next check of them. */
  #distrusted: bigint | undefined;
  readonly #records = new Map<string, Shown>();
  readonly #marked = new Set<string>();
  #digest = 0n;
  #seen: Seen[] = [];
  #last: Checkpoint | undefined;
  #controller = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #revision = 0n;
  #lastWriteMs = 0;

  constructor(keySpace: KeySpace, journal: Journal) {
    this.#journal = journal;
    this.#keySpace = keySpace;
    this.#checkpointKey = this.#keySpace.checkpointKey('default');
  }

  get revision(): bigint {
    return this.#revision;
  }

  /** When the newest revision was seen, on the clock of `performance.now`. */
  get lastWriteMs(): number {
    return this.#lastWriteMs;
  }

  /** Begins, or begins again with nothing known of what came before. */
  start(store: KeyValueStore): void {
    this.#controller = new AbortController();
    this.#seen = [];
    this.#last = undefined;
    this.#revision = 0n;
    this.#distrusted = undefined;
    this.#running = this.#follow(store, this.#controller.signal);
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#running;
  }

  /**
   * The store will lack what the stream does not show, until agents have noticed: the states are
   * not compared until the next check. How they follow each other is.
   */
  distrust(): void {
    this.#distrusted ??= this.#revision;
  }

  get isDistrusted(): boolean {
    return this.#distrusted !== undefined;
  }

  /** Checks what was seen since the last call; `ours` are revisions that no agent wrote. */
  async settle(
    ours: ReadonlySet<bigint>,
    digestsOf: (ns: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<void> {
    const seen = this.#seen;
    this.#seen = [];
    const numbers = new Set(seen.flatMap(({ marks = [] }) => marks));
    const digests = await digestsOf([...numbers]);
    const distrusted = this.#distrusted;
    this.#distrusted = undefined;
    let tainted = false;
    for (const [index, item] of seen.entries()) {
      if (ours.has(item.revision)) {
        // Until a resync or a repair the records hold what we put there.
        tainted = true;
        if (item.wroteCheckpoint) this.#last = undefined;
        continue;
      }
      if (this.#isResynced(item)) tainted = false;
      if (distrusted !== undefined && item.revision > distrusted) tainted = true;
      const sound = this.#checkOne(item) && (tainted || this.#checkState(item, digests));
      if (!sound)
        for (const near of seen.slice(Math.max(0, index - 5), index + 3)) this.#describe(near);
    }
  }

  /**
   * A resync has compared everything. What follows it without a transaction carries its witness and
   * has compared nothing.
   */
  #isResynced({ checkpoint }: Seen): boolean {
    const witness = checkpoint?.witness;
    if (witness === undefined) return false;
    return witness.transaction === undefined && witness.endLsn !== this.#last?.witness.endLsn;
  }

  #checkOne(item: Seen): boolean {
    const at = `revision ${item.revision}`;
    this.#journal.count('checked: revisions');
    if (!item.wroteCheckpoint) {
      this.#journal.violate(
        `P4: ${at} changed ${item.changes} keys without the checkpoint: ${item.sample}`,
      );
      return false;
    }
    const { checkpoint } = item;
    if (checkpoint === undefined) return true;
    const last = this.#last;
    this.#last = checkpoint;
    if (last === undefined || checkpoint.phase === 'snapshot') return true;
    const [before, now] = [last.witness.endLsn, checkpoint.witness.endLsn];
    if (last.activation === checkpoint.activation && now < before) {
      const [from, to] = [formatLsn(before), formatLsn(now)];
      this.#journal.violate(`P1: ${at} went back from ${from} to ${to}`);
      return false;
    }
    return true;
  }

  #checkState(item: Seen, digests: ReadonlyMap<string, string>): boolean {
    const { marks, revision } = item;
    if (marks === undefined) return true;
    const at = `revision ${revision} at ${formatLsn(item.checkpoint?.lsn ?? ZERO_LSN)}`;
    const [n] = marks;
    this.#journal.count('checked: whole states');
    if (n === undefined || marks.length < MARKED_TABLES || marks.some((mark) => mark !== n)) {
      this.#journal.violate(`P2: ${at} shows the transactions ${marks.join(', ')}`);
      return false;
    }
    const expected = digests.get(n);
    if (expected === undefined) return true;
    this.#journal.count('checked: whole states, every record');
    if (expected === item.digest) return true;
    this.#journal.violate(`P1: ${at} is not the state of transaction ${n}`);
    return false;
  }

  #describe({ revision, checkpoint, marks, changes, sample }: Seen): void {
    const { phase, lsn = ZERO_LSN, part, activation } = checkpoint ?? {};
    const position = `${phase} ${formatLsn(lsn)} part ${part} of ${activation}`;
    this.#journal.note(`seen ${revision}: ${position}, marks ${marks}, ${changes}: ${sample}`);
  }

  async #follow(store: KeyValueStore, signal: AbortSignal): Promise<void> {
    const { prefix } = this.#keySpace;
    for await (const event of store.watch({ prefix: `${prefix}/`, signal })) {
      if (event.kind === 'changes') {
        this.#apply(event.changes);
        this.#observe(event.revision, event.changes);
      } else {
        this.#journal.count('observer began again');
        this.#forget();
        this.#apply(event.snapshot.records);
      }
      this.#revision = event.kind === 'changes' ? event.revision : event.snapshot.revision;
      this.#lastWriteMs = performance.now();
    }
  }

  #forget(): void {
    this.#records.clear();
    this.#marked.clear();
    this.#digest = 0n;
    this.#last = undefined;
  }

  #apply(changes: readonly KeyChange[]): void {
    for (const { key, value } of changes) {
      if (this.#keySpace.tableOfKey(key) === undefined) continue;
      this.#digest ^= this.#records.get(key)?.digest ?? 0n;
      this.#records.delete(key);
      this.#marked.delete(key);
      if (value === undefined) continue;
      const shown = show(key.slice(this.#keySpace.prefix.length), value);
      this.#records.set(key, shown);
      this.#digest ^= shown.digest;
      if (shown.mark !== undefined) this.#marked.add(key);
    }
  }

  #observe(revision: bigint, changes: readonly KeyChange[]): void {
    const written = changes.find(({ key }) => key === this.#checkpointKey);
    const checkpoint = written?.value === undefined ? undefined : decode(written.value);
    const whole = checkpoint?.phase === 'stream' && checkpoint.part === undefined;
    const marks = [...this.#marked].map((key) => this.#records.get(key)?.mark ?? '');
    this.#seen.push({
      revision,
      checkpoint,
      wroteCheckpoint: written !== undefined,
      marks: whole ? marks : undefined,
      digest: digestText(this.#digest),
      changes: changes.length,
      sample: changes
        .slice(0, 12)
        .map(({ key, value }) => `${value === undefined ? '-' : ''}${key.slice(0, 40)}`)
        .join(' '),
    });
  }
}

function decode(text: string): Checkpoint | undefined {
  try {
    return decodeCheckpoint(text);
  } catch {
    return undefined;
  }
}

function show(key: string, value: string): Shown {
  try {
    return { digest: recordDigest(key, value), mark: MARK.exec(value.slice(0, 400))?.[1] };
  } catch {
    // Something that we put there ourselves.
    return { digest: 1n, mark: undefined };
  }
}
