/** Compares desired, recorded and published, and reports which one differs. */
import type { Client } from 'pg';
import { inSnapshot, readRecorded } from '../database/state.js';
import type { RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { Plan } from '../planning/plan.js';
import { readClock } from '../postgres/server.js';
import { PostgresReader } from '../publishing/source/postgres-reader.js';
import { pause, withTimeout } from '../runtime/async.js';
import { comparePublished, type PublishedSide } from './compare-published.js';
import {
  type LastApply,
  overallVerdict,
  type PublishedReport,
  type VerifyReport,
} from './verdict.js';

export type Planner = (recorded: RecordedState, now: Timestamp) => Plan;

export interface VerifyRequest extends PublishedSide {
  /** An ordinary session with a primary, not in a transaction. */
  readonly database: Client;
  /** Plans the manifests; undefined: only recorded and published are compared. */
  readonly plan: Planner | undefined;
  /** Plans the last applied state; undefined when there is none. */
  readonly planLastApply: Planner | undefined;
  readonly lastApply?: LastApply | undefined;
  /** How long all of it may take: the agent to publish what is recorded, and a repair. */
  readonly timeoutMs: number;
  /** Compare again while the verdict is inconclusive, until the timeout. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
}

const ASK_AGAIN_MS = 200;

/**
 * Compares desired with recorded, then recorded with published, and returns the report. Throws the
 * errors of the database, the store and the planners.
 */
export async function verify(request: VerifyRequest): Promise<VerifyReport> {
  return await inTime(request, (deadline) => verifyUntil(request, deadline));
}

/** Calls the work with a signal that aborts when the time of the request, from now on, is over. */
export function inTime<T>(
  { signal, timeoutMs }: VerifyRequest,
  work: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  return withTimeout(signal, timeoutMs, work);
}

/** As `verify`, until the deadline of a larger piece of work. */
export async function verifyUntil(
  request: VerifyRequest,
  deadline: AbortSignal,
): Promise<VerifyReport> {
  const { plan, drift } = await compareDesired(request);
  const published = await comparePublishedUntil(request, deadline);
  const verdict = overallVerdict(published.verdict, plan, drift);
  const { target, lastApply } = request;
  return { verdict, target, published, plan, drift, lastApply, repaired: undefined };
}

async function compareDesired(
  request: VerifyRequest,
): Promise<{ readonly plan: Plan | undefined; readonly drift: Plan | undefined }> {
  const { database, plan, planLastApply } = request;
  if (plan === undefined) return { plan: undefined, drift: undefined };
  request.onStep?.('reading the tables');
  const { recorded, now } = await inSnapshot(database, async (client) => ({
    now: await readClock(client),
    recorded: await readRecorded(client),
  }));
  return { plan: plan(recorded, now), drift: planLastApply?.(recorded, now) };
}

/**
 * Compares recorded and published, again while the verdict is inconclusive if the request waits.
 * Throws the errors of the database and the store, and the reason of the signal when it aborted.
 */
export async function comparePublishedUntil(
  request: VerifyRequest,
  deadline: AbortSignal,
): Promise<PublishedReport> {
  const reader = new PostgresReader(request.database);
  request.onStep?.('comparing the tables with the store');
  for (;;) {
    const report = await comparePublished(reader, request, deadline);
    request.signal.throwIfAborted();
    const again = request.wait && report.verdict === 'inconclusive' && !deadline.aborted;
    if (!again) return report;
    await pause(ASK_AGAIN_MS, deadline);
  }
}
