/**
 * `lenkwerk plan`: the differences between the manifests and the recorded state. Writes nothing.
 */
import type { PartFlags } from '../../applying/desired.js';
import { LenkwerkError } from '../../model/errors.js';
import type { Danger } from '../../planning/format/generated/dangers.js';
import type { Plan } from '../../planning/plan.js';
import { PLAN_FORMS } from '../../rendering/forms.js';
import type { Allowances } from '../../rendering/options.js';
import {
  ALLOW,
  allowances,
  type CommandContext,
  type OptionSpec,
  PART,
  PATHS,
  readSource,
  type VerbSpec,
} from '../command.js';
import { EXITS, type Exit } from '../exit-codes.js';
import {
  fileOptions,
  formFiles,
  type OutputFlags,
  printedForm,
  printOptions,
  writeForms,
} from '../outputs.js';

/** Two sets of manifests that are compared with one another. */
const SETS: readonly OptionSpec[] = [
  {
    flags: '--from <path>',
    description: 'compare with these manifests, not with a database; may be repeated',
    repeatable: true,
  },
  { flags: '--to <path>', description: 'the manifests to compare with --from', repeatable: true },
  { flags: '--from-env <name>', description: 'the same with those of an environment' },
  { flags: '--to-env <name>', description: 'the same for --to' },
];

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
    {
      flags: '--fail-on-danger',
      description: `exit ${EXITS.refused.code} for a danger that neither --allow nor the project allows`,
    },
    ALLOW,
    ...PART,
    ...SETS,
  ],
  project: (options) => (isComparison(options) ? 'file' : 'environment'),
  examples: [
    'lenkwerk plan cluster/',
    'lenkwerk plan cluster/ --out cluster.plan --markdown-into comment.md --detailed-exitcode',
    'lenkwerk plan --from-env staging --to-env production',
  ],
};

/** What becomes of a plan. */
export interface PlanFlags extends OutputFlags {
  /** The same as `--json-into`: the input of `apply`. */
  readonly out?: string;
  /** Another exit when something differs. */
  readonly detailedExitcode?: boolean;
  readonly allow: readonly Danger[];
  /** Another exit for a danger that is not allowed. */
  readonly failOnDanger?: boolean;
  readonly toEnv?: string;
}

interface GivenFlags extends PlanFlags, PartFlags {
  readonly [flag: string]: unknown;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly fromEnv?: string;
}

/** True when one of the flags of SETS is given. */
function isComparison(flags: Readonly<Record<string, unknown>>): boolean {
  const given = ['from', 'to'].some((name) => {
    const paths = flags[name];
    return Array.isArray(paths) && paths.length > 0;
  });
  return given || flags['fromEnv'] !== undefined || flags['toEnv'] !== undefined;
}

export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: GivenFlags,
): Promise<Exit> {
  const make = isComparison(flags) ? compared : planned;
  return await reportPlan(context, () => make(context, paths, flags), flags);
}

/** Prints the plan that `make` returns, and writes it to the files of the flags. */
export async function reportPlan(
  context: CommandContext,
  make: () => Promise<Plan>,
  flags: PlanFlags,
): Promise<Exit> {
  const form = printedForm(PLAN_FORMS, context.json, flags);
  // Loaded while the server answers.
  const [plan, format] = await Promise.all([make(), form.load()]);
  const allowedBy = allowances(allowing(context, flags), flags.allow);
  const shown = { content: plan, allowedBy };
  await writeForms(await formFiles(context, PLAN_FORMS, flags), shown);
  await context.print(format(plan, { ...context, ...shown }));
  if (flags.failOnDanger === true && (await isRefused(context, plan, allowedBy))) return 'refused';
  const differs = plan.changes.length > 0;
  return differs && flags.detailedExitcode === true ? 'differences' : 'success';
}

/** A plan between two sets of manifests is for the second one. */
function allowing(
  context: CommandContext,
  flags: PlanFlags,
): Pick<CommandContext, 'projectEnvironment'> {
  if (!isComparison(flags)) return context;
  const { project } = context;
  const to = flags.toEnv === undefined ? undefined : project?.environments.get(flags.toEnv);
  return { projectEnvironment: to && { ...to, chosenBy: '--to-env' } };
}

/** Whether an apply of the plan would be refused: then it is written why. */
async function isRefused(
  { remark }: CommandContext,
  plan: Plan,
  allowed: Allowances,
): Promise<boolean> {
  const [{ refusalOf }, { failureOf, failureText }] = await Promise.all([
    import('../../planning/dangers.js'),
    import('../../rendering/failures.js'),
  ]);
  const refusal = refusalOf(plan, [...allowed.keys()]);
  if (refusal !== undefined) remark(failureText(failureOf(refusal)));
  return refusal !== undefined;
}

async function planned(
  context: CommandContext,
  paths: readonly string[],
  flags: GivenFlags,
): Promise<Plan> {
  const [source, { planDesired }] = await Promise.all([
    readSource(context, paths, flags),
    import('../../applying/plan/plan.js'),
  ]);
  const withDesired = context.json || flags.out !== undefined || flags['jsonInto'] !== undefined;
  return await planDesired(context, source, { withDesired });
}

async function compared(
  context: CommandContext,
  paths: readonly string[],
  flags: GivenFlags,
): Promise<Plan> {
  if (paths.length > 0 || flags.out !== undefined) {
    throw new LenkwerkError('usage', '--from and --to take neither a PATH nor --out', {
      hint: 'the plan is between two sets of manifests, and no database has it',
    });
  }
  const from = setOf(context, '--from', { paths: flags.from, environment: flags.fromEnv });
  const to = setOf(context, '--to', { paths: flags.to, environment: flags.toEnv });
  const source = await readSource(context, to.paths, flags);
  const { desired } = await readSource(context, from.paths);
  const { compareDesired } = await import('../../applying/plan/compare.js');
  const name = `${from.name} to ${to.name}`;
  return await compareDesired(context, { from: { desired }, to: source, name });
}

interface GivenSet {
  readonly paths: readonly string[];
  readonly environment: string | undefined;
}

/** The paths of one side, and what the plan calls it. Throws `usage`. */
function setOf({ project }: CommandContext, flag: string, { paths, environment }: GivenSet) {
  if (paths.length > 0 === (environment !== undefined)) {
    throw new LenkwerkError('usage', `${flag} PATH or ${flag}-env NAME is needed, and one of them`);
  }
  if (environment === undefined) return { paths, name: paths.join(', ') };
  const found = project?.environments.get(environment);
  if (found !== undefined) return { paths: found.paths, name: environment };
  const known = [...(project?.environments.keys() ?? [])];
  throw new LenkwerkError('usage', `there is no environment ${environment}`, {
    hint: known.length === 0 ? 'lenkwerk.yaml names them' : `there are: ${known.join(', ')}`,
  });
}
