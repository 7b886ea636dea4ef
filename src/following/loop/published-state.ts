/** Reads all records as of the checkpoint that the store holds. */
import type { KeyValueStore, Revision, StoredValue } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { type Checkpoint, decodeCheckpoint } from '../../publishing/records/checkpoint.js';
import type { SeenCheckpoint } from '../../publishing/records/checkpoint-watch.js';
import type { KeySpace } from '../../publishing/records/key-space.js';
import type { Changes } from '../../publishing/stream/batch.js';
import type { Logger } from '../../runtime/logger.js';

interface Place {
  readonly store: Pick<KeyValueStore, 'read' | 'readRange'>;
  readonly keySpace: KeySpace;
  readonly target: string;
  readonly logger: Logger;
}

export interface PublishedState {
  readonly seen: SeenCheckpoint;
  /** All that there are. */
  readonly records: Changes;
}

/** Whether the records of this revision are a state of the tables. */
export function isWhole({ phase, part }: Checkpoint): boolean {
  return phase === 'stream' && part === undefined;
}

/** Why the records are no state of the tables; undefined: they are one. */
export function whyIncomplete(checkpoint: Checkpoint | undefined): string | undefined {
  if (checkpoint === undefined) return 'no agent has published this target';
  if (isWhole(checkpoint)) return undefined;
  return checkpoint.phase === 'snapshot'
    ? 'an agent is about to publish everything again'
    : 'an agent is about to publish what is too large for one revision';
}

/**
 * The records at the revision that wrote the present checkpoint: what others wrote after it is
 * left out. Where the store has forgotten that revision they are as of now. Returns the reason
 * where they are no state of the tables. Throws what the store throws.
 */
export async function readPublishedState(place: Place): Promise<PublishedState | string> {
  const { store, keySpace, target } = place;
  const held = await store.read(keySpace.checkpointKey(target));
  const checkpoint = held && decodeCheckpoint(held.value);
  const incomplete = whyIncomplete(checkpoint);
  if (held === undefined || incomplete !== undefined) return incomplete ?? '';
  try {
    const state = await readAt(place, held.modRevision);
    return typeof state === 'string' || isSame(state, held) ? state : changedMeanwhile();
  } catch (error) {
    if (!(error instanceof LenkwerkError) || error.code !== 'inconclusive') throw error;
    place.logger.warn('the records are compared as of now: the store has forgotten their revision');
    return await readAt(place);
  }
}

function isSame({ seen }: PublishedState, held: StoredValue): boolean {
  return seen.revision === held.modRevision;
}

async function readAt(
  { store, keySpace, target }: Place,
  revision?: Revision,
): Promise<PublishedState | string> {
  const key = keySpace.checkpointKey(target);
  const snapshot = await store.readRange([...keySpace.recordPrefixes, key], revision);
  const held = snapshot.records.find((record) => record.key === key);
  const checkpoint = held && decodeCheckpoint(held.value);
  if (held === undefined || checkpoint === undefined || !isWhole(checkpoint)) {
    return whyIncomplete(checkpoint) ?? '';
  }
  const ours = snapshot.records.filter((record) => keySpace.tableOfKey(record.key) !== undefined);
  const records = new Map(ours.map((record) => [record.key, record.value]));
  return { seen: { checkpoint, revision: held.modRevision }, records };
}

function changedMeanwhile(): never {
  throw new LenkwerkError('store-unavailable', 'the store went back while it was read', {
    retryable: true,
  });
}
