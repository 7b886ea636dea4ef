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
  };
}
