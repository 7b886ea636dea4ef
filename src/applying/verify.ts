/** Verifies that desired, recorded and published agree. */
import type { Client } from 'pg';
import { getApplyLogEntry, listApplyLog } from '../database/log/entries.js';
import { desiredFrom } from '../manifest/load.js';
import { SourceFile } from '../manifest/source.js';
import { LenkwerkError } from '../model/errors.js';
import { requirePrimary } from '../postgres/server.js';
import { KeySpace } from '../publishing/records/key-space.js';
import { orTimeout } from '../runtime/async.js';
import { verifyAndRepair } from '../verifying/repair.js';
import type { LastApply, VerifyReport } from '../verifying/verdict.js';
import { type Planner, type VerifyRequest, verify } from '../verifying/verify.js';
import type { ApplyContext } from './context/context.js';
import { withAnswersWithin, withDatabase } from './context/database.js';
import { targetSettings } from './context/stores.js';
import type { DesiredSource } from './desired.js';
import { planStep } from './plan/current-plan.js';

interface VerifyOptions {
  /** undefined: only recorded and published are compared. */
  readonly source: DesiredSource | undefined;
  readonly target: string;
  /** Verify again while the verdict is inconclusive. */
  readonly wait: boolean;
  /** Let the agent repair the differences. */
  readonly repair: boolean;
  /** How long the agent may take, and a server to answer. */
  readonly timeoutMs: number;
}

/** Servers that are silent from the beginning are named before that, a store's as well. */
const GRACE_MS = 2_500;

/**
 * Returns the report. Throws `usage` for a target that is not configured, `inconclusive` when a
 * server is silent over the last request, and what database and store throw.
 */
export async function verifyTarget(
  given: ApplyContext,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const { timeoutMs } = options;
  const startMs = performance.now();
  let step = '';
  const onStep = (what: string) => {
    step = what;
    given.onStep(what);
  };
  const context = withAnswersWithin({ ...given, onStep }, timeoutMs);
  return await withDatabase(context, 'verify', async (database) => {
    const spentMs = performance.now() - startMs;
    const work = verifyIn(database, context, { ...options, timeoutMs: timeoutMs - spentMs });
    // A request that began shortly before the deadline has a limit of its own.
    return await orTimeout(work, timeoutMs - spentMs + GRACE_MS, () => {
      const late = noVerdict(timeoutMs, step);
      database.connection.stream.destroy(late);
      return late;
    });
  });
}

function noVerdict(timeoutMs: number, step: string): LenkwerkError {
  const message = `no verdict within ${timeoutMs / 1_000} s, while ${step}`;
  const hint = 'is a server stopped or overloaded? or give a longer --timeout';
  return new LenkwerkError('inconclusive', message, { hint, retryable: true });
}

async function verifyIn(
  database: Client,
  context: ApplyContext,
  options: VerifyOptions,
): Promise<VerifyReport> {
  await requirePrimary(database);
  const { source, target, wait, repair, timeoutMs } = options;
  const plan = source === undefined ? undefined : plannerOf(context, source);
  const applied = plan === undefined ? NOTHING_APPLIED : await lastApply(context, database);
  const settings = await targetSettings(context, database, target);
  context.onStep('connecting to the store');
  const store = await settings.connect();
  const { signal, onStep } = context;
  const keySpace = new KeySpace(settings.prefix);
  const waiting = { wait, timeoutMs, signal, onStep };
  const request = { ...waiting, database, store, keySpace, target, plan, ...applied };
  return await ask(request, repair).finally(() => store.close());
}

async function ask(request: VerifyRequest, repair: boolean): Promise<VerifyReport> {
  return repair ? (await verifyAndRepair(request)).now : await verify(request);
}

function plannerOf({ version }: ApplyContext, source: DesiredSource): Planner {
  return (recorded, now) => planStep({ ...source, toolVersion: version }, recorded, now);
}

interface Applied {
  readonly planLastApply: Planner | undefined;
  readonly lastApply: LastApply | undefined;
}

const NOTHING_APPLIED: Applied = { planLastApply: undefined, lastApply: undefined };

/** The newest apply and its desired state, from the log. */
async function lastApply(context: ApplyContext, client: Client): Promise<Applied> {
  const [newest] = await listApplyLog(client, 1);
  if (newest === undefined) return NOTHING_APPLIED;
  const entry = await getApplyLogEntry(client, newest.id);
  if (entry === undefined) return NOTHING_APPLIED;
  const { id, appliedAt, databaseUser, author, gitCommit } = newest;
  const lastApply = { id, appliedAt, databaseUser, author, gitCommit };
  if (entry.desired === null) return { planLastApply: undefined, lastApply };
  const loaded = await desiredFrom([new SourceFile(`apply ${id}`, entry.desired)]);
  if (loaded.kind === 'problems') return { planLastApply: undefined, lastApply };
  const { desired } = loaded;
  return { planLastApply: plannerOf(context, { desired, gitCommit }), lastApply };
}
