/** Writes batches to the store, each together with the checkpoint, fenced by it (D21). */
import { randomUUID } from 'node:crypto';
import type { Revision, StoredValue } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import type { Lsn } from '../../model/lsn.js';
import { backoffMs, jittered, pause, RETRY } from '../../runtime/async.js';
import type { AgentContext, AgentStore } from '../agent/context.js';
import { countWritten } from '../agent/counters.js';
import { isGivenUp } from '../agent/store-health.js';
import {
  type Checkpoint,
  type CheckpointBase,
  decodeCheckpoint,
  encodeCheckpoint,
  fenced,
  type Progress,
} from '../records/checkpoint.js';
import { readToChange } from '../records/published.js';
import { encodeTablePrints, type TablePrints } from '../records/table-prints.js';
import type { Batch, BatchLimits, Changes } from './batch.js';
import { writeInPieces } from './pieces.js';
import { partProgress, snapshotProgress, unfinishedSnapshot, wholeProgress } from './progress.js';
import { type Repair, repairChanges } from './repair.js';

/** Size of the checkpoint and the fingerprints of tables in a commit, in bytes. */
const CHECKPOINT_RESERVE_BYTES = 4096;
/** How long a write of unknown outcome is retried after the signal aborted. */
const STOP_GRACE_MS = 5_000;

/** Where a publisher begins. */
interface PublisherStart {
  readonly base: CheckpointBase;
  /** The progress that the last write recorded. */
  readonly progress: Progress;
  /** Of the records in the store. */
  readonly tables: TablePrints;
  /** What the checkpoint's key held when it was last seen; undefined: nothing. */
  readonly held: StoredValue | undefined;
  readonly signal: AbortSignal;
}

/**
 * What one commit to this store may hold beside the checkpoint and the fingerprints of tables; it
 * follows the limits of the store, which may fall.
 */
export function batchLimits(store: Pick<AgentStore, 'limits'>): BatchLimits {
  return {
    get maxChanges() {
      // Fingerprints are rare: a commit with them that does not fit is cut.
      return Math.max(1, store.limits.maxChanges - 1);
    },
    get maxBytes() {
      return store.limits.maxBytes - CHECKPOINT_RESERVE_BYTES;
    },
  };
}

/**
 * The writer of one agent. Every write names the last known revision of the checkpoint, so when
 * another client wrote in between, nothing is changed and `fenced` is thrown: after that the
 * publisher cannot write any more.
 */
export class Publisher {
  readonly #context: AgentContext;
  readonly #signal: AbortSignal;
  #base: CheckpointBase;
  #progress: Progress;
  #tables: TablePrints;
  /** Parts that another session left: only a repair of everything makes them whole. */
  #hasForeignParts: boolean;
  #held: StoredValue | undefined;
  /** The checkpoint that was sent last, whatever became of it. */
  #sent: string | undefined;
  /** The writeId of the checkpoint that announced the activation of this session. */
  #announced: string | undefined;

  constructor(context: AgentContext, { base, progress, tables, held, signal }: PublisherStart) {
    this.#context = context;
    this.#signal = signal;
    this.#base = base;
    this.#progress = progress;
    this.#tables = tables;
    this.#hasForeignParts = progress.part !== undefined;
    this.#held = held;
  }

  /** The position that the store shows. */
  get progress(): Progress {
    return this.#progress;
  }

  get base(): CheckpointBase {
    return this.#base;
  }

  /** Of the records in the store. */
  get tables(): TablePrints {
    return this.#tables;
  }

  /** A repair has to be one of everything. */
  get hasForeignParts(): boolean {
    return this.#hasForeignParts;
  }

  /** The checkpoint that was written, or seen, last. */
  get held(): StoredValue | undefined {
    return this.#held;
  }

  /**
   * Whether a checkpoint that the store held at a revision was put there by this session. One of
   * its own that stands there again was put back by another client.
   */
  hasWritten(text: string, { writeId, activation }: Checkpoint, revision: Revision): boolean {
    if (this.isNewest(text)) return true;
    const isOwn = activation === this.#base.activation || this.#announced === writeId;
    return isOwn && this.#held !== undefined && revision < this.#held.modRevision;
  }

