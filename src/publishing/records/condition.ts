/**
 * The condition of a checkpoint, judged by slot, server and publication: the only judgement, for
 * the start of an agent, status, doctor and verify.
 */
import type { ResyncCause } from '../../model/errors.js';
import type { Lsn } from '../../model/lsn.js';
import type { Checkpoint } from './checkpoint.js';

/** The fields of each kind of condition. */
interface ConditionData {
  none: object;
  damaged: object;
  'other-server': object;
  'unfinished-resync': object;
  'other-slot': { readonly slot: string };
  'no-slot': { readonly slot: string };
  'lost-wal': { readonly slot: string };
  'confirmed-beyond': { readonly slot: string };
  'ahead-of-server': object;
  'other-timeline': { readonly timeline: number };
  'publication-changed': object;
  'in-parts': object;
  fine: object;
}

export type ConditionKind = keyof ConditionData;
type ConditionOf<Kind extends ConditionKind> = {
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
  /** The slot that the agents of the target read. Read before the checkpoint. */
  readonly slot: SlotEvidence | undefined;
  /** Read after the checkpoint, where the checkpoint may have been written in between. */
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
  readonly leftAt: Lsn | undefined;
}

/** The first condition that holds, in an order in which each makes the later ones meaningless. */
export function judge(evidence: Evidence): Condition {
  const { checkpoint, slot, server, publication } = evidence;
  if (checkpoint === undefined) return { kind: evidence.checkpointExists ? 'damaged' : 'none' };
  // Positions of another server are not comparable.
  const otherServer = server !== undefined && server.systemId !== checkpoint.systemId;
  if (otherServer) return { kind: 'other-server' };
  if (checkpoint.phase === 'snapshot') return { kind: 'unfinished-resync' };
  const against =
    (slot && judgeSlot(checkpoint, slot)) ?? (server && judgeServer(checkpoint, server));
  if (against !== undefined) return against;
  if (publication !== undefined && publication !== checkpoint.publication) {
    return { kind: 'publication-changed' };
  }
  return { kind: checkpoint.part === undefined ? 'fine' : 'in-parts' };
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

function judgeServer(
  { lsn, timeline }: Checkpoint,
  { lsn: end, timelines }: ServerEvidence,
): Condition | undefined {
  if (end < lsn) return { kind: 'ahead-of-server' };
  if (timelines === undefined || timelines.current === timeline) return undefined;
  const { current, leftAt } = timelines;
  if (leftAt !== undefined && leftAt >= lsn) return undefined;
  return { kind: 'other-timeline', timeline: current };
}

interface Words<Kind extends ConditionKind> {
  /** Without a full stop. */
  readonly sentence: (condition: ConditionOf<Kind>) => string;
  /** The remedy; undefined where none is needed. */
  readonly help: string | undefined;
  /** The action of an agent that starts here. */
  readonly agent: 'streams' | 'resyncs';
  readonly level: 'ok' | 'warn' | 'fail';
}

const RESYNCS = 'start `lenkwerk agent`: it publishes everything again';
const WAIT = 'start `lenkwerk agent`, or wait for it';

const CONDITIONS: { readonly [Kind in ConditionKind]: Words<Kind> } = {
  none: {
    sentence: () => 'nothing was ever published: there is no checkpoint',
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  damaged: {
    sentence: () => 'the checkpoint is damaged: it is not what an agent wrote',
    help: RESYNCS,
    agent: 'resyncs',
    level: 'fail',
  },
  'other-server': {
    sentence: () => 'the checkpoint is of another database server',
    help: 'is this the right database? then an agent publishes everything again',
    agent: 'resyncs',
    level: 'fail',
  },
  'unfinished-resync': {
    sentence: () => 'a resync is under way, or was not finished',
    help: WAIT,
    agent: 'resyncs',
    level: 'warn',
  },
  'other-slot': {
    sentence: ({ slot }) => `the checkpoint belongs to another slot, ${slot}`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  'no-slot': {
    sentence: ({ slot }) => `the slot ${slot} of the checkpoint is missing`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  'lost-wal': {
    sentence: ({ slot }) => `slot ${slot} lost WAL that it needed`,
    help: 'start `lenkwerk agent`: it creates a new slot, and resyncs',
    agent: 'resyncs',
    level: 'fail',
  },
  'confirmed-beyond': {
    sentence: ({ slot }) =>
      `the checkpoint is an old one: the slot ${slot} was confirmed beyond it`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'fail',
  },
  'ahead-of-server': {
    sentence: () => "the checkpoint is beyond the server's log",
    help: 'is this the right server? then an agent publishes everything again',
    agent: 'resyncs',
    level: 'fail',
  },
  'other-timeline': {
    sentence: ({ timeline }) => `the server switched to timeline ${timeline} before the checkpoint`,
    help: RESYNCS,
    agent: 'resyncs',
    level: 'fail',
  },
  'publication-changed': {
    sentence: () => 'the publication was changed',
    help: RESYNCS,
    agent: 'resyncs',
    level: 'warn',
  },
  'in-parts': {
    sentence: () => 'a large transaction is being published in parts',
    help: WAIT,
    agent: 'streams',
    level: 'warn',
  },
  fine: {
    sentence: () => 'no fault of the checkpoint was found',
    help: undefined,
    agent: 'streams',
    level: 'ok',
  },
};

/** Why an agent resyncs: the condition of the checkpoint, or an error of a session. */
export interface ResyncReason {
  readonly kind: ConditionKind | ResyncCause;
  /** In words, for operators. */
  readonly sentence: string;
}

/** A condition in words. */
interface ConditionReport extends Omit<Words<ConditionKind>, 'sentence'> {
  readonly sentence: string;
}

/** A condition in words, its remedy, and its consequence. */
export function describeCondition<Kind extends ConditionKind>(
  condition: ConditionOf<Kind>,
): ConditionReport {
  const words: Words<Kind> = CONDITIONS[condition.kind];
  return { ...words, sentence: words.sentence(condition) };
}
