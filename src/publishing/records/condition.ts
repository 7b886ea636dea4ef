/**
 * The condition of a checkpoint, judged by slot, server and publication: the only judgement, for
 * the start of an agent, status, doctor and verify.
 * Decision D38 in src/README.md.
 */
import type { Lsn } from '../../model/lsn.js';
import type { Checkpoint } from './checkpoint.js';

/** The fields of each kind of condition. */
interface ConditionData {
  none: object;
  damaged: object;
  'other-cluster': { readonly published: string; readonly cluster: string };
  'former-version': object;
  'other-server': object;
  'unfinished-resync': object;
  'other-slot': { readonly slot: string };
  'no-slot': { readonly slot: string };
  'lost-wal': { readonly slot: string };
  'no-activation': { readonly slot: string };
  'other-history': object;
  'confirmed-beyond': { readonly slot: string };
  unprovable: object;
  'ahead-of-server': object;
  'other-timeline': { readonly timeline: number };
  'old-primary': { readonly timeline: number; readonly acceptance: string };
  'publication-changed': object;
  'in-parts': object;
  fine: object;
}

export type ConditionKind = keyof ConditionData;
export type ConditionOf<Kind extends ConditionKind> = {
  [K in Kind]: { readonly kind: K } & ConditionData[K];
}[Kind];

/**
 * For the agent, which reads everything, `fine` and `in-parts` mean that the stream may continue at
 * the checkpoint; for other callers that they found no fault with it.
 */
export type Condition = ConditionOf<ConditionKind>;

/** The observed state. undefined: it was not read, and is not judged. */
export interface Evidence {
  /** undefined: there is none, or it cannot be read. */
  readonly checkpoint: Checkpoint | undefined;
  /** Something is stored under the checkpoint's key. */
  readonly checkpointExists: boolean;
  /**
   * The uuid of the database's cluster. An agent does not give it: its start is judged by the
   * history, and a resync asks (decision D82).
   */
  readonly cluster: string | undefined;
  /** The slot that the agents of the target read. Read before the checkpoint. */
  readonly slot: SlotEvidence | undefined;
  /** What stands in the database for the slot. */
  readonly activation: ActivationEvidence | undefined;
  /** Seen after the checkpoint, where the checkpoint may have been written in between. */
  readonly server: ServerEvidence | undefined;
  /** The fingerprint of the publication's parts. */
  readonly publication: string | undefined;
}

export interface SlotEvidence {
  readonly name: string;
  /** undefined: there is no slot of that name. */
  readonly found:
    | {
        /** The server removed WAL that it needed. */
        readonly lost: boolean;
        /** undefined: the slot has no such position. */
        readonly confirmedFlush: Lsn | undefined;
      }
    | undefined;
}

interface ActivationEvidence {
  /** undefined: nothing stands there. */
  readonly found: string | undefined;
}

interface ServerEvidence {
  readonly systemId: string;
  /** The end of its log. */
  readonly lsn: Lsn;
  readonly timelines: TimelineEvidence | undefined;
}

interface TimelineEvidence {
  /** The server's own. */
  readonly current: number;
  /** Where it left the checkpoint's; undefined: it is on the same one, or never was on it. */
  readonly leftAt: Lsn | 'not read' | undefined;
}

/**
 * Whether the position of a slot can be compared with the checkpoint's: a resync writes another
 * activation to the database before it creates its slot, and the checkpoint after.
 */
export function isComparable(
  { activation, pending }: Checkpoint,
  found: string | undefined,
): boolean {
  return found === undefined || found === activation || pending.includes(found);
}

/** The first condition that holds, in an order in which each makes the later ones meaningless. */
export function judge(evidence: Evidence): Condition {
  const { checkpoint, server, publication } = evidence;
  if (checkpoint === undefined) return { kind: evidence.checkpointExists ? 'damaged' : 'none' };
  const other = judgeCluster(checkpoint, evidence.cluster);
  if (other !== undefined) return other;
  const old = server && judgeTimeline(checkpoint, server.systemId, server.timelines?.current);
  if (old !== undefined) return old;
  if (checkpoint.version === 1) return { kind: 'former-version' };
  // Positions of another server are not comparable.
  const otherServer = server !== undefined && server.systemId !== checkpoint.systemId;
  if (otherServer) return { kind: 'other-server' };
  if (checkpoint.phase === 'snapshot') return { kind: 'unfinished-resync' };
  const against = judgeHistory(checkpoint, evidence);
  if (against !== undefined) return against;
  if (publication !== undefined && publication !== checkpoint.publication) {
    return { kind: 'publication-changed' };
  }
  return { kind: checkpoint.part === undefined ? 'fine' : 'in-parts' };
}

