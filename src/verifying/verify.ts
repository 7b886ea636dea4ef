/** The whole question: do desired, recorded and published agree, and if not, which one differs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { inSnapshot, readRecorded } from '../database/state.js';
import type { KeyValueStore } from '../kvstore/store.js';
import type { RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { Plan } from '../planning/plan.js';
import { readClock } from '../postgres/server.js';
import type { KeySpace } from '../publishing/records/key-space.js';
import { PostgresSession } from '../publishing/source/postgres-source.js';
import { comparePublished } from './compare-published.js';
import {
  type LastApply,
  overallVerdict,
  type PublishedReport,
  type VerifyReport,
} from './verdict.js';

export type Planner = (recorded: RecordedState, now: Timestamp) => Plan;

export interface VerifyRequest {
  /** An ordinary session with a primary, not in a transaction. */
  readonly database: Client;
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  readonly target: string;
  /** Plans the manifests; undefined: only recorded and published are compared. */
  readonly plan: Planner | undefined;
  /** Plans what was applied last; undefined when nothing was. */
  readonly planLastApply: Planner | undefined;
  readonly lastApply?: LastApply | undefined;
  /** How long the agent is given to publish what is recorded. */
  readonly timeoutMs: number;
  /** Ask again while nothing can be said, until the time is over. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  /** Told what is being done, in words for people. */
  readonly onStep?: ((what: string) => void) | undefined;
}

const ASK_AGAIN_MS = 200;

/** Throws what the database and the store refuse, and what the planners throw. */
export async function verify(request: VerifyRequest): Promise<VerifyReport> {
  const { plan, drift } = await compareDesired(request);
  const published = await comparePublishedInTime(request);
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

/** Recorded against published, asked again while nothing can be said if the request waits. */
export async function comparePublishedInTime(request: VerifyRequest): Promise<PublishedReport> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const deadline = AbortSignal.any([timeout, request.signal]);
  request.onStep?.('comparing the tables with the store');
  for (;;) {
    const report = await comparePublished({
      ...request,
      database: new PostgresSession(request.database),
      deadline,
    });
    request.signal.throwIfAborted();
    const again = request.wait && report.verdict === 'inconclusive' && !timeout.aborted;
    if (!again) return report;
    await delay(ASK_AGAIN_MS, undefined, { signal: deadline }).catch(() => {});
  }
}