  /** Whether a stored text is the checkpoint written last, or the one that is under way. */
  isNewest(text: string | undefined): boolean {
    return text !== undefined && (text === this.#held?.value || text === this.#sent);
  }

  /** The next writes carry another base. */
  rebase(base: CheckpointBase): void {
    this.#base = base;
  }

  /** Makes a batch visible: in one revision, or in parts when it is too large for one. */
  async writeBatch(batch: Batch): Promise<void> {
    const { end } = batch;
    const asked = await this.#withTruncated(batch);
    const repaired = end?.repair && (await this.#repaired(asked, end.repair));
    const changes = repaired === undefined ? asked : new Map([...asked, ...repaired]);
    const nextPart = () => partProgress(this.#progress, batch);
    if (end === undefined) {
      await this.#writePieces(changes, nextPart, { progress: nextPart, tables: this.#tables });
      return;
    }
    const tables = end.repair?.tables.fingerprints ?? this.#tables;
    const progress = () => wholeProgress(this.#progress, end, this.#hasForeignParts);
    await this.#writePieces(changes, nextPart, { progress, tables });
    if (repaired !== undefined && repaired.size > 0) this.#context.counters.repairs += 1;
    if (this.#progress.part === undefined) this.#hasForeignParts = false;
  }

  /**
   * Announces an activation: the records stay as they are, and so does the rest of the
   * checkpoint. From then on the writes carry `after`.
   */
  async announce(base: CheckpointBase, lsn: Lsn, after: CheckpointBase): Promise<void> {
    this.#base = base;
    await this.write(new Map(), { ...this.#progress, lsn, barrier: undefined }, this.#tables);
    this.#announced = this.held === undefined ? undefined : writeIdOf(this.held);
    this.#base = after;
  }

  /**
   * Puts a checkpoint that promises nothing where there is none. A guard on absence holds again
   * once another client removed a checkpoint, or the store went back, so what was read before may
   * be replaced only under a guard on what stands there. The database never knows its activation:
   * what the store holds is no past of this database.
   */
  async claim(endLsn: Lsn): Promise<void> {
    const base = this.#base;
    this.#base = { ...base, activation: randomUUID() };
    await this.write(new Map(), unfinishedSnapshot(endLsn), this.#tables);
    this.#base = base;
  }

  /** Publishes what a resync has read: in one revision, or in parts that say `snapshot`. */
  async publishSnapshot(changes: Changes, endLsn: Lsn, tables: TablePrints): Promise<void> {
    const progress = snapshotProgress(endLsn);
    await this.#writePieces(changes, () => unfinishedSnapshot(endLsn), {
      progress: () => progress,
      tables,
    });
  }

  /** Writes changes that may be too many for one revision; only the last records `final`. */
  #writePieces(
    changes: Changes,
    part: () => Progress,
    final: { readonly progress: () => Progress; readonly tables: TablePrints },
  ): Promise<void> {
    return writeInPieces(changes, batchLimits(this.#context.store), (piece, isLast) =>
      isLast
        ? this.write(piece, final.progress(), final.tables)
        : this.write(piece, part(), this.#tables),
    );
  }

  /**
   * One commit. Throws `fenced`, `store-rejected`, `interrupted` once the signal aborted, and
   * `store-unavailable` some time after it aborted (at once where the store was the reason): until
   * then a commit of unknown outcome is sent again, unchanged.
   */
  async write(changes: Changes, progress: Progress, tables: TablePrints): Promise<void> {
    const { store, keySpace, target, counters } = this.#context;
    if (this.#signal.aborted) {
      throw new LenkwerkError('interrupted', 'the agent was asked to stop');
    }
    const writeId = randomUUID();
    const puts = new Map<string, string>();
    const deletes = new Set<string>();
    for (const [key, value] of changes) {
      if (value === undefined) deletes.add(key);
      else puts.set(key, value);
    }
    const prints = encodeTablePrints(tables);
    const hasNewPrints = prints !== encodeTablePrints(this.#tables);
    if (hasNewPrints) puts.set(keySpace.tablesKey(target), prints);
    const guard = {
      key: keySpace.checkpointKey(target),
      expected: this.#held,
      value: encodeCheckpoint({ ...this.#base, ...progress, writeId }),
    };
    this.#sent = guard.value;
    const outcome = await this.#untilKnown(() => store.commit({ puts, deletes, guard }));
    if (outcome.kind === 'conflict') this.#held = ownWrite(outcome.current, writeId);
    else this.#held = { value: guard.value, modRevision: outcome.revision };
    this.#progress = progress;
    this.#tables = tables;
    countWritten(counters, changes.size, progress);
  }

  async #untilKnown<T>(send: () => Promise<T>): Promise<T> {
    let graceLeftMs = STOP_GRACE_MS;
    for (let failures = 1; ; failures += 1) {
      try {
        return await send();
      } catch (error) {
        const again = error instanceof LenkwerkError && error.code === 'store-unavailable';
        if (!again || graceLeftMs <= 0 || isGivenUp(this.#signal)) throw error;
      }
      const waitMs = backoffMs(failures, RETRY);
      if (this.#signal.aborted) graceLeftMs -= waitMs;
      await pause(jittered(waitMs));
    }
  }

  /** The changes after which the store, with those of the batch, holds the tables of the repair. */
  async #repaired(changes: Changes, repair: Repair): Promise<Changes> {
    const { store, keySpace } = this.#context;
    const { keys } = repair;
    const published = await this.#untilKnown(async () =>
      keys === 'everything'
        ? await readToChange(this.#context, this.#held)
        : await Promise.all(
            [...keys].map(async (key) => ({ key, value: (await store.read(key))?.value })),
          ),
    );
    const held = new Map<string, string | undefined>();
    for (const { key, value } of published) held.set(key, value);
    for (const [key, value] of changes) held.set(key, value);
    return repairChanges(repair, keySpace, held);
  }

  /** Adds the deletion of every key of the truncated tables that the batch does not set. */
  async #withTruncated(batch: Batch): Promise<Changes> {
    if (batch.truncated.size === 0) return batch.changes;
    const { keySpace } = this.#context;
    const changes = new Map<string, string | undefined>();
    const published = await this.#untilKnown(() => readToChange(this.#context, this.#held));
    for (const { key } of published) {
      const table = keySpace.tableOfKey(key);
      if (table !== undefined && batch.truncated.has(table)) changes.set(key, undefined);
    }
    for (const [key, value] of batch.changes) changes.set(key, value);
    return changes;
  }
}

function writeIdOf({ value }: StoredValue): string | undefined {
  return decodeCheckpoint(value)?.writeId;
}

/** The commit did not win now; when the checkpoint is this very write, it had won before. */
function ownWrite(current: StoredValue | undefined, writeId: string): StoredValue {
  if (current !== undefined && decodeCheckpoint(current.value)?.writeId === writeId) {
    return current;
  }
  throw fenced('the checkpoint was changed by another client');
}
