/** Publishes the changes of one replication session until it ends. */
import { type LenkwerkError, ResyncRequired } from '../../model/errors.js';
import { type Lsn, lsnFromBytes } from '../../model/lsn.js';
import type { TableName } from '../../model/resources.js';
import type { ChangeEvent, ChangeSource } from '../../replication/change-source.js';
import type { ContinuityProof, HeldEvents } from '../../replication/walsender.js';
import { orAborted } from '../../runtime/async.js';
import type { AgentContext, Knobs } from '../agent/context.js';
import { countFromHere, countReceived } from '../agent/counters.js';
import { BatchQueue } from './batch.js';
import { watchCatalog } from './catalog-watch.js';
import { batchLimits, type Publisher } from './publisher.js';
import { type RepairKeys, Repairs } from './repair.js';
import type { GenerationsStart } from './servermap-generations.js';
import { TableShapes } from './table-shapes.js';
import { Transactions } from './transactions.js';

/** Batches that wait before the socket is paused. */
const MAX_QUEUED_BATCHES = 3;

/** What a session of the stream has beside the agent's context. */
export interface StreamSession {
  /** Holds the slot; paused. */
  readonly source: ChangeSource;
  /** What arrives from it. */
  readonly held: HeldEvents;
  /** What has to come before anything is published. */
  readonly proof: ContinuityProof;
  /** Has announced its activation. */
  readonly publisher: Publisher;
  /** Tables whose present shape differs from that of their records in the store. */
  readonly outdated: ReadonlySet<TableName>;
  readonly generations: GenerationsStart;
  /** Tables whose keys may be held twice until the commit, as it was known first. */
  readonly deferrable: ReadonlySet<string>;
  /** The stream continues what was published; how to ask for a repair from here on. */
  readonly onProved: (requestRepair: (keys: RepairKeys) => void) => void;
  /** Rejects when the checkpoint is another one than this session's. */
  readonly lost: Promise<never>;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the signal aborted and the write under way was finished and confirmed. Throws
 * the LenkwerkError that ended the session. The source has ended then.
 */
export async function streamChanges(context: AgentContext, session: StreamSession): Promise<void> {
  const stream = new Stream(context, session);
  await stream.run();
}

class Stream {
  readonly #context: AgentContext;
  readonly #session: StreamSession;
  readonly #queue: BatchQueue;
  readonly #shapes: TableShapes;
  readonly #transactions: Transactions;
  readonly #repairs: Repairs;
  readonly #over = new AbortController();
  #hasBegun = false;
  #watching: Promise<void> | undefined;
  #lastWriteMs = Date.now();
  #writing: Promise<void> | undefined;
  #paused = false;
  #stopping = false;
  #fail: (error: unknown) => void = () => {};

