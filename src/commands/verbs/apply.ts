/** `lenkwerk apply`: changes the recorded state to the desired one. */
import type { DesiredSource, PartFlags } from '../../applying/desired.js';
import type { WaitStage } from '../../applying/waiting/nodes.js';
import { LenkwerkError } from '../../model/errors.js';
import type { Danger } from '../../planning/format/generated/dangers.js';
import type { ApplyResult, Plan } from '../../planning/plan.js';
import {
  ALLOW,
  allowances,
  type CommandContext,
  type OptionSpec,
  PART,
  PATHS,
  readSource,
  seconds,
  TIMEOUT,
  type VerbSpec,
} from '../command.js';
import type { Exit } from '../exit-codes.js';

/** What is printed when an apply is where it was waited for. */
const REACHED: Readonly<Record<WaitStage, string>> = {
  published: 'Published to every target.\n',
  nodes: 'Published to every target, and acknowledged by every storage node.\n',
};

/** The flags of every verb that applies. */
export const APPROVAL: readonly OptionSpec[] = [
  ALLOW,
  {
    flags: '--auto-approve',
    description: 'do not ask (a saved plan is applied at once in any case)',
    default: false,
  },
  { flags: '--dry-run', description: 'do everything, then roll back', default: false },
  {
    flags: '--lock-timeout <seconds>',
    description: 'how long to wait for other writers',
    parse: seconds,
  },
  {
    flags: '--wait-for <stage>',
    description: 'wait until it is published to every target, or until the nodes acknowledge it',
    choices: Object.keys(REACHED),
  },
  { flags: '--wait', description: 'the same as --wait-for published', default: false },
  TIMEOUT,
];

export const spec: VerbSpec = {
  description: 'change the database to the desired state, in one transaction',
  arguments: [{ ...PATHS, description: `a plan file, or ${PATHS.description}` }],
  options: [...PART, ...APPROVAL],
  examples: [
    'lenkwerk apply cluster/',
    'lenkwerk apply cluster.plan --allow delete:instance',
    'lenkwerk apply cluster/ --auto-approve --wait --json',
  ],
};

export interface ApprovalFlags {
  readonly allow: readonly Danger[];
  readonly autoApprove: boolean;
  readonly dryRun: boolean;
  /** Seconds to wait for the lock on the tables. */
  readonly lockTimeout?: number;
  /** Wait until it is published to every target. */
  readonly wait: boolean;
  /** How far to wait; undefined: `wait` decides. */
  readonly waitFor?: WaitStage;
  /** Seconds that the agent may take, and a server to answer. */
  readonly timeout: number;
}

type ApplyFlags = ApprovalFlags & Required<PartFlags>;

/** `paths` are manifests, or one plan file, which is recognised by its content. */
export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: ApplyFlags,
): Promise<Exit> {
  const { isPlanFile, readPlanFile } = await import('../../applying/plan/plan-file.js');
  const [first] = paths;
  if (first !== undefined && paths.length === 1 && isPlanFile(first)) {
    if (flags.only.length > 0 || flags.exclude.length > 0) throw partOfPlanFile();
    return await applyPlanFile(context, readPlanFile(first), { name: first, flags });
  }
  // What is wrong with the paths is reported first: with an answer it would fail all the same.
  const source = await readSource(context, paths, flags);
  requireApprover(context, flags);
  return await applyAndReport(context, source, { flags, agreed: undefined });
}

interface GivenPlan {
  /** Of the file, for messages. */
  readonly name: string;
  readonly flags: ApprovalFlags;
}

async function applyPlanFile(
  given: CommandContext,
  agreed: Plan,
  { name, flags }: GivenPlan,
): Promise<Exit> {
  const [{ desiredOfReviewed }, { inOneDatabase }] = await Promise.all([
    import('../../applying/history.js'),
    import('../../applying/context/context.js'),
  ]);
  const context = inOneDatabase(given);
  const source = await desiredOfReviewed(context, agreed, name);
  return await applyAndReport(context, source, { flags, agreed });
}

function partOfPlanFile(): LenkwerkError {
  return new LenkwerkError('usage', 'a plan file holds its own selection', {
    hint: 'give --only and --exclude to `lenkwerk plan`',
  });
}

const QUESTION = 'Do you want to apply this? Only "yes" is accepted: ';

/**
 * Throws `usage` before a session is opened: a pipeline would wait for an answer without end. Where
 * saved plans are required nothing is asked: the apply is refused with a hint on how to save one.
 */
export function requireApprover(
  { terminals, projectEnvironment }: CommandContext,
  flags: ApprovalFlags,
): void {
  if (flags.autoApprove || flags.dryRun || projectEnvironment?.requiresPlanFile === true) return;
  if (terminals.stdin && terminals.stderr) return;
  throw new LenkwerkError('usage', 'there is no terminal to ask for approval', {
    hint: 'apply a reviewed plan with `lenkwerk apply PLANFILE`, or give --auto-approve',
  });
}

interface ApplyChoice {
  readonly flags: ApprovalFlags;
  /** A plan that was reviewed before. */
  readonly agreed: Plan | undefined;
}

/** Applies `source`, after a question unless the flags disable it, and prints the result. */
export async function applyAndReport(
  context: CommandContext,
  source: DesiredSource,
  { flags, agreed }: ApplyChoice,
): Promise<Exit> {
  const { allow, autoApprove, dryRun, lockTimeout, timeout } = flags;
  const stage = flags.waitFor ?? (flags.wait ? 'published' : undefined);
  const [{ applyDesired }, { applyJson, applyText }, { planText }] = await Promise.all([
    import('../../applying/apply.js'),
    import('../../rendering/reports/apply.js'),
    import('../../rendering/plan/text.js'),
  ]);
  const { color, terminals } = context;
  let planShown = false;
  const approve = async (plan: Plan): Promise<boolean> => {
    planShown = true;
    const allowedBy = allowances(context, allow);
    context.remark(`${planText(plan, { color: color && terminals.stderr, allowedBy })}\n`);
    return (await context.ask(QUESTION)) === 'yes';
  };
  const print = async (result: ApplyResult) => {
    const { json } = context;
    const report = json
      ? applyJson(result, dryRun)
      : applyText(result, { dryRun, planShown, color });
    await context.print(report).catch((error: unknown) => {
      throw result.committed ? unprinted(result, error) : error;
    });
  };
  const result = await applyDesired(context, source, {
    allow,
    dryRun,
    agreed,
    approve: autoApprove || dryRun ? undefined : approve,
    lockTimeoutMs: lockTimeout === undefined ? undefined : lockTimeout * 1_000,
    answerTimeoutMs: timeout * 1_000,
    publishedWithinMs: stage === undefined ? undefined : timeout * 1_000,
    waitFor: stage,
    // Text is shown at once; JSON is one document, of the commit or of the failure after it.
    onCommitted: context.json ? undefined : print,
  });
  if (context.json || !result.committed) await print(result);
  else if (stage !== undefined) await context.print(REACHED[stage]);
  // What the signal came too late for is done, and was reported.
  return context.signal.aborted ? 'interrupted' : 'success';
}

function unprinted({ applyId }: ApplyResult, error: unknown): LenkwerkError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `apply ${applyId} IS committed, but its report cannot be written: ${reason}`;
  return new LenkwerkError('environment', message, {
    cause: error,
    hint: `do not apply again for this; \`lenkwerk history ${applyId}\` shows it`,
  });
}
