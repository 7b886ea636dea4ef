/** The only entry point for changes of the tables: applies a desired state from any source. */
import type { Client } from 'pg';
import { type ApplyRequest, apply } from '../database/apply.js';
import { LenkwerkError } from '../model/errors.js';
import { requireAllowed } from '../planning/dangers.js';
import type { Danger } from '../planning/format/generated/dangers.js';
import { loggedPlan } from '../planning/format/write.js';
import type { ApplyResult, Plan } from '../planning/plan.js';
import { openConnection } from '../postgres/connection.js';
import { pipelineIdentity, userName } from '../runtime/settings.js';
import { type ApplyContext, inOneDatabase } from './context/context.js';
import { openRequired, settingsOf, withAnswersWithin, withDatabase } from './context/database.js';
import type { DesiredSource } from './desired.js';
import {
  currentPlan,
  planStep,
  requireKnownPatterns,
  type VettedStep,
  vettedStep,
  withNotices,
} from './plan/current-plan.js';
import { tryPlannedIndexes } from './plan/index-trial.js';
import { managedStatusNotices } from './plan/last-apply.js';
import { requireAgreed, requireAgreedNotices, withReviewedPlaces } from './plan/reviewed-plan.js';
import type { WaitStage } from './waiting/nodes.js';
import { type PublicationWait, watchForPublication } from './waiting/publication.js';
import { targetsAfter } from './waiting/targets.js';

export interface ApplyOptions {
  /** Dangers that the plan may hold, beside those of the environment. Default: none. */
  readonly allow?: readonly Danger[];
  /** Do everything, then roll back. Default: false. */
  readonly dryRun?: boolean;
  /**
   * A plan that was reviewed before: the executed plan must equal it, and `approve` is not called.
   */
  readonly agreed?: Plan | undefined;
  /**
   * Called with the plan that is about to be executed, while no session is open; false refuses it.
   * The executed plan must equal it. Not called for a plan without changes.
   */
  readonly approve?: ((plan: Plan) => Promise<boolean>) | undefined;
  /** How long to wait for other writers of the tables. Default: 10,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** How long a server may be silent over a request. Default: 30,000. */
  readonly answerTimeoutMs?: number | undefined;
  /** How long to wait until it is published; undefined: there is no wait. */
  readonly publishedWithinMs?: number | undefined;
  /**
   * What that wait is for. `published`: the agents have published it to every configured target;
   * `nodes`: every storage node that may be read or written has acknowledged it besides. Default:
   * `published`.
   */
  readonly waitFor?: WaitStage | undefined;
  /** Called at the commit, before the wait for its publication. */
  readonly onCommitted?: ((result: ApplyResult) => Promise<void>) | undefined;
}

/**
 * Changes the tables to the desired state of `source`, in one transaction. Returns the executed
 * plan. Throws LenkwerkError, without any change unless the code is `not-converged` (committed, and
 * not where it was waited for, or not confirmed by a synchronous standby, in time or before the
 * signal aborted)
 * or `inconclusive` (the outcome of the commit is unknown): `interrupted`, `refused` for a danger
 * that is not allowed, without approval, without a saved plan where the environment needs one, or
 * where a superuser would run code of others, `stale-plan` and `wrong-cluster` for a plan that no
 * longer fits, `lock-not-obtained` naming the holder, what `planDesired` throws, and the database's
 * errors.
 */
export async function applyDesired(
  given: ApplyContext,
  source: DesiredSource,
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  const { dryRun = false, publishedWithinMs, waitFor = 'published', answerTimeoutMs } = options;
  const context = inOneDatabase(withAnswersWithin(given, answerTimeoutMs));
  requireReview(context, source, options);
  const step = await vettedStep(context, source);
  // A wait that cannot succeed is refused before anything else.
  const targets =
    publishedWithinMs !== undefined && !dryRun ? await targetsAfter(context, step) : undefined;
  const agreed = options.agreed ?? (await approved(context, step, options));
  const wait = targets && (await watchForPublication(context, targets));
  try {
    const result = await applyOnce(context, { step, options, agreed, wait });
    if (!result.committed) return result;
    await options.onCommitted?.(result);
    await wait?.reached(result, { timeoutMs: publishedWithinMs ?? 0, stage: waitFor });
    return result;
  } finally {
    await wait?.end();
  }
}

