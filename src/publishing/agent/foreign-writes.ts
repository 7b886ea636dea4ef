/** Reports when another client changes the keys that the active agent publishes. */
import type { Revision, WatchEvent } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import type { Logger } from '../../runtime/logger.js';
import { decodeCheckpoint } from '../records/checkpoint.js';
import type { Publisher } from '../stream/publisher.js';
import type { AgentContext } from './context.js';

/** A persistent writer must not fill the log: one line in this time, with a count. */
const LOG_INTERVAL_MS = 1_000;
const MAX_LOGGED_KEYS = 5;

interface ForeignWatch {
  /** Identifies its own writes. */
  readonly publisher: Publisher;
  /** Writes after this revision are examined. */
  readonly after: Revision;
  /**
   * The keys of one foreign revision; undefined: the watch had a gap, and any key may have changed.
   */
  readonly onForeign: (keys: readonly string[] | undefined) => void;
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
  const { store, keySpace, logger, counters } = context;
  const { publisher, after, onForeign, signal } = watch;
  const log = new ForeignLog(logger);
  try {
    for await (const event of store.watch({ prefix: `${keySpace.prefix}/`, after, signal })) {
      if (event.kind === 'resync') {
        logger.warn('foreign writes may have been missed: the store had dropped its history');
        onForeign(undefined);
        continue;
      }
      const keys = foreignKeys(event, context, publisher);
      if (keys.length === 0) continue;
      counters.foreignWrites += 1;
      log.add(keys, event.revision);
      onForeign(keys);
    }
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    logger.error('foreign writes are not watched', { reason: error });
  } finally {
    log.close();
  }
}

function foreignKeys(
  { revision, changes }: WatchEvent & { readonly kind: 'changes' },
  { keySpace, target }: AgentContext,
  publisher: Publisher,
): readonly string[] {
  const checkpointKey = keySpace.checkpointKey(target);
  const checkpoint = changes.find(({ key }) => key === checkpointKey);
  if (checkpoint !== undefined && isOfAgent(checkpoint.value, revision, publisher)) return [];
  return changes
    .map(({ key }) => key)
    .filter((key) => key === checkpointKey || keySpace.tableOfKey(key) !== undefined);
}

/** Of this agent or of its successor, whose positions on the same slot never decrease. */
function isOfAgent(text: string | undefined, revision: Revision, publisher: Publisher): boolean {
  if (publisher.hasWritten(revision)) return true;
  const checkpoint = text === undefined ? undefined : decodeKnown(text);
  if (checkpoint === undefined) return false;
  if (publisher.isWriting(checkpoint.writeId)) return true;
  const { base, progress } = publisher;
  const sameSlot = checkpoint.slotGeneration === base.slotGeneration;
  return !sameSlot || checkpoint.phase === 'snapshot' || checkpoint.lsn >= progress.lsn;
}

/**
 * A checkpoint of a later version was written by a later agent; the publisher detects it as well.
 */
function decodeKnown(text: string) {
  try {
    return decodeCheckpoint(text);
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
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
