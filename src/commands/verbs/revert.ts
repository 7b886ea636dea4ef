/** `lenkwerk revert`: applies the desired state of an earlier apply, through the same door. */

import { type ApprovalFlags, applyDesired, requireApprover } from '../../applying/apply.js';
import { vettedStep } from '../../applying/current-plan.js';
import { desiredOfText } from '../../applying/plan-file.js';
import { getApplyLogEntry } from '../../database/apply-log.js';
import { LenkwerkError } from '../../model/errors.js';
import { readLoggedPlan } from '../../planning/format/read.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import type { CommandContext } from '../command.js';
import type { ExitCode } from '../exit-codes.js';

/** Of an apply of a part of the manifests, that part comes back. */
export async function run(
  context: CommandContext,
  id: bigint,
  flags: ApprovalFlags,
): Promise<ExitCode> {
  requireApprover(context, flags);
  const settings = connectionSettings(context.flags.connection, context.environment);
  context.progress.step('connecting to the database');
  const client = await openConnection(settings, 'revert');
  const entry = await getApplyLogEntry(client, id).finally(() => client.end());
  if (entry === undefined) {
    throw new LenkwerkError('usage', `there is no apply ${id}`, {
      hint: '`lenkwerk history` lists them',
    });
  }
  if (entry.desired === null) {
    throw new LenkwerkError('refused', `apply ${id} did not record a desired state`);
  }
  const name = `apply ${id}`;
  const desired = await desiredOfText(entry.desired, name);
  const selection = readLoggedPlan(entry, name).partial ?? undefined;
  const source = { desired, gitCommit: entry.gitCommit, selection };
  return await applyDesired(context, await vettedStep(context, source), { flags });
}
