/**
 * The progress that each write records. Parts of a batch are in the store before the
 * whole is, and a crash may leave them there: until then no revision may claim to be a state of the
 * database.
 */
import { type Lsn, ZERO_LSN } from '../../model/lsn.js';
import type { TransactionId } from '../../replication/change-source.js';
import type { Progress } from '../records/checkpoint.js';
import type { Batch, BatchEnd } from './batch.js';

/** Of a resync that read the tables at a consistent point. */
export function snapshotProgress(endLsn: Lsn): Progress {
  return {
    phase: 'stream',
    lsn: endLsn,
    committedAt: undefined,
    part: undefined,
    partOf: undefined,
    barrier: undefined,
    witness: { endLsn, transaction: undefined },
  };
}

/** Of a resync of which the last revision is still to come. */
export function unfinishedSnapshot(endLsn: Lsn): Progress {
  return { ...snapshotProgress(endLsn), phase: 'snapshot', lsn: ZERO_LSN };
}

/** Of one more part: the position stays, and what the parts belong to never goes back. */
export function partProgress(before: Progress, batch: Batch): Progress {
  const part = (before.part ?? 0) + 1;
  return { ...before, part, partOf: laterPartOf(before.partOf, batch), barrier: undefined };
}

function laterPartOf(before: Progress['partOf'], batch: Batch): Progress['partOf'] {
  if (before === 'repair' || batch.awaitsRepair || batch.end?.repair !== undefined) return 'repair';
  if (before === undefined || isAtOrBehind(batch.transaction, before)) return batch.transaction;
  return before;
}

/**
 * Of a write that ends whole transactions. Parts that belong to something later, or to a repair,
 * stay parts. `hasForeignParts`: another session left them, so that only a repair of everything
 * makes up for one that was broken off.
 */
export function wholeProgress(
  before: Progress,
  { lsn, transaction, barrier, repair }: BatchEnd,
  hasForeignParts: boolean,
): Progress {
  const isRepaired = repair?.keys === 'everything' || (repair !== undefined && !hasForeignParts);
  const staysInParts =
    before.partOf === 'repair'
      ? !isRepaired
      : before.partOf !== undefined && !isAtOrBehind(transaction, before.partOf);
  return {
    phase: 'stream',
    lsn,
    committedAt: transaction === undefined ? before.committedAt : timeOf(transaction),
    part: staysInParts ? before.part : undefined,
    partOf: staysInParts ? before.partOf : undefined,
    barrier: staysInParts ? undefined : barrier,
    witness: transaction === undefined ? before.witness : { endLsn: lsn, transaction },
  };
}

function isAtOrBehind(one: TransactionId | undefined, other: TransactionId): boolean {
  return one !== undefined && one.commitLsn >= other.commitLsn;
}

/** ISO 8601. */
function timeOf({ committedAtUs }: TransactionId): string {
  return new Date(Number(committedAtUs / 1000n)).toISOString();
}
