/** Publishes the changes of one replication session until it ends. */
import type { ClientConfig } from 'pg';
import type { KeyValueStore } from '../kvstore/store.js';
import { LenkwerkError, unreachable } from '../model/errors.js';
import { type Lsn, lsnFromBytes } from '../model/lsn.js';
import type { ChangeEvent, ChangeSource, Relation, Row } from '../replication/change-source.js';
import { startSession } from '../replication/session.js';
import { BatchQueue } from './batch.js';
import { KeyHolders } from './key-holders.js';
import type { KeySpace } from './key-space.js';
import { fingerprint } from './published-tables.js';
import { batchLimits, type Publisher } from './publisher.js';
import { createCodec, type RecordCodec, tableOf, type Values } from './record-codec.js';
import { type GenerationsStart, ServermapGenerations } from './servermap-generations.js';

/** A transactional message with this prefix ends the batch; its content comes back as `barrier`. */
export const BARRIER_PREFIX = 'lenkwerk/barrier';
/** A message with this prefix asks the agent of the target that it names to publish all again. */
export const RESYNC_PREFIX = 'lenkwerk/resync';

/** Batches that wait before the socket is paused. */
const MAX_QUEUED_BATCHES = 3;

/** When the position of an idle stream is recorded, so that the slot holds back no WAL. */
export interface IdleLimits {
  readonly afterMs: number;
  readonly afterBytes: number;
}

