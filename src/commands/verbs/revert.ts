/** `lenkwerk revert`: applies the desired state of an earlier apply, as any other. */
import { applyId, type CommandContext, type VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';
import { APPROVAL, type ApprovalFlags, applyAndReport, requireApprover } from './apply.js';

export const spec: VerbSpec = {
  description: 'go back to the desired state of an earlier apply',
  arguments: [
    {
      name: '<id>',
      description: 'the id of the apply, from `lenkwerk history`',
      parse: applyId,
    },
  ],
  options: APPROVAL,
  examples: ['lenkwerk revert 41', 'lenkwerk revert 41 --dry-run'],
};

/** For a partial apply, that part is applied again. */
export async function run(
  context: CommandContext,
  id: bigint,
  flags: ApprovalFlags,
): Promise<Exit> {
  requireApprover(context, flags);
  const { desiredOfApply } = await import('../../applying/history.js');
  const source = await desiredOfApply(context, id, flags.dryRun ? 'history' : 'revert');
  return await applyAndReport(context, source, { flags, agreed: undefined });
}
