/**
 * `lenkwerk plan`: the differences between the manifests and the recorded state. Writes nothing.
 */
import type { PartFlags } from '../../applying/desired.js';
import { PLAN_FORMS } from '../../rendering/forms.js';
import { type CommandContext, PART, PATHS, type VerbSpec } from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';
import {
  fileOptions,
  type OutputFlags,
  printedForm,
  printOptions,
  writeForm,
  writeForms,
} from '../outputs.js';

export const spec: VerbSpec = {
  description: 'show what differs between the manifests and the database; writes nothing',
  arguments: [PATHS],
  options: [
    { flags: '--out <file>', description: 'write the plan for `lenkwerk apply`' },
    ...printOptions(PLAN_FORMS),
    ...fileOptions(PLAN_FORMS),
    {
      flags: '--detailed-exitcode',
      description: `exit ${EXITS.differences.code} when something differs`,
    },
    ...PART,
  ],
  examples: [
    'lenkwerk plan cluster/',
    'lenkwerk plan cluster/ --out cluster.plan --markdown-into comment.md --detailed-exitcode',
  ],
};

interface PlanFlags extends OutputFlags, PartFlags {
  /** The same as `--json-into`: the input of `apply`. */
  readonly out?: string;
  /** Another exit when something differs. */
  readonly detailedExitcode?: boolean;
}

export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: PlanFlags,
): Promise<Exit> {
  const { out } = flags;
  const form = printedForm(PLAN_FORMS, context.json, flags);
  const [{ loadDesired }, { planDesired }] = await Promise.all([
    import('../../applying/desired.js'),
    import('../../applying/plan/plan.js'),
  ]);
  const source = await loadDesired(context, paths, flags);
  // Loaded while the server answers.
  const loading = form.load();
  const withDesired =
    form === PLAN_FORMS.json || out !== undefined || flags['jsonInto'] !== undefined;
  const plan = await planDesired(context, source, { withDesired }).finally(() => loading);
  if (out !== undefined) {
    await writeForm(PLAN_FORMS.json, plan, { file: out, isPrivate: true });
  }
  await writeForms(PLAN_FORMS, plan, flags);
  const format = await loading;
  await context.print(format(plan, context));
  const differs = plan.changes.length > 0;
  return differs && flags.detailedExitcode === true ? 'differences' : 'success';
}
