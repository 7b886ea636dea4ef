/** `lenkwerk revert`: applies the desired state of an earlier apply, through the same door. */
import { getApplyLogEntry } from '../lenkwerk/apply-log.js';
import { openConnection } from '../lenkwerk/connection.js';
import { connectionSettings } from '../lenkwerk/connection-settings.js';
import { LenkwerkError } from '../model/errors.js';
import { readLoggedPlan } from '../rendering/plan-document.js';
import { type ApprovalFlags, applyDesired, requireApprover } from './apply-desired.js';
import type { CommandContext } from './context.js';
import type { ExitCode } from './exit-codes.js';
import { desiredOfText } from './plan-file.js';
import { vettedStep } from './planning-context.js';

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
