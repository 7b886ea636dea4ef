/** The one door to the tables: every desired state, wherever it came from, is applied here. */
import type { Client } from 'pg';
import type { CommandContext } from '../commands/command.js';
import { EXIT, type ExitCode } from '../commands/exit-codes.js';
import { type ApplyRequest, type ApplyResult, apply } from '../database/apply.js';
import { LenkwerkError } from '../model/errors.js';
import type { Danger } from '../planning/change.js';
import { requireAllowed } from '../planning/dangers.js';
import { loggedPlan } from '../planning/format/write.js';
import type { Plan } from '../planning/plan.js';
import { openConnection } from '../postgres/connection.js';
import { type ConnectionSettings, connectionSettings } from '../postgres/connection-settings.js';
import { planText } from '../rendering/plan/text.js';
import { applyJson, applyText } from '../rendering/reports/apply.js';
import { pipelineIdentity, userName } from '../runtime/settings.js';
import { currentPlan, planStep, requireKnownPatterns, type VettedStep } from './current-plan.js';
import { tryPlannedIndexes } from './index-trial.js';
import { type PublicationWait, targetsAfter, watchForPublication } from './publication-wait.js';
import { requireAgreed } from './reviewed-plan.js';

export interface ApprovalFlags {
  readonly allow: readonly Danger[];
  readonly autoApprove: boolean;
  readonly dryRun: boolean;
  /** Seconds to wait for the lock on the tables. */
  readonly lockTimeout?: number;
  /** Stay until it is published to every target. */
  readonly wait: boolean;
  /** Seconds that the agent is given. */
  readonly timeout: number;
}

export interface ApplyChoice {
  readonly flags: ApprovalFlags;
  /** A plan that was reviewed before: what is done must equal it, and nobody is asked. */
  readonly agreed?: Plan;
}

const QUESTION = 'Do you want to apply this? Only "yes" is accepted: ';

/** Fails before anything else happens: a pipeline that would wait for an answer waits for ever. */
export function requireApprover({ terminals }: CommandContext, flags: ApprovalFlags): void {
  if (flags.autoApprove || flags.dryRun) return;
  if (terminals.stdin && terminals.stderr) return;
  throw new LenkwerkError('usage', 'there is no terminal to ask for approval', {
    hint: 'apply a reviewed plan with `lenkwerk apply PLANFILE`, or give --auto-approve',
  });
}

export async function applyDesired(
  context: CommandContext,
  step: VettedStep,
  { flags, agreed: reviewed }: ApplyChoice,
): Promise<ExitCode> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  // Whoever asks for what nobody can tell should hear of it before anything else.
  const targets = flags.wait && !flags.dryRun ? await targetsAfter(context, step) : undefined;
  const agreed = reviewed ?? (await approve(context, flags, { step, settings }));
  const wait = targets && (await watchForPublication(context, targets));
  try {
    const result = await applyOnce(context, { step, settings, flags, agreed, wait });
    const planShown = agreed !== undefined && reviewed === undefined;
    const text = context.flags.json
      ? applyJson(result, flags.dryRun)
      : applyText(result, { dryRun: flags.dryRun, planShown, color: context.color });
    if (result.committed) await wait?.published(result, flags.timeout);
    await context.print(text);
    return EXIT.success;
  } finally {
    await wait?.end();
  }
}

async function applyOnce(
  context: CommandContext,
  work: Omit<Work, 'client'>,
): Promise<ApplyResult> {
  context.progress.step('connecting to the database');
  const client = await openConnection(work.settings, 'apply');
  try {
    context.signal.throwIfAborted();
    context.progress.step('waiting for the lock on the tables');
    return await apply(client, applyRequest(context, { ...work, client }));
  } finally {
    await client.end();
  }
}

interface Target {
  readonly step: VettedStep;
  readonly settings: ConnectionSettings;
}

/** Shows the plan and asks; undefined when nobody has to be asked. */
async function approve(
  context: CommandContext,
  flags: ApprovalFlags,
  { step, settings }: Target,
): Promise<Plan | undefined> {
  if (flags.autoApprove || flags.dryRun) return undefined;
  // In a session of its own: nobody waits for an answer while holding one open.
  context.progress.step('connecting to the database');
  const client = await openConnection(settings, 'apply');
  const plan = await currentPlan(context, client, step).finally(() => client.end());
  if (plan.changes.length === 0) return plan;
  requireAllowed(plan, flags.allow);
  context.remark(`${planText(plan, { color: context.color && context.terminals.stderr })}\n`);
  const answer = await context.ask(QUESTION);
  context.signal.throwIfAborted();
  if (answer !== 'yes') throw new LenkwerkError('refused', 'not approved: nothing was changed');
  return plan;
}

interface Work extends Target {
  readonly client: Client;
  readonly flags: ApprovalFlags;
  readonly agreed: Plan | undefined;
  readonly wait: PublicationWait | undefined;
}

function applyRequest({ environment, progress }: CommandContext, work: Work): ApplyRequest {
  const { client, step, settings, flags, agreed } = work;
  const pipeline = pipelineIdentity(environment);
  return {
    onLocked: () => progress.step('reading the tables under the lock'),
    plan: (recorded, now) => planStep(step, recorded, now),
    accept: async (plan, recorded) => {
      if (agreed === undefined) requireKnownPatterns(step, recorded);
      else await requireAgreed(plan, agreed, client);
      requireAllowed(plan, flags.allow);
      await tryPlannedIndexes(client, { plan, step, within: 'open-transaction' });
      progress.step(flags.dryRun ? 'writing, to roll back' : 'writing');
    },
    logged: loggedPlan,
    origin: {
      author: pipeline?.actor ?? userName(environment) ?? null,
      gitCommit: step.gitCommit,
      ci: pipeline === undefined ? null : JSON.stringify(pipeline),
    },
    dryRun: flags.dryRun,
    ...(work.wait === undefined ? {} : { barrier: work.wait.nonce }),
    ...(flags.lockTimeout === undefined ? {} : { lockTimeoutMs: flags.lockTimeout * 1_000 }),
    reconnect: () => openConnection(settings, 'apply'),
  };
}
