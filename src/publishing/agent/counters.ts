import type { Progress } from '../records/checkpoint.js';
import type { ResyncReason } from '../records/condition-words.js';

/** All states, in the order in which metrics show them. */
export const AGENT_STATES = [
  'connecting',
  'standby',
  'resync',
  'streaming',
  /** It would publish, but its store does not answer or takes no writes. */
  'blocked',
  'stopped',
  /** It needs an operator, and is retried from time to time. */
  'failed',
] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** The upper bounds of the intervals in which waiting is counted, in seconds. */
export const PUBLISH_BOUNDS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How long the oldest change of each write waited, from its receipt until it was published. */
interface PublishTimes {
  /** The number of writes within each of PUBLISH_BOUNDS_SECONDS, those within a lower one too. */
  readonly within: number[];
  count: number;
  sumSeconds: number;
}

/** The agent's state, and counts since its start; only the agent writes them. */
export interface AgentCounters {
  state: AgentState;
  /** The reason for that state, in words. */
  reason: string;
  /** What helps; undefined: nothing has to be done, or it is not known. */
  hint: string | undefined;
  /** When it entered that state. */
  sinceMs: number;
  transactions: number;
  changes: number;
  writes: number;
  resyncs: number;
  /** The reason of the last one; undefined: there was none. */
  resyncKind: ResyncReason['kind'] | undefined;
  restarts: number;
  /** Requests to the store that it did not answer, or refused for a reason that may pass. */
  storeFailures: number;
  /** False from a failure on until an answer; undefined: nothing was asked yet. */
  storeUp: boolean | undefined;
  fenced: number;
  /** Revisions in which another client changed keys of ours. */
  foreignWrites: number;
  /** Repairs of foreign writes, requested or not. */
  repairs: number;
  /** Of the newest transaction received, and of the checkpoint in the store. */
  receivedLsn: bigint;
  publishedLsn: bigint;
  /** Of the newest transaction published; undefined: not known, as after a resync. */
  committedMs: number | undefined;
  readonly publishTimes: PublishTimes;
  /** When the oldest transaction that is not published was received; undefined: there is none. */
  waitingSinceMs: number | undefined;
  /** When the last write was finished. */
  writtenMs: number | undefined;
}

/** A session begins: what waited in the one before is received again, maybe at other positions. */
export function countFromHere(counters: AgentCounters): void {
  counters.receivedLsn = 0n;
  counters.waitingSinceMs = undefined;
}

/** Records that a transaction was received; `lsn` is its end. */
export function countReceived(counters: AgentCounters, lsn: bigint): void {
  counters.transactions += 1;
  counters.receivedLsn = lsn;
  counters.waitingSinceMs ??= Date.now();
}

/**
 * Records that a write of so many changes was finished, and what the checkpoint shows now.
 * Waiting transactions arrived after the previous write: a batch contains all that waited when it
 * began.
 */
export function countWritten(
  counters: AgentCounters,
  changes: number,
  { lsn, committedAt }: Pick<Progress, 'lsn' | 'committedAt'>,
): void {
  counters.writes += 1;
  counters.changes += changes;
  counters.publishedLsn = lsn;
  counters.committedMs = committedAt === undefined ? undefined : Date.parse(committedAt);
  countPublishTime(counters);
  const isAll = lsn >= counters.receivedLsn;
  counters.waitingSinceMs = isAll ? undefined : (counters.writtenMs ?? counters.waitingSinceMs);
  counters.writtenMs = Date.now();
}

function countPublishTime({ publishTimes, waitingSinceMs }: AgentCounters): void {
  if (waitingSinceMs === undefined) return;
  const seconds = Math.max(0, Date.now() - waitingSinceMs) / 1_000;
  publishTimes.count += 1;
  publishTimes.sumSeconds += seconds;
  for (const [at, bound] of PUBLISH_BOUNDS_SECONDS.entries()) {
    if (seconds <= bound) publishTimes.within[at] = (publishTimes.within[at] ?? 0) + 1;
  }
}

/** All counts zero, in the state `connecting` since now. */
export function newCounters(): AgentCounters {
  return {
    state: 'connecting',
    reason: 'starting',
    hint: undefined,
    sinceMs: Date.now(),
    transactions: 0,
    changes: 0,
    writes: 0,
    resyncs: 0,
    resyncKind: undefined,
    restarts: 0,
    storeFailures: 0,
    storeUp: undefined,
    fenced: 0,
    foreignWrites: 0,
    repairs: 0,
    receivedLsn: 0n,
    publishedLsn: 0n,
    committedMs: undefined,
    publishTimes: { within: PUBLISH_BOUNDS_SECONDS.map(() => 0), count: 0, sumSeconds: 0 },
    waitingSinceMs: undefined,
    writtenMs: undefined,
  };
}