/** The uuid of the cluster that published; undefined: there is none in the checkpoint. */
export function clusterOf(checkpoint: Checkpoint | undefined): string | undefined {
  return checkpoint === undefined || checkpoint.cluster === '' ? undefined : checkpoint.cluster;
}

/**
 * Whether another cluster published than the one with this uuid; the only comparison of the two.
 * `cluster`: undefined where it was not read, or the database has none.
 */
export function judgeCluster(
  checkpoint: Checkpoint | undefined,
  cluster: string | undefined,
): ConditionOf<'other-cluster'> | undefined {
  const published = clusterOf(checkpoint);
  if (published === undefined || cluster === undefined || published === cluster) return undefined;
  return { kind: 'other-cluster', published, cluster };
}

/**
 * Whether a server is an old primary: on an earlier timeline of the checkpoint's own system. Before
 * anything that a resync would mend, since the newer server has the newer history. `timeline`:
 * undefined for a standby, or where it was not read.
 */
export function judgeTimeline(
  checkpoint: Checkpoint | undefined,
  systemId: string,
  timeline: number | undefined,
): ConditionOf<'old-primary'> | undefined {
  if (checkpoint?.systemId !== systemId || timeline === undefined) return undefined;
  if (timeline >= checkpoint.timeline) return undefined;
  return { kind: 'old-primary', timeline, acceptance: acceptanceOf(checkpoint, timeline) };
}

/**
 * How a person names an earlier timeline that replaces this very checkpoint (decision D56): a later
 * one has another activation, and a checkpoint of version 1 has none.
 */
function acceptanceOf({ activation, writeId }: Checkpoint, timeline: number): string {
  return `${timeline}:${(activation || writeId).slice(0, 8)}`;
}

/** Does the database continue what the records show? */
function judgeHistory(
  checkpoint: Checkpoint,
  { slot, activation, server }: Evidence,
): Condition | undefined {
  return (
    (slot && judgeSlot(checkpoint, slot)) ??
    (activation && judgeActivation(checkpoint, activation)) ??
    judgePosition(checkpoint, slot, server)
  );
}

/** System id, timeline and positions are the same in histories that branched off. */
function judgeActivation(
  checkpoint: Checkpoint,
  { found }: ActivationEvidence,
): Condition | undefined {
  if (found === undefined) return { kind: 'no-activation', slot: checkpoint.slot };
  return isComparable(checkpoint, found) ? undefined : { kind: 'other-history' };
}

function judgeSlot(checkpoint: Checkpoint, { name, found }: SlotEvidence): Condition | undefined {
  if (checkpoint.slot !== name) return { kind: 'other-slot', slot: checkpoint.slot };
  if (found === undefined) return { kind: 'no-slot', slot: name };
  if (found.lost) return { kind: 'lost-wal', slot: name };
  // An agent confirms a position after its checkpoint has it, and PostgreSQL skips to the confirmed
  // position without an error.
  const { confirmedFlush } = found;
  const isBeyond = confirmedFlush === undefined || confirmedFlush > checkpoint.lsn;
  return isBeyond ? { kind: 'confirmed-beyond', slot: name } : undefined;
}

function judgePosition(
  { witness, timeline }: Checkpoint,
  slot: SlotEvidence | undefined,
  server: ServerEvidence | undefined,
): Condition | undefined {
  const confirmed = slot?.found?.confirmedFlush;
  const isProved = confirmed !== undefined && confirmed >= witness.endLsn;
  if (server !== undefined && !isProved && server.lsn < witness.endLsn) {
    return { kind: 'ahead-of-server' };
  }
  // The stream could not show the witness again: a resync has none.
  if (confirmed !== undefined && !isProved && witness.transaction === undefined) {
    return { kind: 'unprovable' };
  }
  const timelines = server?.timelines;
  if (timelines === undefined || timelines.current === timeline) return undefined;
  const { current, leftAt } = timelines;
  if (leftAt === 'not read') return undefined;
  const needed = isProved ? confirmed : witness.endLsn;
  if (leftAt !== undefined && leftAt >= needed) return undefined;
  return { kind: 'other-timeline', timeline: current };
}
