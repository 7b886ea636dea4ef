/** `lenkwerk show`: a plan file in any form. Needs no database, and does not trust the file. */
import { PLAN_FORMS } from '../../rendering/forms.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';
import { type OutputFlags, printedForm, printOptions } from '../outputs.js';

/** The file may be of another author. */
const UNPROVED =
  'note: as the file has it; apply compares it with the database, but not its places and commit\n';

export const spec: VerbSpec = {
  description: 'show a plan file; needs no database',
  arguments: [{ name: '<file>', description: 'what `lenkwerk plan --out FILE` wrote' }],
  options: printOptions(PLAN_FORMS),
  project: 'nothing',
  examples: ['lenkwerk show cluster.plan', 'lenkwerk show cluster.plan --sql'],
};

export async function run(
  context: CommandContext,
  file: string,
  flags: OutputFlags,
): Promise<Exit> {
  const form = printedForm(PLAN_FORMS, context.json, flags);
  const { readShownPlan } = await import('../../applying/plan/plan-file.js');
  const plan = readShownPlan(file);
  const format = await form.load();
  await context.print(format(plan, context));
  context.remark(UNPROVED);
  return 'success';
}
