/** What a follower is doing, for logs, metrics and health; the follower alone writes it. */
import type { NodeRefusal } from '../publishing/records/acknowledgement.js';
import type { SeenCheckpoint } from '../publishing/records/checkpoint-watch.js';
import type { NodePosition } from './tables/position.js';

/** All states, in the order in which metrics show them. */
export const FOLLOWER_STATES = [
  'connecting',
  'following',
  /** Another follower of the same database is active. */
  'standby',
  /** The store shows no whole state, such as during an agent's resync. */
  'incomplete',
  /** The tables do not take what is published, or too much would go. */
  'refused',
  /** The database or the store does not answer, or takes nothing. */
  'waiting',
] as const;
type FollowerState = (typeof FOLLOWER_STATES)[number];

/** Counts are since the start. */
export interface FollowerStatus {
  state: FollowerState;
  /** Why, in words; empty: there is nothing to say. */
  reason: string;
  /** What helps; undefined: nothing has to be done, or it is not known. */
  hint: string | undefined;
  sinceMs: number;
  /** Of the node's database, a uuid; undefined: it was not read yet. */
  followerId: string | undefined;
  /** What the tables do not take; undefined: they take everything. */
  refusal: NodeRefusal | undefined;
  /** `host_port`; undefined: not known yet. */
  name: string | undefined;
  /** What the tables show; undefined: nothing was applied yet. */
  applied: NodePosition | undefined;
  /** The checkpoint that was seen last; undefined: none. */
  seen: SeenCheckpoint | undefined;
  /** False from a failure on until an answer; undefined: nothing was asked yet. */
  storeUp: boolean | undefined;
  /** Local transactions. */
  commits: number;
  /** Records that were saved or deleted. */
  changes: number;
  /** Times that all records were compared with the tables. */
  comparisons: number;
  /** Revisions in which another client changed records. */
  foreignWrites: number;
  refusals: number;
  /** Sessions that ended by a failure. */
  failures: number;
  acknowledgements: number;
  acknowledgementFailures: number;
  /** Of the command of `--exec`. */
  runs: number;
  runFailures: number;
}

/** The status of a follower that begins at this time. */
export function newStatus(nowMs: number): FollowerStatus {
  return {
    ...{ state: 'connecting', reason: '', hint: undefined, sinceMs: nowMs },
    ...{ followerId: undefined, refusal: undefined, name: undefined },
    ...{ applied: undefined, seen: undefined, storeUp: undefined, commits: 0, changes: 0 },
    ...{ comparisons: 0, foreignWrites: 0, refusals: 0, failures: 0, acknowledgements: 0 },
    ...{ acknowledgementFailures: 0, runs: 0, runFailures: 0 },
  };
}

/** Enters a state; true when state or reason are other ones than before. */
export function enter(
  status: FollowerStatus,
  state: FollowerState,
  why: { readonly reason?: string; readonly hint?: string | undefined } = {},
): boolean {
  const { reason = '', hint } = why;
  const isNew = status.state !== state || status.reason !== reason;
  if (status.state !== state) status.sinceMs = Date.now();
  Object.assign(status, { state, reason, hint });
  return isNew;
}

/** Whether the tables show the checkpoint that was seen last. */
export function isInStep({ state, applied, seen, storeUp }: FollowerStatus): boolean {
  if (state !== 'following' || storeUp === false) return false;
  return applied !== undefined && applied.writeId === seen?.checkpoint.writeId;
}
