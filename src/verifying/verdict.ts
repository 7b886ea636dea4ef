/** The verdicts of verify. The words and their exit codes are a contract with pipelines. */
import type { Lsn } from '../model/lsn.js';
import type { Plan } from '../planning/plan.js';
import type { Difference } from './compare.js';

export type Verdict =
  /** Desired, recorded and published agree. */
  | 'converged'
  /** The manifests differ from the tables, which hold the last applied state. */
  | 'pending'
  /** The tables were changed since the last apply, by another client. */
  | 'drifted'
  /** The store and the tables differ at one position of the stream. */
  | 'diverged'
  /** The agent has not published up to the requested position. */
  | 'lagging'
  /** No verdict can be proved now. */
  | 'inconclusive';

/** Recorded and published, at one position of the stream. */
type PublishedVerdict = Extract<Verdict, 'converged' | 'diverged' | 'lagging' | 'inconclusive'>;

export interface PublishedReport {
  readonly verdict: PublishedVerdict;
  /** One sentence: the compared states, or why nothing could be proved. */
  readonly detail: string;
  /** The number of keys that the tables require. */
  readonly keys: number;
  readonly differences: readonly Difference[];
  /** The position of the last checkpoint that was read; undefined without one. */
  readonly position: { readonly lsn: Lsn; readonly committedAt: string | undefined } | undefined;
}

/** The newest apply. */
export interface LastApply {
  readonly id: bigint;
  /** UTC, with microseconds. */
  readonly appliedAt: string;
  readonly databaseUser: string;
  readonly author: string | null;
  readonly gitCommit: string | null;
}

export interface VerifyReport {
  readonly verdict: Verdict;
  readonly target: string;
  readonly published: PublishedReport;
  /** Desired and recorded; undefined when no manifests were given. */
  readonly plan: Plan | undefined;
  /** The changes of the tables since the last apply; undefined when none is known. */
  readonly drift: Plan | undefined;
  /** The newest entry of the log of applies; undefined without one, and without manifests. */
  readonly lastApply: LastApply | undefined;
  /** The differences before a requested repair; undefined when there was none. */
  readonly repaired: readonly Difference[] | undefined;
}

/** Combines the two comparisons: a fault of the store takes precedence over pending changes. */
export function overallVerdict(
  published: PublishedVerdict,
  plan: Plan | undefined,
  drift: Plan | undefined,
): Verdict {
  if (published !== 'converged') return published;
  if (plan === undefined || plan.changes.length === 0) return 'converged';
  return drift !== undefined && drift.changes.length > 0 ? 'drifted' : 'pending';
}
