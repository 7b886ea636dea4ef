import type { ResyncReason } from '../records/condition.js';

/** All states, in the order in which metrics show them. */
export const AGENT_STATES = [
  'connecting',
  'standby',
  'resync',
  'streaming',
  'stopped',
  /** It needs a person, and is tried again from time to time. */
  'failed',
] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** Where the agent stands, and counts since its start; written by the agent alone. */
export interface AgentCounters {
  state: AgentState;
  /** Why it is in that state, for people. */
  reason: string;
  /** When it came to that state. */
  sinceMs: number;
  transactions: number;
  changes: number;
  writes: number;
  resyncs: number;
  /** Why the last of them was made; undefined: there was none. */
  resyncKind: ResyncReason['kind'] | undefined;
  restarts: number;
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
  /** When the last write was done. */
  writtenMs: number | undefined;
}

/** A transaction was received; `lsn` is its end. */
export function countReceived(counters: AgentCounters, lsn: bigint): void {
  counters.transactions += 1;
  counters.receivedLsn = lsn;
  counters.waitingSinceMs ??= Date.now();
}

/**
 * A write of so many changes is done; `lsn` is what the checkpoint has now. What still waits
 * arrived after the write before this one: a batch takes all that is there when it begins.
 */
export function countWritten(counters: AgentCounters, changes: number, lsn: bigint): void {
  counters.writes += 1;
  counters.changes += changes;
  counters.publishedLsn = lsn;
  const isAll = lsn >= counters.receivedLsn;
  counters.waitingSinceMs = isAll ? undefined : (counters.writtenMs ?? counters.waitingSinceMs);
  counters.writtenMs = Date.now();
}

/** All zero, in the state `connecting` since now. */
export function newCounters(): AgentCounters {
  return {
    state: 'connecting',
    reason: 'starting',
    sinceMs: Date.now(),
    transactions: 0,
    changes: 0,
    writes: 0,
    resyncs: 0,
    resyncKind: undefined,
    restarts: 0,
    fenced: 0,
    foreignWrites: 0,
    repairs: 0,
    receivedLsn: 0n,
    publishedLsn: 0n,
    waitingSinceMs: undefined,
    writtenMs: undefined,
  };
}
