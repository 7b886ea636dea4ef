/** `lenkwerk plan`: what differs between the manifests and what is recorded. Writes nothing. */

import type { SelectionFlags } from '../../applying/current-plan.js';
import { requireManifests } from '../../applying/desired.js';
import type { Plan } from '../../planning/plan.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import { gitCommit } from '../../runtime/git-commit.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import {
  type PlanOutputFlags,
  planFormat,
  printedForm,
  wantsDocument,
  writePlanFiles,
} from '../outputs.js';

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
  const loading = Promise.all([import('../../applying/current-plan.js'), planFormat(form)]);
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
