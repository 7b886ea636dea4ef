/**
 * Repairs the differences that verify found, through the agent: no other program writes its keys.
 */
import { pause } from '../runtime/async.js';
import type { PublishedReport, TargetReport } from './verdict.js';
import { comparePublishedUntil, type TargetRequest, verifyTarget } from './verify.js';

const LOOK_AGAIN_MS = 100;
/** A request is lost with the agent that prepares the repair: it is repeated after this time. */
const ASK_AGAIN_MS = 3_000;

interface RepairReport {
  /** The first report. */
  readonly found: TargetReport;
  /** After the repair; the same report when there was nothing to repair. */
  readonly now: TargetReport;
}

/**
 * Verifies a target, and when its store has diverged requests a repair from the agent and waits for
 * it until the deadline. Throws what `verifyTarget` throws.
 */
export async function verifyAndRepair(
  request: TargetRequest,
  deadline: AbortSignal,
): Promise<RepairReport> {
  const found = await verifyTarget(request, deadline);
  if (found.verdict !== 'diverged') return { found, now: found };
  const published = await untilRepaired(request, found, deadline);
  return { found, now: { ...found, ...published, repaired: found.differences } };
}

async function untilRepaired(
  request: TargetRequest,
  found: PublishedReport,
  deadline: AbortSignal,
): Promise<PublishedReport> {
  let report = found;
  let askedMs = Number.NEGATIVE_INFINITY;
  request.onStep?.('waiting for the agent to repair');
  const inSilence = { ...request, onStep: undefined };
  for (;;) {
    if (report.verdict === 'diverged' && performance.now() - askedMs >= ASK_AGAIN_MS) {
      await request.session.requestRepair(report.differences);
      askedMs = performance.now();
    }
    await pause(LOOK_AGAIN_MS, request.signal);
    request.signal.throwIfAborted();
    report = await comparePublishedUntil(inSilence, deadline);
    if (report.verdict === 'converged' || deadline.aborted) return report;
  }
}
