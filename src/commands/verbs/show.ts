/** `lenkwerk show`: a plan file in any form. Needs no database, and believes nothing it reads. */

import { readPlanFile } from '../../applying/plan-file.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatPlan, printedForm } from '../outputs.js';

export interface ShowFlags {
  readonly markdown?: boolean;
  readonly sql?: boolean;
}

export async function run(
  context: CommandContext,
  file: string,
  flags: ShowFlags,
): Promise<ExitCode> {
  const form = printedForm(context.flags.json, flags);
  const plan = await readPlanFile(file);
  await context.print(await formatPlan(plan, form, context.color));
  return EXIT.success;
}
