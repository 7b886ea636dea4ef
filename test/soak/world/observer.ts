/** Follows the store, on a connection without faults, and checks every revision. */
import type { KeyChange, KeyValueStore } from '../../../src/kvstore/store.js';
import { formatLsn, ZERO_LSN } from '../../../src/model/lsn.js';
import { type Checkpoint, decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import type { KeySpace } from '../../../src/publishing/records/key-space.js';
import type { Journal } from '../journal.js';
import { ShownRecords } from './shown-records.js';

/** The tables that carry the number of the transaction, servermap not counted. */
const MARKED_TABLES = 5;

interface Seen {
  readonly revision: bigint;
  /** Reported without a revision of its own: no commit of the contract has it. */
  readonly isForeign: boolean;
  /** The watch lost its place before it: the store may have gone back. */
  readonly isAfterGap: boolean;
  /** undefined: the revision did not write the checkpoint, or it was no checkpoint. */
  readonly checkpoint: Checkpoint | undefined;
  readonly wroteCheckpoint: boolean;
  /** What the marks of the tables say, when the records claim to be a whole state. */
  readonly marks: readonly string[] | undefined;
  readonly digest: string;
  readonly changes: number;
  readonly sample: string;
}

/** A write that the store gives no revision. */
interface ForeignWrite {
  /** It comes later than this revision. */
  readonly after: bigint;
  readonly isCheckpoint: boolean;
}

export class Observer {
  readonly #journal: Journal;
  readonly #keySpace: KeySpace;
  readonly #checkpointKey: string;
  readonly #records: ShownRecords;
  /** From this revision on the states are not compared, until the next check of them. */
  #uncertainFrom: bigint | undefined;
  #isDistrusted = false;
  #seen: Seen[] = [];
  #foreign: ForeignWrite[] = [];
  #isAfterGap = false;
  #last: Checkpoint | undefined;
  #controller = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #revision = 0n;
  #lastWriteMs = 0;

  constructor(keySpace: KeySpace, journal: Journal) {
    this.#journal = journal;
    this.#keySpace = keySpace;
    this.#checkpointKey = this.#keySpace.checkpointKey('default');
    this.#records = new ShownRecords(keySpace);
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
    this.#foreign = [];
    this.#last = undefined;
    this.#revision = 0n;
    this.#uncertainFrom = undefined;
    this.#isDistrusted = false;
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
    this.#isDistrusted = true;
    this.#uncertainFrom ??= this.#revision;
  }

  /**
   * Another program writes this key, or any (undefined), and the store gives the change no
   * revision: it may be reported without one, or not at all.
   */
  expectForeign(key: string | undefined): void {
    const isCheckpoint = key === undefined || key === this.#checkpointKey;
    this.#foreign.push({ after: this.#revision, isCheckpoint });
    this.#uncertainFrom ??= this.#revision;
  }

  get isDistrusted(): boolean {
    return this.#isDistrusted;
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
    const foreign = this.#foreign;
    this.#foreign = [];
    const uncertainFrom = this.#uncertainFrom;
    this.#uncertainFrom = undefined;
    this.#isDistrusted = false;
    let tainted = false;
    for (const [index, item] of seen.entries()) {
      if (item.isAfterGap) this.#last = undefined;
      if (item.isForeign ? foreign.length > 0 : ours.has(item.revision)) {
        // Until a resync or a repair the records hold what we put there.
        tainted = true;
        if (item.wroteCheckpoint) this.#last = undefined;
        continue;
      }
      if (this.#isResynced(item)) tainted = false;
      if (uncertainFrom !== undefined && item.revision > uncertainFrom) tainted = true;
      const sound = this.#checkOne(item, foreign) && (tainted || this.#checkState(item, digests));
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

  /** Each of the foreign writes accounts for one checkpoint that went back. */
  #checkOne(item: Seen, foreign: ForeignWrite[]): boolean {
    const at = `revision ${item.revision}`;
    this.#journal.count('checked: revisions');
    if (!item.wroteCheckpoint || item.isForeign) {
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
    if (last.activation !== checkpoint.activation || now >= before) return true;
    const cause = foreign.findIndex(
      ({ isCheckpoint, after }) => isCheckpoint && after <= item.revision,
    );
    if (cause >= 0) {
      foreign.splice(cause, 1);
      return true;
    }
    const [from, to] = [formatLsn(before), formatLsn(now)];
    this.#journal.violate(`P1: ${at} went back from ${from} to ${to}`);
    return false;
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
        this.#records.apply(event.changes);
        this.#observe(event.revision, event.changes);
        this.#isAfterGap = false;
      } else {
        this.#journal.count(`observer began again: ${event.reason}`);
        this.#isAfterGap = true;
        this.#records.clear();
        this.#records.apply(event.snapshot.records);
      }
      this.#revision = event.kind === 'changes' ? event.revision : event.snapshot.revision;
      this.#lastWriteMs = performance.now();
    }
  }

  #observe(revision: bigint, changes: readonly KeyChange[]): void {
    const written = changes.find(({ key }) => key === this.#checkpointKey);
    const checkpoint = written?.value === undefined ? undefined : decode(written.value);
    const whole = checkpoint?.phase === 'stream' && checkpoint.part === undefined;
    this.#seen.push({
      revision,
      isForeign: revision <= this.#revision,
      isAfterGap: this.#isAfterGap,
      checkpoint,
      wroteCheckpoint: written !== undefined,
      marks: whole ? this.#records.marks : undefined,
      digest: this.#records.digest,
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