/** Throws `refused` where the environment takes saved plans only and this is none. */
function requireReview(
  { projectEnvironment }: ApplyContext,
  source: DesiredSource,
  { agreed, dryRun = false }: ApplyOptions,
): void {
  if (projectEnvironment?.requiresPlanFile !== true || agreed !== undefined || dryRun) return;
  const verb = verbOf(source);
  throw new LenkwerkError('refused', `${projectEnvironment.origin} takes saved plans only`, {
    hint: `save one with \`lenkwerk ${verb} --out FILE\`, have it reviewed, and apply FILE`,
  });
}

/** The command line that plans the source, without its flags. */
function verbOf({ revertOf, setStatus }: DesiredSource): string {
  if (revertOf !== undefined) return `revert ${revertOf}`;
  if (setStatus === undefined) return 'plan';
  return `instance set-status ${setStatus.status} ${setStatus.instances.join(' ')}`;
}

/** Those of the call, and those of the environment. */
function allowedIn({ projectEnvironment }: ApplyContext, { allow = [] }: ApplyOptions) {
  return [...allow, ...(projectEnvironment?.allow ?? [])];
}

/** The plan that `approve` accepted; undefined when there is nothing to approve. */
async function approved(
  context: ApplyContext,
  step: VettedStep,
  options: ApplyOptions,
): Promise<Plan | undefined> {
  const { approve } = options;
  if (approve === undefined) return undefined;
  const plan = await withDatabase(context, 'apply', (client) => currentPlan(context, client, step));
  if (plan.changes.length === 0) return plan;
  requireAllowed(plan, allowedIn(context, options));
  const accepted = await approve(plan);
  context.signal.throwIfAborted();
  if (!accepted) throw new LenkwerkError('refused', 'not approved: nothing was changed');
  return plan;
}

interface Work {
  readonly step: VettedStep;
  readonly options: ApplyOptions;
  readonly agreed: Plan | undefined;
  readonly wait: PublicationWait | undefined;
  /** Filled with the notices that need the session. */
  readonly ofSession: string[];
}

async function applyOnce(
  context: ApplyContext,
  work: Omit<Work, 'ofSession'>,
): Promise<ApplyResult> {
  return await withDatabase(context, 'apply', async (client) => {
    context.signal.throwIfAborted();
    context.endInOrder();
    context.onStep('waiting for the lock on the tables');
    const ofSession: string[] = [];
    const result = await apply(client, applyRequest(context, { ...work, ofSession }, client));
    return { ...result, applied: withNotices(result.applied, ofSession) };
  });
}

function applyRequest(context: ApplyContext, work: Work, client: Client): ApplyRequest {
  const { environment, onStep } = context;
  const { step, agreed, wait } = work;
  const { dryRun = false, lockTimeoutMs } = work.options;
  const pipeline = pipelineIdentity(environment);
  return {
    onLocked: () => onStep('reading the tables under the lock'),
    plan: (recorded, now) => withReviewedPlaces(planStep(step, recorded, now), agreed),
    accept: async (plan, recorded, now) => {
      if (agreed !== undefined) await requireAgreed(plan, agreed, client);
      requireKnownPatterns(step, recorded, now);
      requireAllowed(plan, allowedIn(context, work.options));
      const trial = { ...step, plan, recorded, now, within: 'open-transaction' } as const;
      const managed = await managedStatusNotices(client, plan.setStatus);
      const ofTrial = await tryPlannedIndexes(client, trial);
      if (agreed !== undefined) requireAgreedNotices(withNotices(plan, managed), agreed, ofTrial);
      work.ofSession.push(...managed, ...ofTrial);
      onStep(dryRun ? 'writing, to roll back' : 'writing');
    },
    logged: loggedPlan,
    origin: {
      author: pipeline?.actor ?? userName(environment) ?? null,
      gitCommit: step.gitCommit,
      ci: pipeline === undefined ? null : JSON.stringify(pipeline),
    },
    dryRun,
    ...(wait === undefined ? {} : { barrier: wait.nonce }),
    ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
    signal: context.signal,
    reconnect: () => openRequired(context, () => openConnection(settingsOf(context), 'apply')),
  };
}
