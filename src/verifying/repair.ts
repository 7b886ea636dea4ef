/**
 * Repairs the differences that verify found, through the agent: no other program writes its keys.
 */
import type { Client } from 'pg';
import { rollBack, toLenkwerkError } from '../postgres/errors.js';
import { pause } from '../runtime/async.js';
import type { Difference } from './compare.js';
import { overallVerdict, type PublishedReport, type VerifyReport } from './verdict.js';
import { comparePublishedUntil, inTime, type VerifyRequest, verifyUntil } from './verify.js';

const LOOK_AGAIN_MS = 100;
/** A request is lost with the agent that prepares the repair: it is repeated after this time. */
const ASK_AGAIN_MS = 3_000;

/** No keys named: the agent compares everything that it publishes. */
const EVERYTHING = '[]';
/** The agent ignores longer messages. */
const MAX_REQUEST_BYTES = 4_000;

interface RepairReport {
  /** The first report. */
  readonly found: VerifyReport;
  /** After the repair; the same report when there was nothing to repair. */
  readonly now: VerifyReport;
}

/**
 * Verifies, and when the store has diverged requests a repair from the agent and waits for it
 * within the request's timeout. The request is sent in the replication stream, so it has a position
 * there. Throws what `verify` throws.
 */
export async function verifyAndRepair(request: VerifyRequest): Promise<RepairReport> {
  return await inTime(request, (deadline) => repairUntil(request, deadline));
}

async function repairUntil(request: VerifyRequest, deadline: AbortSignal): Promise<RepairReport> {
  const found = await verifyUntil(request, deadline);
  if (found.published.verdict !== 'diverged') return { found, now: found };
  const published = await untilRepaired(request, found.published, deadline);
  const verdict = overallVerdict(published.verdict, found.plan, found.drift);
  const repaired = found.published.differences;
  return { found, now: { ...found, published, verdict, repaired } };
}

/**
 * Lists the keys if they fit into one message. The request changes no row: it waits for no
 * synchronous standby.
 */
async function requestRepair(client: Client, differences: readonly Difference[]): Promise<void> {
  const named = JSON.stringify(differences.map(({ key }) => key));
  const content = Buffer.byteLength(named) > MAX_REQUEST_BYTES ? EVERYTHING : named;
  try {
    await client.query('BEGIN READ WRITE');
    await client.query('SET LOCAL synchronous_commit = local');
    await client.query('SELECT lenkwerk.request_repair($1)', [content]);
    await client.query('COMMIT');
  } catch (error) {
    throw toLenkwerkError(await rollBack(client, error));
  }
}

async function untilRepaired(
  request: VerifyRequest,
  found: PublishedReport,
  deadline: AbortSignal,
): Promise<PublishedReport> {
  let report = found;
  let askedMs = Number.NEGATIVE_INFINITY;
  request.onStep?.('waiting for the agent to repair');
  const inSilence = { ...request, onStep: undefined };
  for (;;) {
    if (report.verdict === 'diverged' && performance.now() - askedMs >= ASK_AGAIN_MS) {
      await requestRepair(request.database, report.differences);
      askedMs = performance.now();
    }
    await pause(LOOK_AGAIN_MS, request.signal);
    request.signal.throwIfAborted();
    report = await comparePublishedUntil(inSilence, deadline);
    if (report.verdict === 'converged' || deadline.aborted) return report;
  }
}
