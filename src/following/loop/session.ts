/**
 * Follows the store while one session with the node's database lasts: each revision with a
 * checkpoint becomes one transaction. Decision D91 in src/README.md.
 */
import type { KeyChange, Revision, StoredValue, WatchEvent } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { type Checkpoint, decodeCheckpoint } from '../../publishing/records/checkpoint.js';
import type { SeenCheckpoint } from '../../publishing/records/checkpoint-watch.js';
import type { Changes } from '../../publishing/stream/batch.js';
import { linked, pause } from '../../runtime/async.js';
import type { OpenContext } from '../context.js';
import { enter } from '../status.js';
import type { NodeTables } from '../tables/node-tables.js';
import { isRefusal, NodeRefusesRecord } from '../tables/refusal.js';
import { applyChanges, applyState } from './apply.js';
import { Parts } from './parts.js';
import { isWhole, readPublishedState, whyIncomplete } from './published-state.js';

type Changed = Extract<WatchEvent, { kind: 'changes' }>;
type Listed = Extract<WatchEvent, { kind: 'resync' }>;

/** After a refusal all records are compared again at a change, half of the time at most. */
const RETRY_AFTER_MS = 1_000;
/** Keys of a foreign write that a log line names. */
const MAX_LOGGED_KEYS = 5;

