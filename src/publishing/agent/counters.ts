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
 * Records that a write of so many changes was finished; `lsn` is the checkpoint's position now.
 * Waiting transactions arrived after the previous write: a batch contains all that waited when it
 * began.
 */
export function countWritten(counters: AgentCounters, changes: number, lsn: bigint): void {
  counters.writes += 1;
  counters.changes += changes;
  counters.publishedLsn = lsn;
  const isAll = lsn >= counters.receivedLsn;
  counters.waitingSinceMs = isAll ? undefined : (counters.writtenMs ?? counters.waitingSinceMs);
  counters.writtenMs = Date.now();
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
    waitingSinceMs: undefined,
    writtenMs: undefined,
  };
}
