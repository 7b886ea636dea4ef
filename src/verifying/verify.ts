/** Compares recorded and published in the store of one target. */
import { pause } from '../runtime/async.js';
import { comparePublished, type PublishedSide } from './compare-published.js';
import type { VerifySession } from './session.js';
import type { PublishedReport, TargetReport } from './verdict.js';

/** One target, which is compared with what is recorded. */
export interface TargetRequest extends PublishedSide {
  readonly session: VerifySession;
  /** Compare again while the verdict is inconclusive or unconfirmed, until the deadline. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
}

/** The pause between two comparisons, for a request that waits. */
export const ASK_AGAIN_MS = 200;

/**
 * Compares recorded with published in the store of one target, until the deadline. Throws the
 * errors of the database and the store, and the reason of the signal when it aborted.
 */
export async function verifyTarget(
  request: TargetRequest,
  deadline: AbortSignal,
): Promise<TargetReport> {
  const published = await comparePublishedUntil(request, deadline);
  return { ...published, target: request.target, repaired: undefined };
}

/** The same for a piece of a larger work. */
export async function comparePublishedUntil(
  request: TargetRequest,
  deadline: AbortSignal,
): Promise<PublishedReport> {
  const { session, signal, wait } = request;
  request.onStep?.('comparing the tables with the store');
  for (;;) {
    const report = await comparePublished(session, request, deadline);
    signal.throwIfAborted();
    const isOpen = report.verdict === 'inconclusive' || report.verdict === 'unconfirmed';
    if (!wait || !isOpen || deadline.aborted) return report;
    await pause(ASK_AGAIN_MS, deadline);
  }
}
