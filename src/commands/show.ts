/** `lenkwerk show`: a plan file in any form. Needs no database, and believes nothing it reads. */
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { readPlanFile } from './plan-file.js';
import { formatPlan, printedForm } from './plan-outputs.js';

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
