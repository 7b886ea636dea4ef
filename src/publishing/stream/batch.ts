/**
 * Collects the changes of transactions into batches, each of them for one revision of the store.
 * Decision D23 in src/README.md.
 */
import { assert } from '../../model/errors.js';
import type { Lsn } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { TransactionId } from '../../replication/change-source.js';
import type { KeySpace } from '../records/key-space.js';
import type { Repair } from './repair.js';

/** The end of the last transaction in a batch. */
export interface BatchEnd {
  readonly lsn: Lsn;
  /** undefined: no transaction ended here. */
  readonly transaction: TransactionId | undefined;
  /** The nonce of a barrier that this transaction carried. */
  readonly barrier: string | undefined;
  /** The records that the store must hold here, whatever it held before. */
  readonly repair?: Repair;
}

export interface Batch {
  readonly changes: Changes;
  /** Tables that were truncated: their other keys are deleted, before the changes. */
  readonly truncated: ReadonlySet<TableName>;
  /** undefined: a part of a transaction that continues. */
  readonly end: BatchEnd | undefined;
  /** The last of which there are changes in it; undefined: it has none. */
  readonly transaction: TransactionId | undefined;
  /** The changes show nothing whole before a repair. */
  readonly awaitsRepair: boolean;
}

interface QueuedBatch {
  readonly set: ChangeSet;
  end: BatchEnd | undefined;
  transaction: TransactionId | undefined;
  readonly awaitsRepair: boolean;
}

/**
 * Whole transactions, which are merged while they wait, as far as the limits allow. A transaction
 * that is larger than the limits is queued in parts as it arrives.
 */
export class BatchQueue {
  readonly #limits: BatchLimits;
  readonly #keySpace: KeySpace;
  readonly #queue: QueuedBatch[] = [];
  #open = new ChangeSet();
  #openHasParts = false;
  /** The open one. */
  #transaction: TransactionId | undefined;
  #held = false;

  constructor(limits: BatchLimits, keySpace: KeySpace) {
    this.#limits = limits;
    this.#keySpace = keySpace;
  }

  /** Batches that wait to be taken. */
  get length(): number {
    return this.#queue.length;
  }

  /** True when nothing waits, no transaction is open and none is held back. */
  get idle(): boolean {
    return this.#queue.length === 0 && this.#transaction === undefined && !this.#held;
  }

  /**
   * From the open, or the next, transaction on no end of a transaction may be shown until one with
   * a repair arrives: everything up to there counts as one transaction.
   */
  hold(): void {
    this.#held = true;
  }

  begin(transaction: TransactionId): void {
    assert(this.#transaction === undefined, 'transactions do not nest');
    this.#transaction = transaction;
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
    const transaction = this.#transaction;
    assert(transaction !== undefined, 'a commit ends a transaction');
    this.#transaction = undefined;
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
      Object.assign(last, { end, transaction });
    } else {
      this.#queue.push({ set, end, transaction, awaitsRepair: false });
    }
  }

  /** Queues a position without changes: everything before `lsn` was processed. */
  advance(lsn: Lsn): void {
    assert(this.idle, 'the position moves on by itself only when nothing is pending');
    this.#queue.push({
      set: new ChangeSet(),
      end: { lsn, transaction: undefined, barrier: undefined },
      transaction: undefined,
      awaitsRepair: false,
    });
  }

  /** Takes the oldest batch, which is not changed after that. */
  take(): Batch | undefined {
    const batch = this.#queue.shift();
    if (batch === undefined) return undefined;
    const { set, end, transaction, awaitsRepair } = batch;
    return { changes: set.changes, truncated: set.truncated, end, transaction, awaitsRepair };
  }

  #set(key: string, value: string | undefined): void {
    assert(this.#transaction !== undefined, 'changes belong to a transaction');
    const sizeBytes = changeSize(key, value);
    const { changes } = this.#open;
    const { maxChanges, maxBytes } = this.#limits;
    // One that fits into no commit with others stays with them: where the store refuses it even
    // alone, no part of them is to be in the store.
    const full =
      changes.size >= maxChanges ||
      (this.#open.sizeBytes + sizeBytes > maxBytes && sizeBytes <= maxBytes);
    if (full) {
      const transaction = this.#transaction;
      this.#queue.push({ set: this.#open, end: undefined, transaction, awaitsRepair: this.#held });
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

// The changes to be written: keys with their last values.

/** The last value of each changed key; undefined: the key is deleted. */
export type Changes = ReadonlyMap<string, string | undefined>;

export interface BatchLimits {
  readonly maxChanges: number;
  readonly maxBytes: number;
}

/** The changes of one or several transactions, with an estimate of their size in a commit. */
class ChangeSet {
  readonly changes = new Map<string, string | undefined>();
  readonly truncated = new Set<TableName>();
  sizeBytes = 0;

  get empty(): boolean {
    return this.changes.size === 0 && this.truncated.size === 0;
  }

  set(key: string, value: string | undefined, sizeBytes: number): void {
    // A key that is set again counts twice: the estimate is never too low.
    this.sizeBytes += sizeBytes;
    this.changes.set(key, value);
  }

  truncate(table: TableName, keySpace: KeySpace): void {
    this.truncated.add(table);
    for (const key of this.changes.keys()) {
      if (keySpace.tableOfKey(key) === table) this.changes.set(key, undefined);
    }
  }

  absorb(later: ChangeSet, keySpace: KeySpace): void {
    for (const table of later.truncated) this.truncate(table, keySpace);
    for (const [key, value] of later.changes) this.changes.set(key, value);
    this.sizeBytes += later.sizeBytes;
  }
}

/** The size of a change in a commit, in bytes. */
export function changeSize(key: string, value: string | undefined): number {
  return Buffer.byteLength(key) + (value === undefined ? 0 : Buffer.byteLength(value));
}