export interface StreamOptions {
  readonly replication: ClientConfig;
  readonly slot: string;
  readonly publication: string;
  readonly target: string;
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  /** Its progress is where the stream starts. */
  readonly publisher: Publisher;
  readonly generations: GenerationsStart;
  /** Tables whose keys may be held twice until the commit. */
  readonly deferrable: ReadonlySet<string>;
  readonly idle: IdleLimits;
  readonly statusIntervalMs?: number;
  readonly onStart: () => void;
  readonly onCommit: (lsn: Lsn) => void;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the signal aborted and the write under way was finished and confirmed. Throws
 * the LenkwerkError that ended the session.
 */
export async function streamChanges(options: StreamOptions): Promise<void> {
  const stream = new Stream(options);
  await stream.run();
}

class Stream {
  readonly #options: StreamOptions;
  readonly #queue: BatchQueue;
  readonly #servermaps: ServermapGenerations;
  readonly #holders = new KeyHolders();
  readonly #codecs = new WeakMap<Relation, RecordCodec>();
  readonly #startLsn: Lsn;
  #source: ChangeSource | undefined;
  #commitLsn: Lsn | undefined;
  #skipping = false;
  #barrier: string | undefined;
  #lastWriteMs = Date.now();
  #writing: Promise<void> | undefined;
  #paused = false;
  #stopping = false;
  #fail: (error: unknown) => void = () => {};

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#queue = new BatchQueue(batchLimits(options.store), options.keySpace);
    this.#servermaps = new ServermapGenerations(options.generations);
    this.#startLsn = options.publisher.progress.lsn;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const failed = new Promise<never>((_, reject) => {
      this.#fail = (error) => {
        // A batch that failed must not be followed by the next one.
        this.#stopping = true;
        reject(error);
      };
    });
    failed.catch(() => {});
    const source = await startSession({
      connection: this.#options.replication,
      slot: this.#options.slot,
      publication: this.#options.publication,
      startLsn: this.#startLsn,
      onEvent: (event) => this.#handle(event),
      ...(this.#options.statusIntervalMs === undefined
        ? {}
        : { statusIntervalMs: this.#options.statusIntervalMs }),
    });
    this.#source = source;
    this.#drain();
    this.#options.onStart();
    try {
      await Promise.race([source.ended, failed, aborted(signal)]);
    } finally {
      this.#stopping = true;
      source.pause();
      // An error of this write was, or is, the reason of the end: it is thrown above.
      await this.#writing?.catch(() => {});
      await source.stop();
    }
  }

  #handle(event: ChangeEvent): void {
    if (this.#stopping) return;
    switch (event.kind) {
      case 'begin':
        this.#begin(event.commitLsn);
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
        this.#commit(event.endLsn, event.committedAt);
        return;
      case 'keepalive':
        this.#keepalive(event.walEnd);
        return;
      default:
        unreachable(event);
    }
  }

  #begin(commitLsn: Lsn): void {
    this.#commitLsn = commitLsn;
    // Not `<=`: the next commit record may begin exactly where the last transaction ended.
    this.#skipping = commitLsn < this.#startLsn;
    if (!this.#skipping) this.#queue.begin();
  }

  #learn(relation: Relation, fullIdentity: boolean): void {
    const table = tableOf(relation);
    if (table === undefined) return;
    if (!fullIdentity) {
      const message = `${relation.schema}.${relation.name} has no REPLICA IDENTITY FULL`;
      const hint = 'run `lenkwerk init`';
      throw new LenkwerkError('database-not-initialised', message, { hint, retryable: true });
    }
    if (this.#options.publisher.base.tables.get(table) !== fingerprint(relation.columns)) {
      throw new LenkwerkError('resync-required', `the columns of storage.${table} changed`);
    }
    this.#codecs.set(relation, createCodec(table, relation.columns, this.#options.keySpace));
  }

  #change(relation: Relation, old: Row | undefined, row: Row | undefined): void {
    const codec = this.#codecs.get(relation);
    if (this.#skipping || codec === undefined) return;
    const before = old === undefined ? undefined : codec.values(old);
    const after = row === undefined ? undefined : codec.values(row);
    if (codec.table === 'servermap') {
      const oldId = before === undefined ? undefined : codec.id(before);
      const newId = after === undefined ? undefined : codec.id(after);
      if (oldId !== undefined && oldId !== newId) this.#forget(BigInt(oldId));
      if (after !== undefined) this.#servermaps.put(BigInt(codec.id(after)), codec.encode(after));
      return;
    }
    this.#changeRecord(codec, before, after);
    this.#afterChange();
  }

  #changeRecord(codec: RecordCodec, before: Values | undefined, after: Values | undefined): void {
    const deferrable = this.#options.deferrable.has(codec.table);
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
    this.#servermaps.remove(id, this.#commitLsn ?? this.#startLsn);
  }

  #truncate(relation: Relation): void {
    const table = tableOf(relation);
    if (this.#skipping || table === undefined) return;
    this.#queue.truncate(table);
    if (table === 'servermap') this.#servermaps.clear();
  }

  #message({ prefix, content, transactional }: ChangeEvent & { kind: 'message' }): void {
    if (!transactional || this.#skipping) return;
    if (prefix === BARRIER_PREFIX) this.#barrier = content;
    if (prefix === RESYNC_PREFIX && content === this.#options.target) {
      throw new LenkwerkError('resync-required', 'a resync was asked for');
    }
  }

  #commit(endLsn: Lsn, committedAt: Date): void {
    this.#commitLsn = undefined;
    if (this.#skipping) return;
    const servermap = this.#servermaps.settle();
    if (servermap !== 'unchanged') {
      const key = this.#options.keySpace.servermapKey;
      if (servermap.record === undefined) this.#queue.remove(key);
      else this.#queue.put(key, servermap.record);
    }
    this.#queue.commit({ lsn: endLsn, committedAt, barrier: this.#barrier });
    this.#barrier = undefined;
    this.#holders.clear();
    this.#options.onCommit(endLsn);
    this.#afterChange();
  }

  #keepalive(walEnd: Lsn): void {
    if (!this.#queue.idle || this.#writing !== undefined) return;
    const { idle, publisher } = this.#options;
    const aheadBytes = walEnd - publisher.progress.lsn;
    if (aheadBytes <= 0n) return;
    const due =
      aheadBytes >= BigInt(idle.afterBytes) || Date.now() - this.#lastWriteMs >= idle.afterMs;
    if (!due) return;
    this.#queue.advance(lsnFromBytes(walEnd));
    this.#drain();
  }

  #afterChange(): void {
    if (this.#queue.length === 0) return;
    this.#drain();
    if (this.#queue.length < MAX_QUEUED_BATCHES || this.#paused) return;
    this.#paused = true;
    this.#source?.pause();
  }

  #drain(): void {
    if (this.#writing !== undefined || this.#source === undefined) return;
    this.#writing = this.#writeAll(this.#source)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #writeAll(source: ChangeSource): Promise<void> {
    const { publisher } = this.#options;
    for (;;) {
      const batch = this.#stopping ? undefined : this.#queue.take();
      if (batch === undefined) return;
      if (this.#paused && this.#queue.length < MAX_QUEUED_BATCHES) {
        this.#paused = false;
        source.resume();
      }
      await publisher.writeBatch(batch);
      this.#lastWriteMs = Date.now();
      if (batch.end !== undefined) source.acknowledge(publisher.progress.lsn);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
