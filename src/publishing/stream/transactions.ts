/** The events of the stream as changes of keys, transaction by transaction. */
import { LenkwerkError, ResyncRequired, unreachable } from '../../model/errors.js';
import { type Lsn, ZERO_LSN } from '../../model/lsn.js';
import type { ChangeEvent, Relation, Row, TransactionId } from '../../replication/change-source.js';
import type { AgentContext } from '../agent/context.js';
import { createCodec, type RecordCodec, tableOf, type Values } from '../records/record-codec.js';
import type { BatchQueue } from './batch.js';
import { type Repair, type RepairKeys, requestedKeys } from './repair.js';
import { type GenerationsStart, ServermapGenerations } from './servermap-generations.js';
import type { TableShapes } from './table-shapes.js';

/**
 * A transactional message with this prefix ends the batch; its content becomes `barrier` of the
 * batch.
 */
const BARRIER_PREFIX = 'lenkwerk/barrier';
/** A message with this prefix requests a resync from the agent of the target that it names. */
const RESYNC_PREFIX = 'lenkwerk/resync';

/** A message with this prefix requests from every agent a repair of the keys that it names. */
const REPAIR_PREFIX = 'lenkwerk/repair';

/** What it needs of the agent. */
type TransactionsContext = Pick<AgentContext, 'keySpace' | 'target'>;

interface TransactionsOptions {
  /** Whether a transaction that begins is published already. Throws `resync-required`. */
  readonly isPublished: (transaction: TransactionId) => boolean;
  /** Of the tables whose records are in the store. */
  readonly shapes: TableShapes;
  readonly generations: GenerationsStart;
  /** Tables whose keys may be held twice until the commit. */
  readonly deferrable: ReadonlySet<string>;
  readonly onRepairRequest: (keys: RepairKeys) => void;
  /** The repair that a barrier of our own denotes. */
  readonly takeRepair: (nonce: string) => Repair | undefined;
}

/** Reads one session's events and fills a queue with their changes. */
export class Transactions {
  readonly #context: TransactionsContext;
  readonly #options: TransactionsOptions;
  readonly #queue: BatchQueue;
  #servermaps: ServermapGenerations;
  readonly #holders = new KeyHolders();
  readonly #deferrable: Set<string>;
  readonly #codecs = new WeakMap<Relation, RecordCodec>();
  /** The last that began. */
  #transaction: TransactionId | undefined;
  #skipping = false;
  #barrier: string | undefined;

  constructor(context: TransactionsContext, queue: BatchQueue, options: TransactionsOptions) {
    this.#context = context;
    this.#queue = queue;
    this.#options = options;
    this.#deferrable = new Set(options.deferrable);
    this.#servermaps = new ServermapGenerations(options.generations);
  }

  /**
   * From here on keys of these tables may be held twice until the commit, as those of others that
   * were given before: the stream may be behind. True when there are new ones.
   */
  defer(tables: ReadonlySet<string>): boolean {
    const { size } = this.#deferrable;
    for (const table of tables) this.#deferrable.add(table);
    return this.#deferrable.size > size;
  }

  /** Throws `resync-required` when the state after this event is not known. */
  handle(event: ChangeEvent): void {
    switch (event.kind) {
      case 'begin':
        this.#begin(event.transaction);
        return;
      case 'relation':
        this.#learn(event.relation, event.fullIdentity);
        return;
      case 'insert':
        this.#change(event.relation, undefined, event.row);
        return;
      case 'update':
        this.#change(event.relation, event.old, event.row);
        return;
      case 'delete':
        this.#change(event.relation, event.old, undefined);
        return;
      case 'truncate':
        for (const relation of event.relations) this.#truncate(relation);
        return;
      case 'message':
        this.#message(event);
        return;
      case 'commit':
        this.#commit(event.endLsn);
        return;
      case 'keepalive':
        return;
      default:
        unreachable(event);
    }
  }

  #begin(transaction: TransactionId): void {
    this.#transaction = transaction;
    this.#skipping = this.#options.isPublished(transaction);
    if (!this.#skipping) this.#queue.begin(transaction);
  }

  #learn(relation: Relation, fullIdentity: boolean): void {
    const table = tableOf(relation);
    if (table === undefined) return;
    if (!fullIdentity) {
      const message = `${relation.schema}.${relation.name} has no REPLICA IDENTITY FULL`;
      const hint = 'run `lenkwerk init`';
      throw new LenkwerkError('database-not-initialised', message, { hint, retryable: true });
    }
    if (this.#options.shapes.isReshaped(table, relation.columns)) this.#awaitRepair();
    this.#codecs.set(relation, createCodec(table, relation.columns, this.#context.keySpace));
  }

