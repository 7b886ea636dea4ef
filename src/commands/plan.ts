/** `lenkwerk plan`: what differs between the manifests and what is recorded. Writes nothing. */
import { openConnection } from '../lenkwerk/connection.js';
import { connectionSettings } from '../lenkwerk/connection-settings.js';
import { gitCommit } from '../runtime/git-commit.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { requireManifests } from './manifests.js';
import {
  formatPlan,
  type PlanOutputFlags,
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
  // Git answers while the manifests are read.
  const committed = gitCommit(paths.find((path) => path !== '-') ?? '.');
  const { desired } = await requireManifests(context, paths);
  const settings = connectionSettings(context.flags.connection, context.environment);
  context.progress.step('connecting to the database');
  // What plans is loaded while the server answers.
  const [client, planning] = await Promise.all([
    openConnection(settings, 'plan'),
    import('./planning-context.js'),
  ]);
  const { currentPlan, manifestWriter, selectionOf, stepOf } = planning;
  const source = { desired, gitCommit: await committed, selection: selectionOf(flags) };
  const written = wantsDocument(form, flags) ? { desiredText: await manifestWriter(desired) } : {};
  const step = { ...stepOf(context, source), ...written };
  const plan = await currentPlan(context, client, step).finally(() => client.end());
  await writePlanFiles(plan, flags);
  await context.print(await formatPlan(plan, form, context.color));
  const differs = plan.changes.length > 0;
  return differs && flags.detailedExitcode === true ? EXIT.differences : EXIT.success;
}
