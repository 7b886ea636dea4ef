/** `lenkwerk apply`: makes the recorded state what the manifests ask for. */
import { type ApplyRequest, type ApplyResult, apply } from '../lenkwerk/apply.js';
import { openConnection } from '../lenkwerk/connection.js';
import { type ConnectionSettings, connectionSettings } from '../lenkwerk/connection-settings.js';
import { readClock } from '../lenkwerk/database-clock.js';
import { inSnapshot, readRecorded } from '../lenkwerk/read-state.js';
import { writeManifest } from '../manifest/write-manifest.js';
import { LenkwerkError } from '../model/errors.js';
import type { Danger } from '../planning/change.js';
import type { Plan } from '../planning/plan.js';
import { planJson } from '../rendering/json.js';
import { planText } from '../rendering/text.js';
import { gitCommit } from '../runtime/git-commit.js';
import { pipelineIdentity, userName } from '../runtime/settings.js';
import { applyJson, applyText } from './apply-report.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { requireManifests } from './manifests.js';
import { type AgreedPlan, agreedTo, readPlanFile, requireAgreed } from './plan-file.js';
import { type PlanStep, planStep, requireAllowed } from './plan-step.js';

export interface ApplyFlags {
  /** A plan file: carried out only if the plan still comes to the same. */
  readonly plan?: string;
  readonly allow: readonly Danger[];
  readonly autoApprove: boolean;
  readonly dryRun: boolean;
  /** Seconds to wait for the lock on the tables. */
  readonly lockTimeout?: number;
}

const QUESTION = 'Do you want to apply this? Only "yes" is accepted: ';

export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: ApplyFlags,
): Promise<ExitCode> {
  requireApprover(context, flags);
  const fromFile = flags.plan === undefined ? undefined : await readPlanFile(flags.plan);
  const { desired } = await requireManifests(context, paths);
  const commit = await gitCommit(paths.find((path) => path !== '-') ?? '.');
  const step = { desired, toolVersion: context.version, gitCommit: commit };
  const settings = connectionSettings(context.flags.connection, context.environment);
  const agreed = fromFile ?? (await approve(context, flags, { step, settings }));
  const client = await openConnection(settings, 'apply');
  try {
    context.signal.throwIfAborted();
    const result = await apply(client, applyRequest(context, flags, { step, settings, agreed }));
    const planShown = agreed !== undefined && flags.plan === undefined;
    await printResult(context, result, { dryRun: flags.dryRun, planShown });
    return EXIT.success;
  } finally {
    await client.end();
  }
}

/** Fails before anything else happens: a pipeline that would wait for an answer waits for ever. */
function requireApprover({ terminals }: CommandContext, flags: ApplyFlags): void {
  if (flags.autoApprove || flags.dryRun || flags.plan !== undefined) return;
  if (terminals.stdin && terminals.stderr) return;
  throw new LenkwerkError('usage', 'there is no terminal to ask for approval', {
    hint: 'apply a reviewed plan with --plan FILE, or give --auto-approve',
  });
}

interface Target {
  readonly step: PlanStep;
  readonly settings: ConnectionSettings;
}

/** Shows the plan and asks; undefined when nobody has to be asked. */
async function approve(
  context: CommandContext,
  flags: ApplyFlags,
  target: Target,
): Promise<AgreedPlan | undefined> {
  if (flags.autoApprove || flags.dryRun) return undefined;
  const plan = await currentPlan(target);
  if (plan.changes.length === 0) return agreedTo(plan);
  requireAllowed(plan, flags.allow);
  context.remark(`${planText(plan, { color: context.color && context.terminals.stderr })}\n`);
  const answer = await context.ask(QUESTION);
  context.signal.throwIfAborted();
  if (answer !== 'yes') throw new LenkwerkError('refused', 'not approved: nothing was changed');
  return agreedTo(plan);
}

/** In a session of its own: nobody waits for an answer while holding one open. */
async function currentPlan({ step, settings }: Target): Promise<Plan> {
  const client = await openConnection(settings, 'apply');
  try {
    return await inSnapshot(client, async () => {
      const now = await readClock(client);
      return planStep(step, await readRecorded(client), now);
    });
  } finally {
    await client.end();
  }
}

function applyRequest(
  { environment }: CommandContext,
  flags: ApplyFlags,
  { step, settings, agreed }: Target & { readonly agreed: AgreedPlan | undefined },
): ApplyRequest {
  const pipeline = pipelineIdentity(environment);
  return {
    plan: (recorded, now) => planStep(step, recorded, now),
    accept: (plan) => {
      if (agreed !== undefined) requireAgreed(plan, agreed);
      requireAllowed(plan, flags.allow);
    },
    formatPlan: planJson,
    record: {
      author: pipeline?.actor ?? userName(environment) ?? null,
      gitCommit: step.gitCommit,
      ci: pipeline === undefined ? null : JSON.stringify(pipeline),
      desired: writeManifest(step.desired),
    },
    dryRun: flags.dryRun,
    ...(flags.lockTimeout === undefined ? {} : { lockTimeoutMs: flags.lockTimeout * 1_000 }),
    reconnect: () => openConnection(settings, 'apply'),
  };
}

async function printResult(
  context: CommandContext,
  result: ApplyResult,
  how: { readonly dryRun: boolean; readonly planShown: boolean },
): Promise<void> {
  const text = context.flags.json
    ? applyJson(result, how.dryRun)
    : applyText(result, { ...how, color: context.color });
  await context.print(text);
}
