/**
 * Whether the storage nodes have what is published, by what they acknowledge: pure. Nothing but
 * their own report is known, so no verdict claims more than that. Decision D93 in src/README.md.
 */
import type { Revision } from '../kvstore/store.js';
import type { RecordedInstance } from '../model/resources.js';
import { servermapKey } from '../model/servermap.js';
import { compareText } from '../model/text.js';
import type { Acknowledgement, AppliedPosition } from '../publishing/records/acknowledgement.js';
import type { Checkpoint } from '../publishing/records/checkpoint.js';
import type { SeenCheckpoint } from '../publishing/records/checkpoint-watch.js';

/** Every state of a node, with its meaning in Markdown, as the README has it. */
export const NODE_STATES = {
  'in-step': { words: 'in step', meaning: 'it acknowledged what was asked for, or a later state' },
  behind: { words: 'behind', meaning: 'it acknowledged an earlier state' },
  silent: {
    words: 'silent',
    meaning: 'behind for a minute, and nothing new was acknowledged between two looks',
  },
  refused: { words: 'refused', meaning: 'its tables do not take the record that is named' },
  never: { words: 'never heard of', meaning: 'it never acknowledged anything' },
  unknown: { words: 'not known', meaning: 'the same, but not every store could be read' },
} as const satisfies Readonly<Record<string, { readonly words: string; readonly meaning: string }>>;
export type NodeState = keyof typeof NODE_STATES;

export type Instance = Pick<RecordedInstance, 'host' | 'port' | 'status'>;

/** A checkpoint, by what no other one has. */
export type CheckpointMark = Pick<AppliedPosition, 'revision' | 'writeId'>;

/** What was seen in the store of one target. The acknowledgements were read before the others. */
export interface TargetEvidence {
  readonly target: string;
  /** By the name of the node; undefined for one that cannot be read. */
  readonly acknowledgements: ReadonlyMap<string, Acknowledgement | undefined>;
  /** undefined: there is no checkpoint. */
  readonly current: SeenCheckpoint | undefined;
  /** What is to be acknowledged, or what came after it; undefined: nothing here would do. */
  readonly wanted: CheckpointMark | undefined;
  /** The writeId of the checkpoint that an earlier revision wrote, where it was read. */
  readonly past: ReadonlyMap<Revision, string>;
  /** The first checkpoint that was found after a revision. */
  readonly next: ReadonlyMap<Revision, Checkpoint>;
}

/** A target whose acknowledgements were not read. */
export interface UnreadTarget {
  readonly target: string;
  readonly reason: string;
}

export interface NodesEvidence {
  /** All that are registered. */
  readonly instances: readonly Instance[];
  readonly targets: readonly TargetEvidence[];
  readonly unread: readonly UnreadTarget[];
  /** Nodes that acknowledged nothing new for so long that one that lives would have. */
  readonly unheard: ReadonlySet<string>;
  /** By the clock of the database, which dates commits. */
  readonly now: Date;
}

/** How far a node is behind, to be shown only: positions may fall. */
interface NodeLag {
  /** Of the log; undefined: it has no position, or one of another history. */
  readonly bytes: bigint | undefined;
  /** At least, since the commit of a checkpoint that it lacks. */
  readonly seconds: number | undefined;
}

export interface NodeReport extends Pick<Instance, 'host' | 'port'> {
  /** `host_port`. */
  readonly name: string;
  readonly state: NodeState;
  /** The target with the acknowledgement that was judged; undefined: there is none. */
  readonly target: string | undefined;
  /** undefined: there is none, or it cannot be read. */
  readonly acknowledgement: Acknowledgement | undefined;
  /** undefined: it is in step, or nothing is known. */
  readonly lag: NodeLag | undefined;
}

/** Followers that get in each other's way. */
export interface FollowerConflict {
  /** Several databases use one name, or a copied database is followed by several names. */
  readonly kind: 'one-name' | 'one-database';
  readonly names: readonly string[];
}

export interface NodesReport {
  /** Every instance that may be read or written, by name. */
  readonly nodes: readonly NodeReport[];
  /** Names that acknowledge, and belong to no instance. */
  readonly unregistered: readonly string[];
  readonly conflicts: readonly FollowerConflict[];
  readonly unread: readonly UnreadTarget[];
  /** Whether any node ever acknowledged anything. */
  readonly isUsed: boolean;
}

/** How many are in each state, in the order of NODE_STATES. */
export function countStates(nodes: readonly NodeReport[]): ReadonlyMap<NodeState, number> {
  const states = Object.keys(NODE_STATES).filter((name): name is NodeState => name in NODE_STATES);
  return new Map(states.map((one) => [one, nodes.filter(({ state }) => state === one).length]));
}

