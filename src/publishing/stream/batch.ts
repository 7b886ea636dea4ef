/**
 * Collects the changes of transactions into batches, each of them for one revision of the store.
 */
import { assert } from '../../model/errors.js';
import type { Lsn } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import { type BatchLimits, ChangeSet, type Changes, changeSize } from '../changes.js';
import type { KeySpace } from '../records/key-space.js';
import type { Repair } from './repair.js';

/** The end of the last transaction in a batch. */
export interface BatchEnd {
  readonly lsn: Lsn;
  /** undefined: no transaction ended here. */
  readonly committedAt: Date | undefined;
  /** The nonce of a barrier that this transaction carried. */
  readonly barrier: string | undefined;
  /** What the records have to be here, whatever the store holds. */
  readonly repair?: Repair;
}

export interface Batch {
  readonly changes: Changes;
  /** Tables that were truncated: their other keys are deleted, before the changes. */
  readonly truncated: ReadonlySet<TableName>;
  /** undefined: a part of a transaction that goes on. */
  readonly end: BatchEnd | undefined;
}

interface QueuedBatch {
  readonly set: ChangeSet;
  end: BatchEnd | undefined;
}

/**
 * Whole transactions, merged while they wait as far as the limits allow. A transaction that is
 * larger than the limits is queued in parts as it comes.
 */
export class BatchQueue {
  readonly #limits: BatchLimits;
  readonly #keySpace: KeySpace;
  readonly #queue: QueuedBatch[] = [];
  #open = new ChangeSet();
  #openHasParts = false;
  #inTransaction = false;
  #held = false;

  constructor(limits: BatchLimits, keySpace: KeySpace) {
    this.#limits = limits;
    this.#keySpace = keySpace;
  }

  /** Batches that wait to be taken. */
  get length(): number {
    return this.#queue.length;
  }

  /** Nothing waits, no transaction is open and none is held back. */
  get idle(): boolean {
    return this.#queue.length === 0 && !this.#inTransaction && !this.#held;
  }

  /**
   * From the open, or the next, transaction on there is no end of a transaction that could be
   * shown, until one comes with a repair: all up to there is like one transaction.
   */
  hold(): void {
    this.#held = true;
  }

  begin(): void {
    assert(!this.#inTransaction, 'transactions do not nest');
    this.#inTransaction = true;
  }

  put(key: string, value: string): void {
    this.#set(key, value);
  }

  remove(key: string): void {
    this.#set(key, undefined);
  }

  truncate(table: TableName): void {
    this.#open.truncate(table, this.#keySpace);
  }

  /** Ends the open transaction; one that changed nothing and is no barrier leaves no batch. */
  commit(end: BatchEnd): void {
    assert(this.#inTransaction, 'a commit ends a transaction');
    this.#inTransaction = false;
    if (this.#held && end.repair === undefined) return;
    this.#held = false;
    const set = this.#open;
    const hasParts = this.#openHasParts;
    this.#open = new ChangeSet();
    this.#openHasParts = false;
    if (set.empty && !hasParts && end.barrier === undefined) return;
    const last = this.#queue.at(-1);
    if (last !== undefined && !hasParts && this.#fits(last, set)) {
      last.set.absorb(set, this.#keySpace);
      last.end = end;
    } else {
      this.#queue.push({ set, end });
    }
  }

  /** Queues a position without changes: everything before `lsn` was looked at. */
  advance(lsn: Lsn): void {
    assert(this.idle, 'the position moves on by itself only when nothing is pending');
    this.#queue.push({
      set: new ChangeSet(),
      end: { lsn, committedAt: undefined, barrier: undefined },
    });
  }

  /** Takes the oldest batch; what is taken is never changed any more. */
  take(): Batch | undefined {
    const batch = this.#queue.shift();
    if (batch === undefined) return undefined;
    return { changes: batch.set.changes, truncated: batch.set.truncated, end: batch.end };
  }

  #set(key: string, value: string | undefined): void {
    assert(this.#inTransaction, 'changes belong to a transaction');
    const sizeBytes = changeSize(key, value);
    const { changes } = this.#open;
    const full =
      changes.size >= this.#limits.maxChanges ||
      this.#open.sizeBytes + sizeBytes > this.#limits.maxBytes;
    if (full && changes.size > 0) {
      this.#queue.push({ set: this.#open, end: undefined });
      this.#open = new ChangeSet();
      this.#openHasParts = true;
    }
    this.#open.set(key, value, sizeBytes);
  }

  #fits(waiting: QueuedBatch, set: ChangeSet): boolean {
    return (
      waiting.end !== undefined &&
      waiting.end.barrier === undefined &&
      waiting.set.changes.size + set.changes.size <= this.#limits.maxChanges &&
      waiting.set.sizeBytes + set.sizeBytes <= this.#limits.maxBytes
    );
  }
}
