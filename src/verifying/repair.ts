/** Sets right what verify found, through the agent: nobody else writes its keys. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { toLenkwerkError } from '../lenkwerk/database-errors.js';
import { overallVerdict, type PublishedReport, type VerifyReport } from './verdict.js';
import { comparePublishedInTime, type VerifyRequest, verify } from './verify.js';

const LOOK_AGAIN_MS = 100;

/** No keys named: the agent compares everything that it publishes. */
const EVERYTHING = '[]';

export interface RepairReport {
  /** What was found first. */
  readonly found: VerifyReport;
  /** After the repair; the same report when there was nothing to repair. */
  readonly now: VerifyReport;
}

/**
 * Verifies, and when the store has diverged asks the agent to set it right and waits for that
 * within the request's timeout. The request travels in the replication stream, so the agent meets
 * it at a known position. Throws what `verify` throws.
 */
export async function verifyAndRepair(request: VerifyRequest): Promise<RepairReport> {
  const found = await verify(request);
  if (found.published.verdict !== 'diverged') return { found, now: found };
  await requestRepair(request.database);
  const published = await untilRepaired(request);
  const verdict = overallVerdict(published.verdict, found.plan, found.drift);
  return { found, now: { ...found, published, verdict } };
}

async function requestRepair(client: Client): Promise<void> {
  try {
    await client.query('SELECT lenkwerk.request_repair($1)', [EVERYTHING]);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

async function untilRepaired(request: VerifyRequest): Promise<PublishedReport> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  for (;;) {
    const report = await comparePublishedInTime(request);
    if (report.verdict === 'converged' || timeout.aborted) return report;
    await delay(LOOK_AGAIN_MS, undefined, { signal: request.signal });
  }
}