  /** From this transaction on nothing is shown up to a barrier at which the tables are read. */
  #awaitRepair(): void {
    this.#queue.hold();
    this.#options.onRepairRequest('everything');
  }

  #change(relation: Relation, old: Row | undefined, row: Row | undefined): void {
    const codec = this.#codecs.get(relation);
    if (this.#skipping || codec === undefined) return;
    if (!this.#options.shapes.isReadable(codec.table)) return;
    const before = old === undefined ? undefined : codec.values(old);
    const after = row === undefined ? undefined : codec.values(row);
    if (codec.table === 'servermap') {
      const oldId = before === undefined ? undefined : codec.id(before);
      const newId = after === undefined ? undefined : codec.id(after);
      if (oldId !== undefined && oldId !== newId) this.#forget(BigInt(oldId));
      if (after !== undefined) {
        this.#servermaps.put(BigInt(codec.id(after)), codec.encode(after), before === undefined);
      }
      return;
    }
    this.#changeRecord(codec, before, after);
  }

  #changeRecord(codec: RecordCodec, before: Values | undefined, after: Values | undefined): void {
    const deferrable = this.#deferrable.has(codec.table);
    const oldKey = before === undefined ? undefined : codec.key(before);
    const newKey = after === undefined ? undefined : codec.key(after);
    if (before !== undefined && oldKey !== undefined && oldKey !== newKey) {
      if (!deferrable || this.#holders.holds(oldKey, codec.id(before))) this.#queue.remove(oldKey);
    }
    if (after === undefined || newKey === undefined) return;
    if (deferrable) {
      if (oldKey !== newKey) this.#holders.take(newKey, codec.id(after));
      else if (before !== undefined && !this.#holders.holds(newKey, codec.id(before))) return;
    }
    this.#queue.put(newKey, codec.encode(after));
  }

  #forget(id: bigint): void {
    const { commitLsn = ZERO_LSN } = this.#transaction ?? {};
    this.#servermaps.remove(id, commitLsn);
  }

  #truncate(relation: Relation): void {
    const table = tableOf(relation);
    if (this.#skipping || table === undefined || !this.#options.shapes.isReadable(table)) return;
    this.#queue.truncate(table);
    if (table === 'servermap') this.#servermaps.clear();
  }

  #message({ prefix, content, transactional }: ChangeEvent & { kind: 'message' }): void {
    if (!transactional || this.#skipping) return;
    if (prefix === BARRIER_PREFIX) this.#barrier = content;
    if (prefix === RESYNC_PREFIX && content === this.#context.target) {
      throw new ResyncRequired('asked', 'a resync was requested');
    }
    if (prefix === REPAIR_PREFIX) this.#options.onRepairRequest(requestedKeys(content));
  }

  #commit(endLsn: Lsn): void {
    if (this.#skipping) return;
    const servermap = this.#servermaps.settle();
    if (servermap !== 'unchanged') {
      const key = this.#context.keySpace.servermapKey;
      if (servermap.record === undefined) this.#queue.remove(key);
      else this.#queue.put(key, servermap.record);
    }
    const barrier = this.#barrier;
    const repair = barrier === undefined ? undefined : this.#repairAt(barrier);
    const end = { lsn: endLsn, transaction: this.#transaction, barrier };
    this.#queue.commit(repair === undefined ? end : { ...end, repair });
    this.#barrier = undefined;
    this.#holders.clear();
  }

  /** The tables were read at this commit, so they replace what was known from the store. */
  #repairAt(nonce: string): Repair | undefined {
    const repair = this.#options.takeRepair(nonce);
    if (repair === undefined) return undefined;
    const { fingerprints, generations } = repair.tables;
    this.#servermaps = new ServermapGenerations({ ...generations, exactFrom: ZERO_LSN });
    return this.#options.shapes.adopt(fingerprints) ? { ...repair, keys: 'everything' } : repair;
  }
}

/**
 * The rows that hold keys in an open transaction. Where uniqueness is checked only at the commit, a
 * row may take a key before its former holder releases it; later changes of the former holder must
 * not affect the new holder's record.
 */
class KeyHolders {
  readonly #holders = new Map<string, string>();

  /** Records that the row `id` took `key`, by an insert or a change of its key. */
  take(key: string, id: string): void {
    this.#holders.set(key, id);
  }

  /** False when another row has taken the key from this one. */
  holds(key: string, id: string): boolean {
    const holder = this.#holders.get(key);
    return holder === undefined || holder === id;
  }

  /** Ends the transaction: every key has one holder again. */
  clear(): void {
    this.#holders.clear();
  }
}
