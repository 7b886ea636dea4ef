/** Writes batches to the store, each together with the checkpoint, fenced by it. */
import { randomUUID } from 'node:crypto';
import type { KeyValueStore, Revision } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { backoffMs, jittered, pause, RETRY } from '../../runtime/async.js';
import type { AgentContext } from '../agent/context.js';
import { countWritten } from '../agent/counters.js';
import {
  type Checkpoint,
  type CheckpointBase,
  decodeCheckpoint,
  encodeCheckpoint,
} from '../records/checkpoint.js';
import { readPublished } from '../records/published.js';
import type { Batch } from './batch.js';
import { type BatchLimits, type Changes, split } from './batch.js';
import { type Repair, repairChanges } from './repair.js';

/** Size of the checkpoint in a commit, in bytes. */
const CHECKPOINT_RESERVE_BYTES = 4096;
/** How long a write of unknown outcome is retried after the signal aborted. */
const STOP_GRACE_MS = 5_000;

type Progress = Omit<Checkpoint, keyof CheckpointBase | 'writeId'>;

/** Where a publisher starts. */
interface PublisherStart {
  readonly base: CheckpointBase;
  /** The progress that the last write recorded. */
  readonly progress: Progress;
  /**
   * The revision of the checkpoint key when it was last read; undefined: the key does not exist.
   */
  readonly revision: Revision | undefined;
  readonly signal: AbortSignal;
}

