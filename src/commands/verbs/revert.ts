/** `lenkwerk revert`: applies the desired state of an earlier apply, as any other, or plans it. */
import { LenkwerkError } from '../../model/errors.js';
import { applyId, type CommandContext, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';
import { FORCE } from '../outputs.js';
import { APPROVAL, type ApprovalFlags, applyAndReport, requireApprover } from './apply.js';
import { type PlanFlags, reportPlan } from './plan.js';

export const spec: VerbSpec = {
  description: 'go back to the desired state of an earlier apply',
  arguments: [
    {
      name: '<id>',
      description: 'the id of the apply, from `lenkwerk history`',
      parse: applyId,
    },
  ],
  options: [
    {
      flags: '--out <file>',
      description: 'write the plan for `lenkwerk apply`, and change nothing',
    },
    FORCE,
    ...APPROVAL,
  ],
  examples: [
    'lenkwerk revert 41',
    'lenkwerk revert 41 --dry-run',
    'lenkwerk revert 41 --out revert.plan',
  ],
};

type RevertFlags = ApprovalFlags & PlanFlags;

/** For a partial apply, that part is applied again. */
export async function run(given: CommandContext, id: bigint, flags: RevertFlags): Promise<Exit> {
  const isPlan = flags.out !== undefined;
  if (isPlan) requirePlanOnly(flags);
  else requireApprover(given, flags);
  const [{ desiredOfApply }, { inOneDatabase }] = await Promise.all([
    import('../../applying/history.js'),
    import('../../applying/context/context.js'),
  ]);
  const context = inOneDatabase(given);
  const purpose = isPlan || flags.dryRun ? 'history' : 'revert';
  const source = await desiredOfApply(context, id, purpose);
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
