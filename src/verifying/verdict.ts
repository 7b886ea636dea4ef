/** The verdicts of verify. The words and their exit codes are a contract with pipelines. */
import type { Lsn } from '../model/lsn.js';
import type { Plan } from '../planning/plan.js';
import type { Difference } from './compare.js';

export type Verdict =
  /** Desired, recorded and published agree. */
  | 'converged'
  /** The manifests are ahead of the tables, which hold what was applied last. */
  | 'pending'
  /** The tables were changed since the last apply, by something else. */
  | 'drifted'
  /** The store holds something else than the tables, at one point of the stream. */
  | 'diverged'
  /** The agent has not published up to the point asked for. */
  | 'lagging'
  /** Nothing can be proved now. */
  | 'inconclusive';

/** Recorded against published, at one point of the stream. */
type PublishedVerdict = Extract<Verdict, 'converged' | 'diverged' | 'lagging' | 'inconclusive'>;

export interface PublishedReport {
  readonly verdict: PublishedVerdict;
  /** One sentence: what was compared, or why nothing could be proved. */
  readonly detail: string;
  /** How many keys the tables ask for. */
  readonly keys: number;
  readonly differences: readonly Difference[];
  /** Of the checkpoint that was seen last; undefined without one. */
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
  /** Desired against recorded; undefined when no manifests were given. */
  readonly plan: Plan | undefined;
  /** What changed the tables since the last apply; undefined when none is known. */
  readonly drift: Plan | undefined;
  /** The newest entry of the log of applies; undefined without one, and without manifests. */
  readonly lastApply: LastApply | undefined;
  /** What differed before a repair that was asked for; undefined when there was none. */
  readonly repaired: readonly Difference[] | undefined;
}

/** Combines the two comparisons: what is wrong in the store comes before what is to be applied. */
export function overallVerdict(
  published: PublishedVerdict,
  plan: Plan | undefined,
  drift: Plan | undefined,
): Verdict {
  if (published !== 'converged') return published;
  if (plan === undefined || plan.changes.length === 0) return 'converged';
  return drift !== undefined && drift.changes.length > 0 ? 'drifted' : 'pending';
}
