/** `lenkwerk plan`: what differs between the manifests and what is recorded. Writes nothing. */
import { openConnection } from '../lenkwerk/connection.js';
import { connectionSettings } from '../lenkwerk/connection-settings.js';
import { readClock } from '../lenkwerk/database-clock.js';
import { inSnapshot, readRecorded } from '../lenkwerk/read-state.js';
import type { DesiredState } from '../model/resources.js';
import type { Plan } from '../planning/plan.js';
import { gitCommit } from '../runtime/git-commit.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { requireManifests } from './manifests.js';
import { formatPlan, type PlanOutputFlags, printedForm, writePlanFiles } from './plan-outputs.js';
import { planStep } from './plan-step.js';

export interface PlanFlags extends PlanOutputFlags {
  /** Exit 2 when something differs. */
  readonly detailedExitcode?: boolean;
}

export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: PlanFlags,
): Promise<ExitCode> {
  const form = printedForm(context.flags.json, flags);
  const { desired } = await requireManifests(context, paths);
  const commit = await gitCommit(paths.find((path) => path !== '-') ?? '.');
  const plan = await planAgainstDatabase(context, desired, commit);
  await writePlanFiles(plan, flags);
  await context.print(formatPlan(plan, form, context.color));
  const differs = plan.changes.length > 0;
  return differs && flags.detailedExitcode === true ? EXIT.differences : EXIT.success;
}

async function planAgainstDatabase(
  context: CommandContext,
  desired: DesiredState,
  commit: string | null,
): Promise<Plan> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  const client = await openConnection(settings, 'plan');
  try {
    const { recorded, now } = await inSnapshot(client, async () => ({
      now: await readClock(client),
      recorded: await readRecorded(client),
    }));
    return planStep({ desired, toolVersion: context.version, gitCommit: commit }, recorded, now);
  } finally {
    await client.end();
  }
}
