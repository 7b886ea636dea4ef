/** `lenkwerk revert`: applies the desired state of an earlier apply, as any other, or plans it. */
import type { DesiredSource } from '../../applying/desired.js';
import { LenkwerkError } from '../../model/errors.js';
import { applyId, type CommandContext, type OptionSpec, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';
import { FORCE } from '../outputs.js';
import { APPROVAL, type ApprovalFlags, applyAndReport, requireApprover } from './apply.js';
import { type PlanFlags, reportPlan } from './plan.js';

/** For a plan that is reviewed before it is applied. */
export const PLAN_OUT: readonly OptionSpec[] = [
  {
    flags: '--out <file>',
    description: 'write the plan for `lenkwerk apply`, and change nothing',
  },
  FORCE,
];

export const spec: VerbSpec = {
  description: 'go back to the desired state of an earlier apply',
  arguments: [
    {
      name: '<id>',
      description: 'the id of the apply, from `lenkwerk history`',
      parse: applyId,
    },
  ],
  options: [...PLAN_OUT, ...APPROVAL],
  examples: [
    'lenkwerk revert 41',
    'lenkwerk revert 41 --dry-run',
    'lenkwerk revert 41 --out revert.plan',
  ],
};

export type PlanOrApplyFlags = ApprovalFlags & PlanFlags;

/** For a partial apply, that part is applied again. */
export async function run(
  given: CommandContext,
  id: bigint,
  flags: PlanOrApplyFlags,
): Promise<Exit> {
  const purpose = flags.out !== undefined || flags.dryRun ? 'history' : 'revert';
  return await applyOrPlan(given, flags, async (context) => {
    const { desiredOfApply } = await import('../../applying/history.js');
    return await desiredOfApply(context, id, purpose);
  });
}

/** Applies what `read` returns, or with `--out` plans it; all sessions are of one database. */
export async function applyOrPlan(
  given: CommandContext,
  flags: PlanOrApplyFlags,
  read: (context: CommandContext) => Promise<DesiredSource>,
): Promise<Exit> {
  const isPlan = flags.out !== undefined;
  if (isPlan) requirePlanOnly(flags);
  else requireApprover(given, flags);
  const { inOneDatabase } = await import('../../applying/context/context.js');
  const context = inOneDatabase(given);
  const source = await read(context);
  if (!isPlan) return await applyAndReport(context, source, { flags, agreed: undefined });
  const { planDesired } = await import('../../applying/plan/plan.js');
  return await reportPlan(context, () => planDesired(context, source), flags);
}

function requirePlanOnly({ autoApprove, dryRun, wait, waitFor }: ApprovalFlags): void {
  if (!autoApprove && !dryRun && !wait && waitFor === undefined) return;
  throw new LenkwerkError('usage', '--out writes a plan, and nothing is applied', {
    hint: 'give --auto-approve, --dry-run, --wait and --wait-for to `lenkwerk apply FILE`',
  });
}
