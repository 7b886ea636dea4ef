/** Waits for a target's checkpoint that fulfils a condition. */
import type { KeyValueStore, Revision, WatchEvent } from '../../kvstore/store.js';
import { type Checkpoint, decodeCheckpoint } from './checkpoint.js';

export interface SeenCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The revision of the store that wrote it. */
  readonly revision: Revision;
}

interface CheckpointWait {
  readonly key: string;
  /** Begin with what follows this revision; undefined: with the present checkpoint. */
  readonly after?: Revision;
  readonly until: (checkpoint: Checkpoint) => boolean;
  /** Ends the wait; carries the caller's deadline. */
  readonly signal: AbortSignal;
  /** Called with every checkpoint that was read. */
  readonly onSeen?: (seen: SeenCheckpoint) => void;
  /** Called once the watch receives every further checkpoint. */
  readonly onWatching?: () => void;
}

/**
 * Returns the first checkpoint, beginning with the present one or after a revision, for which
 * `until` is true; undefined when the signal aborted before. Every checkpoint is read unless the
 * store lost its history. Throws what the store throws.
 */
export async function waitForCheckpoint(
  store: Pick<KeyValueStore, 'watch'>,
  wait: CheckpointWait,
): Promise<SeenCheckpoint | undefined> {
  const { key, signal, after } = wait;
  const from = after === undefined ? {} : { after };
  for await (const event of store.watch({ prefix: key, signal, ...from })) {
    wait.onWatching?.();
    const seen = checkpointIn(event, key);
    if (seen === undefined) continue;
    wait.onSeen?.(seen);
    if (wait.until(seen.checkpoint)) return seen;
  }
  return undefined;
}

function checkpointIn(event: WatchEvent, key: string): SeenCheckpoint | undefined {
  if (event.kind === 'resync') {
    const record = event.snapshot.records.find((found) => found.key === key);
    return record && seenCheckpoint(record.value, record.modRevision);
  }
  const change = event.changes.find((changed) => changed.key === key);
  return change?.value === undefined ? undefined : seenCheckpoint(change.value, event.revision);
}

function seenCheckpoint(text: string, revision: Revision): SeenCheckpoint | undefined {
  const checkpoint = decodeCheckpoint(text);
  return checkpoint && { checkpoint, revision };
}
