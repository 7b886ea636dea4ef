export type AgentState = 'connecting' | 'standby' | 'resync' | 'streaming' | 'stopped';

/** Counts since the start of the process, for metrics; written by the agent alone. */
export interface AgentCounters {
  state: AgentState;
  transactions: number;
  changes: number;
  writes: number;
  resyncs: number;
  restarts: number;
  fenced: number;
  /** Revisions in which somebody else changed keys of ours. */
  foreignWrites: number;
  /** Foreign writes set right, asked for or not. */
  repairs: number;
  /** Of the newest transaction received, and of the checkpoint in the store. */
  receivedLsn: bigint;
  publishedLsn: bigint;
  /** When the process heard of the oldest transaction not published yet; undefined: of none. */
  waitingSinceMs: number | undefined;
  /** When the last write was done. */
  writtenMs: number | undefined;
}

/** A transaction came in. */
export function countReceived(counters: AgentCounters, lsn: bigint): void {
  counters.transactions += 1;
  counters.receivedLsn = lsn;
  counters.waitingSinceMs ??= Date.now();
}

/**
 * A write is done. What still waits arrived after the write before this one: a batch takes all that
 * is there when it begins.
 */
export function countWritten(counters: AgentCounters, changes: number, lsn: bigint): void {
  counters.writes += 1;
  counters.changes += changes;
  counters.publishedLsn = lsn;
  const isAll = lsn >= counters.receivedLsn;
  counters.waitingSinceMs = isAll ? undefined : (counters.writtenMs ?? counters.waitingSinceMs);
  counters.writtenMs = Date.now();
}

export function newCounters(): AgentCounters {
  return {
    state: 'connecting',
    transactions: 0,
    changes: 0,
    writes: 0,
    resyncs: 0,
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
