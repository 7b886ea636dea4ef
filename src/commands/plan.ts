/** `lenkwerk plan`: what differs between the manifests and what is recorded. Writes nothing. */
import { openConnection } from '../lenkwerk/connection.js';
import { connectionSettings } from '../lenkwerk/connection-settings.js';
import type { Plan } from '../planning/plan.js';
import { gitCommit } from '../runtime/git-commit.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { requireManifests } from './manifests.js';
import {
  type PlanOutputFlags,
  planFormat,
  printedForm,
  wantsDocument,
  writePlanFiles,
} from './plan-outputs.js';
import type { SelectionFlags } from './planning-context.js';

export interface PlanFlags extends PlanOutputFlags, SelectionFlags {
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
  const settings = connectionSettings(context.flags.connection, context.environment);
  context.progress.step('connecting to the database');
  // What comes after is loaded, and git asked, while the server answers.
  const committed = gitCommit(paths.find((path) => path !== '-') ?? '.');
  const loading = Promise.all([import('./planning-context.js'), planFormat(form)]);
  const client = await openConnection(settings, 'plan');
  const planned = async (): Promise<Plan> => {
    const [{ currentPlan, manifestWriter, selectionOf, stepOf }] = await loading;
    const source = { desired, gitCommit: await committed, selection: selectionOf(flags) };
    const step = stepOf(context, source);
    if (!wantsDocument(form, flags)) return await currentPlan(context, client, step);
    const desiredText = await manifestWriter(desired);
    return await currentPlan(context, client, { ...step, desiredText });
  };
  const plan = await planned().finally(() => client.end());
  await writePlanFiles(plan, flags);
  const [, format] = await loading;
  await context.print(format(plan, context.color));
  const differs = plan.changes.length > 0;
  return differs && flags.detailedExitcode === true ? EXIT.differences : EXIT.success;
}