/** One session; its requests follow each other, as the database takes one at a time. */
export class FollowSession {
  readonly #context: OpenContext;
  readonly #tables: NodeTables;
  readonly #parts = new Parts();
  /** What the tables show for certain, so that changes lead on from it; undefined: compare all. */
  #base: SeenCheckpoint | undefined;
  #retryAtMs = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: OpenContext, tables: NodeTables) {
    this.#context = context;
    this.#tables = tables;
  }

  /**
   * Follows until the signal aborts. Throws what the store and the database throw; refusals are
   * reported and tried again.
   */
  async run(signal: AbortSignal): Promise<void> {
    const over = linked(signal);
    const work = [this.#watch(over.signal), this.#lookRegularly(over.signal)];
    try {
      await Promise.race(work);
    } finally {
      over.end();
      await Promise.allSettled(work);
    }
  }

  /**
   * Brings the tables to the present state, once. Returns the reason where the store shows none.
   * Throws what the store and the database throw, NodeRefusesRecord, and `mass-delete`.
   */
  async catchUp(): Promise<string | undefined> {
    const { status, logger, reports } = this.#context;
    this.#parts.take();
    this.#base = undefined;
    const state = await readPublishedState(this.#context);
    status.storeUp = true;
    if (typeof state === 'string') return state;
    const { seen, records } = state;
    status.seen = seen;
    reports.identify(records);
    const changes = await applyState(this.#context, this.#tables, state);
    this.#base = seen;
    logger.info('compared with everything', { revision: seen.revision, changes });
    return undefined;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { store, keySpace } = this.#context;
    for await (const event of store.watch({ prefix: `${keySpace.prefix}/`, signal })) {
      await this.#exclusively(() =>
        event.kind === 'resync' ? this.#startOver(event) : this.#follow(event),
      );
    }
  }

  async #lookRegularly(signal: AbortSignal): Promise<void> {
    const { lookEveryMs } = this.#context;
    while (!signal.aborted) {
      await pause(lookEveryMs, signal);
      if (!signal.aborted) await this.#exclusively(() => this.#look());
    }
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #startOver({ reason, snapshot }: Listed): Promise<void> {
    if (reason !== 'start') this.#context.logger.warn('the watch has a gap', { reason });
    await this.#compare();
    const revision = this.#base?.revision;
    if (revision === undefined) return;
    const later = snapshot.records.filter(({ modRevision }) => modRevision > revision);
    this.#reportForeign(later, snapshot.revision);
  }

  /** Refusals and incomplete states are reported, and tried again later. */
  async #compare(): Promise<void> {
    const { status, logger } = this.#context;
    const startMs = performance.now();
    try {
      const reason = await this.catchUp();
      if (reason === undefined) return;
      if (enter(status, 'incomplete', { reason })) logger.info('waiting', { reason });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const tookMs = performance.now() - startMs;
      this.#retryAtMs = performance.now() + Math.max(RETRY_AFTER_MS, tookMs);
      this.#refused(error);
    }
  }

  #refused(error: LenkwerkError): void {
    const { status, logger, reports } = this.#context;
    const { message, hint } = error;
    const key = error instanceof NodeRefusesRecord ? error.key : undefined;
    status.refusals += 1;
    status.refusal = { key, reason: message };
    reports.refused();
    const isNew = enter(status, 'refused', { reason: message, hint });
    if (isNew) logger.error('the tables stay as they are', { reason: error });
  }

  async #follow(event: Changed): Promise<void> {
    const { keySpace, target, status } = this.#context;
    if (this.#base !== undefined && event.revision <= this.#base.revision) return;
    const own = event.changes.find(({ key }) => key === keySpace.checkpointKey(target));
    const checkpoint = own?.value === undefined ? undefined : decodeCheckpoint(own.value);
    if (checkpoint === undefined) {
      this.#reportForeign(event.changes, event.revision);
      return;
    }
    const last = status.seen?.checkpoint;
    status.seen = { checkpoint, revision: event.revision };
    await this.#take(status.seen, { last, changes: this.#recordsOf(event) });
  }

  async #take(
    seen: SeenCheckpoint,
    { last, changes }: { readonly last: Checkpoint | undefined; readonly changes: Changes },
  ): Promise<void> {
    const { checkpoint } = seen;
    if (checkpoint.phase === 'snapshot') this.#base = undefined;
    if (!isWhole(checkpoint)) {
      if (this.#base !== undefined) this.#parts.add(changes);
      else this.#enterIncomplete(checkpoint);
      return;
    }
    this.#parts.add(changes);
    const all = this.#parts.take();
    const leadsOn = this.#base !== undefined && all !== undefined && !isAnew(checkpoint, last);
    if (leadsOn) await this.#apply(seen, all);
    else if (performance.now() >= this.#retryAtMs) await this.#compare();
  }

  /** What the tables refuse may be due to what else is in them: all is compared then. */
  async #apply(seen: SeenCheckpoint, changes: Changes): Promise<void> {
    try {
      await applyChanges(this.#context, this.#tables, { seen, changes });
      this.#base = seen;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#compare();
    }
  }

  #enterIncomplete(checkpoint: Checkpoint): void {
    const { status, logger } = this.#context;
    // What the tables refuse they refuse afterwards as well.
    if (status.state === 'refused') return;
    const reason = whyIncomplete(checkpoint) ?? '';
    if (enter(status, 'incomplete', { reason })) logger.info('waiting', { reason });
  }

  /**
   * Asks the database and the store whether they are there: a watch does not report that its store
   * is away, nor each kind of store that it went back.
   */
  async #look(): Promise<void> {
    const { client, store, keySpace, target, status, logger } = this.#context;
    await client.query('SELECT').catch((error: unknown) => {
      throw toLenkwerkError(error);
    });
    try {
      const held = await store.read(keySpace.checkpointKey(target));
      if (status.storeUp === false) logger.info('the store answers again');
      status.storeUp = true;
      if (this.#isLost(held)) await this.#compare();
    } catch (error) {
      if (!(error instanceof LenkwerkError) || error.code !== 'store-unavailable') throw error;
      if (status.storeUp !== false) logger.warn('the store does not answer', { reason: error });
      status.storeUp = false;
    }
  }

  /** Nothing leads on from what the tables show to what the store holds. */
  #isLost(held: StoredValue | undefined): boolean {
    if (this.#base === undefined) return true;
    const { revision, checkpoint } = this.#base;
    if (held === undefined || held.modRevision < revision) return true;
    if (held.modRevision > revision) return false;
    return decodeCheckpoint(held.value)?.writeId !== checkpoint.writeId;
  }

  #recordsOf({ changes }: Changed): Changes {
    const { keySpace } = this.#context;
    const records = changes.filter(({ key }) => keySpace.tableOfKey(key) !== undefined);
    return new Map(records.map(({ key, value }) => [key, value]));
  }

  /** What another client wrote is not of the Lenkwerk tables: an agent repairs it. */
  #reportForeign(changes: readonly Pick<KeyChange, 'key'>[], revision: Revision): void {
    const { keySpace, target, status, logger } = this.#context;
    const own = keySpace.checkpointKey(target);
    const keys = changes
      .map(({ key }) => key)
      .filter((key) => key === own || keySpace.tableOfKey(key) !== undefined);
    if (keys.length === 0) return;
    status.foreignWrites += 1;
    const more = keys.length - MAX_LOGGED_KEYS;
    logger.warn('foreign write, which is not applied', {
      keys: keys.slice(0, MAX_LOGGED_KEYS),
      ...(more > 0 ? { more } : {}),
      revision,
    });
  }
}

/**
 * Whether an agent published everything anew, or another cluster's: it wrote the difference to what
 * the store held, which may be what another client had written and these tables do not have.
 */
function isAnew(checkpoint: Checkpoint, last: Checkpoint | undefined): boolean {
  if (last === undefined || checkpoint.cluster !== last.cluster) return true;
  const { witness } = checkpoint;
  return witness.transaction === undefined && witness.endLsn !== last.witness.endLsn;
}
