/** Publishes the changes of one replication session until it ends. */
import type { KeyValueStore } from '../../kvstore/store.js';
import { type LenkwerkError, ResyncRequired } from '../../model/errors.js';
import { type Lsn, lsnFromBytes } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { ChangeEvent, ChangeSource } from '../../replication/change-source.js';
import type { Logger } from '../../runtime/logger.js';
import type { KeySpace } from '../records/key-space.js';
import type { SourceReplication, SourceSession } from '../source/source-database.js';
import { BatchQueue } from './batch.js';
import { watchCatalog } from './catalog-watch.js';
import { batchLimits, type Publisher } from './publisher.js';
import { type RepairKeys, Repairs } from './repair.js';
import type { GenerationsStart } from './servermap-generations.js';
import { TableShapes } from './table-shapes.js';
import { Transactions } from './transactions.js';

/** Batches that wait before the socket is paused. */
const MAX_QUEUED_BATCHES = 3;

/** When the position of an idle stream is recorded, so that the slot holds back no WAL. */
export interface IdleLimits {
  readonly afterMs: number;
  readonly afterBytes: number;
}

export interface StreamOptions {
  readonly replication: SourceReplication;
  readonly slot: string;
  readonly publication: string;
  readonly target: string;
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  /** Its progress is where the stream starts. */
  readonly publisher: Publisher;
  /** Tables that have another shape by now than their records in the store. */
  readonly outdated: ReadonlySet<TableName>;
  readonly generations: GenerationsStart;
  /** Tables whose keys may be held twice until the commit. */
  readonly deferrable: ReadonlySet<string>;
  readonly idle: IdleLimits;
  readonly statusIntervalMs?: number;
  /** How often the catalog is looked at; for tests. */
  readonly catalogIntervalMs?: number;
  /** Opens an ordinary session with the database. */
  readonly connect: () => Promise<SourceSession>;
  readonly logger: Logger;
  /** The slot is held; how to ask for a repair from here on. */
  readonly onStart: (requestRepair: (keys: RepairKeys) => void) => void;
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
  readonly #shapes: TableShapes;
  readonly #transactions: Transactions;
  readonly #repairs: Repairs;
  readonly #over = new AbortController();
  #source: ChangeSource | undefined;
  #lastWriteMs = Date.now();
  #writing: Promise<void> | undefined;
  #paused = false;
  #stopping = false;
  #fail: (error: unknown) => void = () => {};

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#queue = new BatchQueue(batchLimits(options.store), options.keySpace);
    this.#repairs = new Repairs({
      ...options,
      onGivenUp: (reason) => this.#stayOutdated(reason),
      signal: this.#over.signal,
    });
    this.#shapes = new TableShapes(options.publisher.progress.tables, options.outdated);
    this.#transactions = new Transactions(this.#queue, {
      ...options,
      startLsn: options.publisher.progress.lsn,
      shapes: this.#shapes,
      onRepairRequest: (keys) => this.#repairs.request(keys),
      takeRepair: (nonce) => this.#repairs.take(nonce),
    });
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
    const source = await this.#options.replication.start({
      slot: this.#options.slot,
      publication: this.#options.publication,
      startLsn: this.#options.publisher.progress.lsn,
      onEvent: (event) => this.#handle(event),
      ...(this.#options.statusIntervalMs === undefined
        ? {}
        : { statusIntervalMs: this.#options.statusIntervalMs }),
    });
    this.#source = source;
    this.#drain();
    if (this.#options.outdated.size > 0) this.#repairs.request('everything');
    const watching = this.#watchCatalog().catch((error: unknown) => this.#fail(error));
    this.#options.onStart((keys) => this.#repairs.request(keys));
    try {
      await Promise.race([source.ended, failed, aborted(signal)]);
    } finally {
      this.#stopping = true;
      this.#over.abort();
      source.pause();
      // An error of this write was, or is, the reason of the end: it is thrown above.
      await this.#writing?.catch(() => {});
      await source.stop();
      await this.#repairs.ended();
      await watching;
    }
  }

  #handle(event: ChangeEvent): void {
    if (this.#stopping) return;
    this.#transactions.handle(event);
    if (event.kind === 'keepalive') this.#keepalive(event.walEnd, event.urgent);
    if (event.kind === 'commit') this.#options.onCommit(event.endLsn);
    this.#afterChange();
  }

  #watchCatalog(): Promise<void> {
    const { connect, publication, publisher, catalogIntervalMs, logger } = this.#options;
    return watchCatalog({
      ...{ connect, publication, logger, signal: this.#over.signal },
      identity: publisher.base.publication,
      intervalMs: catalogIntervalMs,
      onShapes: (now) => {
        if (this.#shapes.see(now)) this.#repairs.request('everything');
      },
    });
  }

  /** A repair is the cheap way to the records of a new shape; without it only a resync is left. */
  #stayOutdated(cause: LenkwerkError): void {
    const [table] = this.#shapes.outdated;
    if (table === undefined) return;
    const message = `the columns of storage.${table} changed`;
    this.#fail(new ResyncRequired('reshaped', message, { cause }));
  }

  #keepalive(walEnd: Lsn, urgent: boolean): void {
    if (!this.#queue.idle || this.#writing !== undefined) return;
    const { idle, publisher } = this.#options;
    const aheadBytes = walEnd - publisher.progress.lsn;
    if (aheadBytes <= 0n) return;
    const due =
      urgent ||
      aheadBytes >= BigInt(idle.afterBytes) ||
      Date.now() - this.#lastWriteMs >= idle.afterMs;
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