/** Judges every node that may be read or written. */
export function judgeNodes(evidence: NodesEvidence): NodesReport {
  const { instances, targets, unread } = evidence;
  const known = new Set(instances.map(servermapKey));
  const names = new Set(targets.flatMap(({ acknowledgements }) => [...acknowledgements.keys()]));
  return {
    nodes: instances
      .filter(({ status }) => status !== 0)
      .map((instance) => judgeNode(instance, evidence))
      .sort((a, b) => compareText(a.name, b.name)),
    unregistered: [...names].filter((name) => !known.has(name)).sort(compareText),
    conflicts: findConflicts(targets),
    unread,
    isUsed: names.size > 0,
  };
}

/** Of what a node acknowledged on several targets the best counts, else the furthest position. */
function judgeNode(instance: Instance, evidence: NodesEvidence): NodeReport {
  const { host, port } = instance;
  const name = servermapKey(instance);
  const node = { host, port, name };
  const seen = evidence.targets.flatMap((target) => {
    if (!target.acknowledgements.has(name)) return [];
    return [{ target, acknowledgement: target.acknowledgements.get(name) }];
  });
  const inStep = seen.find(({ target, acknowledgement }) =>
    isInStep(acknowledgement?.applied, target),
  );
  const best = inStep ?? seen.toSorted((a, b) => Number(lsnOf(b) - lsnOf(a)))[0];
  if (best === undefined) {
    const state = evidence.unread.length > 0 ? 'unknown' : 'never';
    const none = { target: undefined, acknowledgement: undefined, lag: undefined };
    return { ...node, ...none, state };
  }
  const { target, acknowledgement } = best;
  const found = { ...node, target: target.target, acknowledgement };
  if (inStep !== undefined) return { ...found, state: 'in-step', lag: undefined };
  const lag = lagOf(acknowledgement?.applied, target, evidence.now);
  if (acknowledgement?.refusal !== undefined) return { ...found, state: 'refused', lag };
  return { ...found, state: evidence.unheard.has(name) ? 'silent' : 'behind', lag };
}

function lsnOf({ acknowledgement }: { acknowledgement: Acknowledgement | undefined }): bigint {
  return acknowledgement?.applied?.lsn ?? -1n;
}

function isInStep(applied: AppliedPosition | undefined, evidence: TargetEvidence): boolean {
  const { wanted } = evidence;
  if (applied === undefined || wanted === undefined) return false;
  return applied.revision >= wanted.revision && isOfHistory(applied, evidence);
}

/**
 * Whether the store wrote that checkpoint in its present history: one that went back may give
 * revisions out again. Where the past was not read, only the newest checkpoint shows it.
 */
function isOfHistory(
  { revision, writeId }: AppliedPosition,
  { current, past }: TargetEvidence,
): boolean {
  if (current === undefined || revision > current.revision) return false;
  if (revision === current.revision) return writeId === current.checkpoint.writeId;
  return past.get(revision) === writeId;
}

function lagOf(
  applied: AppliedPosition | undefined,
  { current, next }: TargetEvidence,
  now: Date,
): NodeLag | undefined {
  if (current === undefined) return undefined;
  const isPast = applied !== undefined && applied.revision < current.revision;
  const bytes = isPast ? current.checkpoint.lsn - applied.lsn : undefined;
  const lacked = isPast ? next.get(applied.revision) : undefined;
  const { committedAt } = lacked ?? current.checkpoint;
  const ms = committedAt === undefined ? Number.NaN : now.getTime() - Date.parse(committedAt);
  const seconds = Number.isFinite(ms) ? Math.max(0, ms / 1_000) : undefined;
  return { bytes: bytes !== undefined && bytes < 0n ? 0n : bytes, seconds };
}

/** An acknowledgement shows its last writer alone: two on one target are not seen at one look. */
function findConflicts(targets: readonly TargetEvidence[]): readonly FollowerConflict[] {
  const followers = new Map<string, Set<string>>();
  const names = new Map<string, Set<string>>();
  for (const { acknowledgements } of targets) {
    for (const [name, acknowledgement] of acknowledgements) {
      if (acknowledgement === undefined) continue;
      addTo(followers, name, acknowledgement.followerId);
      addTo(names, acknowledgement.followerId, name);
    }
  }
  const several = (groups: ReadonlyMap<string, ReadonlySet<string>>) =>
    [...groups].filter(([, members]) => members.size > 1);
  return [
    ...several(followers).map(([name]) => ({ kind: 'one-name' as const, names: [name] })),
    ...several(names).map(([, members]) => {
      return { kind: 'one-database' as const, names: [...members].sort(compareText) };
    }),
  ];
}

function addTo(groups: Map<string, Set<string>>, key: string, member: string): void {
  const members = groups.get(key) ?? new Set();
  groups.set(key, members.add(member));
}