  constructor(context: AgentContext, session: StreamSession) {
    this.#context = context;
    this.#session = session;
    const { store, keySpace } = context;
    this.#queue = new BatchQueue(batchLimits(store), keySpace);
    this.#repairs = new Repairs(context, {
      onDelayed: (reason) => this.#stayOutdated(reason),
      signal: this.#over.signal,
    });
    this.#shapes = new TableShapes(session.publisher.tables, session.outdated);
    this.#transactions = new Transactions(context, this.#queue, {
      isPublished: (transaction) => session.proof.begin(transaction) === 'drop',
      shapes: this.#shapes,
      generations: session.generations,
      deferrable: session.deferrable,
      onRepairRequest: (keys) => this.#requestRepair(keys),
      takeRepair: (nonce) => this.#repairs.take(nonce),
    });
  }

  async run(): Promise<void> {
    const { source, held, lost, signal } = this.#session;
    const failed = new Promise<never>((_, reject) => {
      this.#fail = (error) => {
        // A batch that failed must not be followed by the next one.
        this.#stopping = true;
        reject(error);
      };
    });
    failed.catch(() => {});
    try {
      this.#beginWhenProved();
      held.open((event) => this.#handle(event));
      source.resume();
      await orAborted(Promise.race([source.ended, failed, lost]), signal);
    } finally {
      this.#stopping = true;
      this.#over.abort();
      // An error of this write is the reason of the end, which is thrown above.
      await this.#writing?.catch(() => {});
      await source.stop();
      await this.#repairs.ended();
      await this.#watching;
    }
  }

  #handle(event: ChangeEvent): void {
    if (this.#stopping) return;
    this.#transactions.handle(event);
    if (event.kind === 'keepalive') this.#keepalive(event.walEnd, event.urgent);
    if (event.kind === 'commit') countReceived(this.#context.counters, event.endLsn);
    this.#beginWhenProved();
    this.#afterChange();
  }

  /** From here on this agent publishes, and confirms what it published. */
  #beginWhenProved(): void {
    const { source, proof, publisher, outdated, onProved } = this.#session;
    if (this.#hasBegun || !proof.isProved) return;
    this.#hasBegun = true;
    countFromHere(this.#context.counters);
    source.acknowledge(publisher.progress.lsn);
    const owesRepair = publisher.progress.partOf === 'repair';
    if (outdated.size > 0 || owesRepair) this.#requestRepair('everything');
    this.#watching = this.#watchCatalog().catch((error: unknown) => this.#fail(error));
    onProved((keys) => this.#requestRepair(keys));
  }

  /** Parts that another session left may be of anything. */
  #requestRepair(keys: RepairKeys): void {
    this.#repairs.request(this.#session.publisher.hasForeignParts ? 'everything' : keys);
  }

  #watchCatalog(): Promise<void> {
    return watchCatalog(this.#context, {
      identity: this.#session.publisher.base.publication,
      onLook: ({ fingerprints, deferrable }) => {
        // What came before this look was read as if every key had one holder at a time.
        const isDeferred = this.#transactions.defer(deferrable);
        if (this.#shapes.see(fingerprints) || isDeferred) this.#requestRepair('everything');
      },
      signal: this.#over.signal,
    });
  }

  /** A repair is the cheap way to the records of a new shape; otherwise only a resync helps. */
  #stayOutdated(cause: LenkwerkError): void {
    const [table] = this.#shapes.outdated;
    if (table === undefined) return;
    const message = `the columns of storage.${table} changed`;
    this.#fail(new ResyncRequired('reshaped', message, { cause }));
  }

  #keepalive(walEnd: Lsn, urgent: boolean): void {
    const { publisher, proof } = this.#session;
    proof.keepalive(walEnd);
    if (!proof.isProved || !this.#queue.idle || this.#writing !== undefined) return;
    if (publisher.progress.part !== undefined) return;
    const { idle } = this.#context.knobs;
    const aheadBytes = walEnd - publisher.progress.lsn;
    const quietMs = Date.now() - this.#lastWriteMs;
    if (!isDue({ aheadBytes, quietMs, urgent }, idle)) return;
    this.#queue.advance(lsnFromBytes(walEnd));
    this.#drain();
  }

  #afterChange(): void {
    if (this.#queue.length === 0) return;
    this.#drain();
    if (this.#queue.length < MAX_QUEUED_BATCHES || this.#paused) return;
    this.#paused = true;
    this.#session.source.pause();
  }

  #drain(): void {
    if (this.#writing !== undefined) return;
    this.#writing = this.#writeAll(this.#session.source)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #writeAll(source: ChangeSource): Promise<void> {
    const { publisher } = this.#session;
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

interface IdlePosition {
  /** How far it is ahead of the position in the store. */
  readonly aheadBytes: bigint;
  /** Since the last write. */
  readonly quietMs: number;
  /** The server asks for an answer. */
  readonly urgent: boolean;
}

/** Whether the position of an idle stream is worth a write of its own, for the slot's sake. */
export function isDue(
  { aheadBytes, quietMs, urgent }: IdlePosition,
  { afterBytes, afterMs }: Knobs['idle'],
): boolean {
  if (aheadBytes <= 0n) return false;
  return urgent || aheadBytes >= BigInt(afterBytes) || quietMs >= afterMs;
}
