/** Reports when another client changes the keys that the active agent publishes (D33). */
import type { Revision, WatchEvent } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import type { Logger } from '../../runtime/logger.js';
import { type Checkpoint, decodeCheckpoint, fenced } from '../records/checkpoint.js';
import type { Publisher } from '../stream/publisher.js';
import type { AgentContext } from './context.js';

/** A persistent writer must not fill the log: one line in this time, with a count. */
const LOG_INTERVAL_MS = 1_000;
const MAX_LOGGED_KEYS = 5;

interface ForeignWatch {
  /** Identifies its own writes. */
  readonly publisher: Publisher;
  /** Of the checkpoint with which the session began: writes after it are looked at. */
  readonly after: Revision;
  /**
   * The keys of one foreign revision; undefined: the watch had a gap, and any key may have changed.
   */
  readonly onForeign: (keys: readonly string[] | undefined) => void;
  /** The checkpoint is not this session's any more: it has to end. */
  readonly onLost: (reason: LenkwerkError) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs until the signal aborts. A revision is foreign when it changes a record and does not carry a
 * checkpoint of an agent; so the agent's own writes, and those of its successor, never are. Never
 * throws: where the store cannot be watched, that is logged and publishing continues.
 */
export async function watchForeignWrites(
  context: AgentContext,
  watch: ForeignWatch,
): Promise<void> {
  const { store, keySpace, logger } = context;
  const { after, signal } = watch;
  const log = new ForeignLog(logger);
  try {
    for await (const event of store.watch({ prefix: `${keySpace.prefix}/`, after, signal })) {
      if (event.kind === 'resync') checkAfterGap(event, context, watch);
      else check(event, { context, watch, log });
    }
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    logger.error('foreign writes are not watched', { reason: error });
  } finally {
    log.close();
  }
}

const OTHER_CHECKPOINT = 'the store does not hold the checkpoint that was written last';

/**
 * Reads the checkpoint, and ends a session whose it is not: a store that was put back to the very
 * revision that the watch had come to shows no change. Throws what the store throws.
 */
export async function readOwnCheckpoint(
  { store, keySpace, target }: AgentContext,
  { publisher, onLost }: Pick<ForeignWatch, 'publisher' | 'onLost'>,
): Promise<void> {
  const { held } = publisher;
  const found = await store.read(keySpace.checkpointKey(target));
  // What was read before a write that has ended meanwhile proves nothing.
  if (publisher.held === held && !publisher.isNewest(found?.value))
    onLost(fenced(OTHER_CHECKPOINT));
}

/** A store that went back may hold another checkpoint, and give revisions out again. */
function checkAfterGap(
  { reason, snapshot }: WatchEvent & { readonly kind: 'resync' },
  { keySpace, target, logger }: AgentContext,
  { publisher, onForeign, onLost }: ForeignWatch,
): void {
  logger.warn('foreign writes may have been missed: the store had dropped its history', { reason });
  const key = keySpace.checkpointKey(target);
  const held = snapshot.records.find((record) => record.key === key);
  if (publisher.isNewest(held?.value)) onForeign(undefined);
  else onLost(fenced(OTHER_CHECKPOINT));
}

interface Check {
  readonly context: AgentContext;
  readonly watch: ForeignWatch;
  readonly log: ForeignLog;
}

function check(
  { revision, changes }: WatchEvent & { readonly kind: 'changes' },
  { context, watch, log }: Check,
): void {
  const { keySpace, target, counters } = context;
  const bookkeeping = [keySpace.checkpointKey(target), keySpace.tablesKey(target)];
  const checkpoint = changes.find(({ key }) => key === bookkeeping[0]);
  const writer =
    checkpoint === undefined ? 'foreign' : writerOf(checkpoint.value, revision, watch.publisher);
  if (writer === 'own') return;
  if (writer === 'foreign') {
    const keys = changes
      .map(({ key }) => key)
      .filter((key) => bookkeeping.includes(key) || keySpace.tableOfKey(key) !== undefined);
    if (keys.length === 0) return;
    counters.foreignWrites += 1;
    log.add(keys, revision);
    watch.onForeign(keys);
    if (!keys.some((key) => bookkeeping.includes(key))) return;
  }
  watch.onLost(fenced('the checkpoint was changed by another client'));
}

/** `foreign`: what was written is no checkpoint of any agent. */
function writerOf(
  text: string | undefined,
  revision: Revision,
  publisher: Publisher,
): 'own' | 'agent' | 'foreign' {
  if (publisher.isNewest(text)) return 'own';
  const checkpoint = text === undefined ? undefined : decodeKnown(text);
  if (text === undefined || checkpoint === undefined) return 'foreign';
  if (checkpoint === 'later version') return 'agent';
  return publisher.hasWritten(text, checkpoint, revision) ? 'own' : 'agent';
}

/** A checkpoint of a later version was written by a later agent. */
function decodeKnown(text: string): Checkpoint | 'later version' | undefined {
  try {
    return decodeCheckpoint(text);
  } catch (error) {
    if (error instanceof LenkwerkError) return 'later version';
    throw error;
  }
}

class ForeignLog {
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #keys: string[] = [];
  #count = 0;
  #revision: Revision = 0n;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(keys: readonly string[], revision: Revision): void {
    this.#keys.push(...keys.slice(0, MAX_LOGGED_KEYS - this.#keys.length));
    this.#count += keys.length;
    this.#revision = revision;
    if (this.#timer === undefined) this.#write();
  }

  close(): void {
    if (this.#count > 0) this.#write();
    clearTimeout(this.#timer);
  }

  #write(): void {
    const more = this.#count - this.#keys.length;
    this.#logger.warn('foreign write', {
      keys: this.#keys,
      ...(more > 0 ? { more } : {}),
      revision: this.#revision,
    });
    this.#keys = [];
    this.#count = 0;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#count > 0) this.#write();
    }, LOG_INTERVAL_MS);
    this.#timer.unref();
  }
}
