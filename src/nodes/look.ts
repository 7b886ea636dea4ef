/** Reads what the nodes acknowledge to a target, and what of its history is needed to judge it. */
import type { KeyValueStore, Revision } from '../kvstore/store.js';
import { LenkwerkError } from '../model/errors.js';
import { counted } from '../model/text.js';
import {
  type Acknowledgement,
  decodeAcknowledgement,
} from '../publishing/records/acknowledgement.js';
import { type Checkpoint, decodeCheckpoint } from '../publishing/records/checkpoint.js';
import { type SeenCheckpoint, waitForCheckpoint } from '../publishing/records/checkpoint-watch.js';
import type { KeySpace } from '../publishing/records/key-space.js';
import { withTimeout } from '../runtime/async.js';
import type { CheckpointMark, TargetEvidence, UnreadTarget } from './judge.js';

type NodeStore = Pick<KeyValueStore, 'acknowledgements' | 'read' | 'readRange' | 'watch'>;

interface LookedAt {
  readonly store: NodeStore;
  readonly keySpace: KeySpace;
  readonly target: string;
  /** What is to be acknowledged, where it is known; `current`: the checkpoint before the look. */
  readonly wanted: CheckpointMark | 'current' | undefined;
}

/** What a look at one target gave. */
export interface TargetLook {
  /** undefined: the store could not be read. */
  readonly evidence: TargetEvidence | undefined;
  /** What was not read, and why; undefined: everything was. */
  readonly unread: UnreadTarget | undefined;
}

/** Requests for the past at a time. */
const AT_ONCE = 16;
/** How many of the slowest positions get an exact age. */
const MAX_AGES = 16;
const AGE_TIMEOUT_MS = 2_000;

/** Throws what the store throws, and `store-rejected` for a checkpoint of an unknown version. */
export async function lookAtTarget(at: LookedAt): Promise<TargetLook> {
  const { store, keySpace, target } = at;
  const key = keySpace.checkpointKey(target);
  const before = at.wanted === 'current' ? await readCheckpoint(store, key) : undefined;
  const wanted = at.wanted === 'current' ? before && markOf(before) : at.wanted;
  const { byNode, passedOver } = await store.acknowledgements(target);
  const acknowledgements = new Map(
    [...byNode].map(([name, text]) => [name, acknowledgementOf(name, text)]),
  );
  // After the acknowledgements: none of them is of a later checkpoint then.
  const current = await readCheckpoint(store, key);
  const revisions = revisionsOf(acknowledgements.values());
  const isPast = (revision: Revision) => current !== undefined && revision < current.revision;
  const wantedRevision = wanted?.revision;
  const [later, earlier] = [
    revisions.filter((one) => wantedRevision !== undefined && one >= wantedRevision && isPast(one)),
    revisions.filter(
      (one) => (wantedRevision === undefined || one < wantedRevision) && isPast(one),
    ),
  ];
  const past = await readPast(store, key, later);
  const next = await readNext(store, key, earlier.slice(0, MAX_AGES));
  const evidence = { target, acknowledgements, current, wanted, past, next };
  if (passedOver === 0) return { evidence, unread: undefined };
  const reason = `${counted(passedOver, 'acknowledgement')} passed over: too long, or too many`;
  return { evidence, unread: { target, reason } };
}

function markOf({ revision, checkpoint }: SeenCheckpoint): CheckpointMark {
  return { revision, writeId: checkpoint.writeId };
}

/** One that names another node was copied: nothing is known of this one. */
function acknowledgementOf(name: string, text: string): Acknowledgement | undefined {
  const acknowledgement = decodeAcknowledgement(text);
  return acknowledgement?.name === name ? acknowledgement : undefined;
}

async function readCheckpoint(store: NodeStore, key: string): Promise<SeenCheckpoint | undefined> {
  const stored = await store.read(key);
  const checkpoint = stored && decodeCheckpoint(stored.value);
  return checkpoint && { checkpoint, revision: stored.modRevision };
}

/** Every one once, the lowest first. */
function revisionsOf(acknowledgements: Iterable<Acknowledgement | undefined>): readonly Revision[] {
  const revisions = [...acknowledgements].flatMap((one) => one?.applied?.revision ?? []);
  return [...new Set(revisions)].sort((a, b) => (a < b ? -1 : 1));
}

/** The writeIds of the checkpoints that these revisions wrote, without those that are forgotten. */
async function readPast(
  store: NodeStore,
  key: string,
  revisions: readonly Revision[],
): Promise<ReadonlyMap<Revision, string>> {
  const past = new Map<Revision, string>();
  const readOne = async (revision: Revision) => {
    try {
      const { records } = await store.readRange([key], revision);
      const found = records.find((record) => record.key === key);
      const checkpoint =
        found?.modRevision === revision ? decodeCheckpoint(found.value) : undefined;
      if (checkpoint !== undefined) past.set(revision, checkpoint.writeId);
    } catch (error) {
      if (!(error instanceof LenkwerkError) || error.code !== 'inconclusive') throw error;
    }
  };
  for (let at = 0; at < revisions.length; at += AT_ONCE) {
    await Promise.all(revisions.slice(at, at + AT_ONCE).map(readOne));
  }
  return past;
}

/** The first checkpoint after each revision; where the store forgot it, a later one. */
async function readNext(
  store: NodeStore,
  key: string,
  revisions: readonly Revision[],
): Promise<ReadonlyMap<Revision, Checkpoint>> {
  const next = new Map<Revision, Checkpoint>();
  if (revisions.length === 0) return next;
  await withTimeout(new AbortController().signal, AGE_TIMEOUT_MS, async (signal) => {
    const look = async (after: Revision) => {
      const seen = await waitForCheckpoint(store, { key, after, until: () => true, signal });
      if (seen !== undefined) next.set(after, seen.checkpoint);
    };
    await Promise.all(revisions.map(look));
  });
  return next;
}
