/** `lenkwerk apply`: makes the recorded state what the manifests ask for. */

import { type ApprovalFlags, applyDesired, requireApprover } from '../../applying/apply.js';
import { type SelectionFlags, selectionOf, vettedStep } from '../../applying/current-plan.js';
import { requireManifests } from '../../applying/desired.js';
import { desiredOfText, isPlanFile, readPlanFile } from '../../applying/plan-file.js';
import { LenkwerkError } from '../../model/errors.js';
import { gitCommit } from '../../runtime/git-commit.js';
import type { CommandContext } from '../command.js';
import type { ExitCode } from '../exit-codes.js';

export type ApplyFlags = ApprovalFlags & SelectionFlags;

/** `paths` are manifests, or one plan file: that one is known by its content. */
export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: ApplyFlags,
): Promise<ExitCode> {
  const [first] = paths;
  if (first !== undefined && paths.length === 1 && (await isPlanFile(first))) {
    return await applyPlanFile(context, first, flags);
  }
  requireApprover(context, flags);
  const { desired } = await requireManifests(context, paths);
  const commit = await gitCommit(paths.find((path) => path !== '-') ?? '.');
  const source = { desired, gitCommit: commit, selection: selectionOf(flags) };
  return await applyDesired(context, await vettedStep(context, source), { flags });
}

/** The file says what to plan and what must come out; nothing in it is taken for true. */
async function applyPlanFile(
  context: CommandContext,
  file: string,
  flags: ApplyFlags,
): Promise<ExitCode> {
  if (selectionOf(flags) !== undefined) {
    throw new LenkwerkError('usage', 'a plan file says itself which part it plans', {
      hint: 'give --target and --exclude to `lenkwerk plan`',
    });
  }
  const agreed = await readPlanFile(file);
  const desired = await desiredOfText(agreed.desired, `${file} (its desired state)`);
  const source = {
    desired,
    gitCommit: agreed.gitCommit,
    selection: agreed.partial ?? undefined,
  };
  const step = await vettedStep(context, source);
  return await applyDesired(context, step, { flags, agreed });
}
