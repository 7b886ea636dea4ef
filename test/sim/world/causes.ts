/** Which resyncs are needed: each reason has causes, one of which must have happened. */
import type { StepKind } from '../scenario.js';

const BRANCHES = ['put-back', 'failover', 'two-promotions', 'wait-at-standby'] as const;
const OLD_STORES = ['restore', 'delay-commits'] as const;
/**
 * A database or a store that was replaced has to be resynced in any case; an agent that still owes
 * a resync at the position that is shown then gives that reason.
 */
const REPLACED = [...BRANCHES, 'restore', 'foreign-checkpoint'] as const;

/**
 * Steps without which a resync for that reason is not needed. Reasons that are plain facts of the
 * database or the store (no slot, no checkpoint, an unfinished resync) have no entry.
 */
const CAUSES: ReadonlyMap<string, readonly StepKind[]> = new Map<string, readonly StepKind[]>([
  ['damaged', ['foreign-checkpoint', 'restore']],
  ['no-activation', BRANCHES],
  ['other-history', [...BRANCHES, 'visit-old-primary', 'restore']],
  ['witness-missing', REPLACED],
  ['parts-missing', REPLACED],
  ['unprovable', REPLACED],
  ['ahead-of-server', [...BRANCHES, 'visit-old-primary']],
  ['other-timeline', BRANCHES],
  ['confirmed-beyond', [...BRANCHES, ...OLD_STORES, 'visit-old-primary', 'advance-slot']],
  ['lost-wal', ['lose-slot', ...BRANCHES, 'visit-old-primary']],
  ['publication-changed', ['hide-table', ...REPLACED]],
  ['asked', ['ask', ...REPLACED]],
  ['refused', ['big-row', ...REPLACED]],
]);

/**
 * What others see of a resync that has created its slot and is not finished, or never will be: the
 * checkpoint is still the former one, the slot and the activation are new, or the slot is dropped
 * again. Any other reason needs its own cause all the same.
 */
const BESIDE_ANOTHER: ReadonlySet<string> = new Set(['confirmed-beyond', 'other-history']);

export interface ResyncHistory {
  /** When the last resync before created its slot: what happened earlier it has mended. */
  readonly sinceMs: number;
  /** When that one looked at the publication: later changes of it were not taken into account. */
  readonly lookedMs: number;
  /** Others created a slot since, and were not finished when the agent looked. */
  readonly besideAnother: boolean;
}

/** What is wrong with a resync for that reason; undefined: it was needed. */
export function isNeedless(
  kind: string,
  happened: ReadonlyMap<StepKind, number>,
  { sinceMs, lookedMs, besideAnother }: ResyncHistory,
): string | undefined {
  const causes = CAUSES.get(kind);
  if (causes === undefined || (besideAnother && BESIDE_ANOTHER.has(kind))) return undefined;
  const since = kind === 'publication-changed' ? lookedMs : sinceMs;
  const isCaused = causes.some((cause) => (happened.get(cause) ?? -1) >= since);
  return isCaused ? undefined : `a resync for ${kind}, without ${causes.join(' or ')} since`;
}