/** The limits of one commit to this store, without the checkpoint. */
export function batchLimits(store: KeyValueStore): BatchLimits {
  const { maxChanges, maxBytes } = store.limits;
  return { maxChanges, maxBytes: maxBytes - CHECKPOINT_RESERVE_BYTES };
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
  #revision: Revision | undefined;
  /** Of the write whose outcome is not known yet. */
  #writeId: string | undefined;

  constructor(context: AgentContext, { base, progress, revision, signal }: PublisherStart) {
    this.#context = context;
    this.#signal = signal;
    this.#base = base;
    this.#progress = progress;
    this.#revision = revision;
  }

  /** The position that the store shows. */
  get progress(): Progress {
    return this.#progress;
  }

  get base(): CheckpointBase {
    return this.#base;
  }

  /** The revision of the checkpoint that was written, or read, last. */
  get revision(): Revision | undefined {
    return this.#revision;
  }

  /**
   * Whether the checkpoint of that revision is this publisher's own, or the one that it started
   * with.
   */
  hasWritten(revision: Revision): boolean {
    return this.#revision !== undefined && revision <= this.#revision;
  }

  isWriting(writeId: string): boolean {
    return this.#writeId === writeId;
  }

  /** Sets the base of the next writes, after a new slot was created. */
  rebase(base: CheckpointBase): void {
    this.#base = base;
  }

  /** Makes a batch visible: in one revision, or in parts when it is too large for one. */
  async writeBatch(batch: Batch): Promise<void> {
    const { end } = batch;
    const asked = await this.#withTruncated(batch);
    const changes = end?.repair === undefined ? asked : await this.#repaired(asked, end.repair);
    const before = this.#progress;
    if (end === undefined) {
      await this.writeInParts(changes, 'goes on');
      return;
    }
    await this.writeInParts(changes, {
      phase: 'stream',
      lsn: end.lsn,
      committedAt: end.committedAt?.toISOString() ?? before.committedAt,
      part: undefined,
      barrier: end.barrier,
      tables: end.repair?.tables.fingerprints ?? before.tables,
    });
  }

  /**
   * Writes changes that may be too many for one revision. Only the last write records `final`; the
   * earlier ones keep the position and count parts, and so does the last one of a transaction that
   * continues.
   */
  async writeInParts(changes: Changes, final: Progress | 'goes on'): Promise<void> {
    const pieces = split(changes, batchLimits(this.#context.store));
    const last = pieces.pop() ?? new Map();
    for (const piece of pieces) await this.write(piece, this.#nextPart());
    await this.write(last, final === 'goes on' ? this.#nextPart() : final);
  }

  /**
   * One commit. Throws `fenced`, `store-rejected`, `interrupted` once the signal aborted, and
   * `store-unavailable` some time after it aborted: until then a commit of unknown outcome is sent
   * again, unchanged.
   */
  async write(changes: Changes, progress: Progress): Promise<void> {
    const { store, keySpace, target, counters } = this.#context;
    if (this.#signal.aborted) {
      throw new LenkwerkError('interrupted', 'the agent was asked to stop');
    }
    const writeId = randomUUID();
    this.#writeId = writeId;
    const puts = new Map<string, string>();
    const deletes = new Set<string>();
    for (const [key, value] of changes) {
      if (value === undefined) deletes.add(key);
      else puts.set(key, value);
    }
    const guard = {
      key: keySpace.checkpointKey(target),
      expected: this.#revision,
      value: encodeCheckpoint({ ...this.#base, ...progress, writeId }),
    };
    const outcome = await this.#untilKnown(() => store.commit({ puts, deletes, guard }));
    if (outcome.kind === 'conflict') this.#revision = ownRevision(outcome.current, writeId);
    else this.#revision = outcome.revision;
    this.#progress = progress;
    countWritten(counters, changes.size, progress.lsn);
  }

  #nextPart(): Progress {
    return { ...this.#progress, part: (this.#progress.part ?? 0) + 1, barrier: undefined };
  }

  async #untilKnown<T>(send: () => Promise<T>): Promise<T> {
    let graceLeftMs = STOP_GRACE_MS;
    for (let failures = 1; ; failures += 1) {
      try {
        return await send();
      } catch (error) {
        const again = error instanceof LenkwerkError && error.code === 'store-unavailable';
        if (!again || graceLeftMs <= 0) throw error;
      }
      const waitMs = backoffMs(failures, RETRY);
      if (this.#signal.aborted) graceLeftMs -= waitMs;
      await pause(jittered(waitMs));
    }
  }

  /** Adds the changes after which the store holds the tables of the repair. */
  async #repaired(changes: Changes, repair: Repair): Promise<Changes> {
    const { store, keySpace, counters } = this.#context;
    const { keys } = repair;
    const published = await this.#untilKnown(async () =>
      keys === 'everything'
        ? await readPublished(store, keySpace)
        : await Promise.all(
            [...keys].map(async (key) => ({ key, value: (await store.read(key))?.value })),
          ),
    );
    const held = new Map<string, string | undefined>();
    for (const { key, value } of published) held.set(key, value);
    for (const [key, value] of changes) held.set(key, value);
    const repaired = repairChanges(repair, keySpace, held);
    if (repaired.size > 0) counters.repairs += 1;
    return new Map([...changes, ...repaired]);
  }

  /** Adds the deletion of every key of the truncated tables that the batch does not set. */
  async #withTruncated(batch: Batch): Promise<Changes> {
    if (batch.truncated.size === 0) return batch.changes;
    const { store, keySpace } = this.#context;
    const changes = new Map<string, string | undefined>();
    const held = await this.#untilKnown(() => readPublished(store, keySpace));
    for (const { key } of held) {
      const table = keySpace.tableOfKey(key);
      if (table !== undefined && batch.truncated.has(table)) changes.set(key, undefined);
    }
    for (const [key, value] of batch.changes) changes.set(key, value);
    return changes;
  }
}

/**
 * The commit met a conflict; when the checkpoint is of this same write, an earlier attempt
 * succeeded.
 */
function ownRevision(
  current: { readonly value: string; readonly modRevision: Revision } | undefined,
  writeId: string,
): Revision {
  if (current !== undefined && decodeCheckpoint(current.value)?.writeId === writeId) {
    return current.modRevision;
  }
  const details = {
    hint: 'another agent took over, or the checkpoint was altered',
    retryable: true,
  };
  throw new LenkwerkError('fenced', 'the checkpoint was changed by another client', details);
}
