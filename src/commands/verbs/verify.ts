/** `lenkwerk verify`: checks whether desired, recorded and published agree. */
import type { NodesCheck } from '../../applying/nodes/verify.js';
import { LenkwerkError } from '../../model/errors.js';
import { VERIFY_FORMS } from '../../rendering/forms.js';
import type { Verdict } from '../../verifying/verdict.js';
import {
  type CommandContext,
  readDefault,
  readSource,
  TIMEOUT,
  type VerbSpec,
} from '../command.js';
import type { Exit } from '../exit-codes.js';
import {
  fileOptions,
  formFiles,
  type OutputFlags,
  printedForm,
  printOptions,
  writeForms,
} from '../outputs.js';

export const spec: VerbSpec = {
  description: 'check whether what is desired, recorded and published agrees',
  arguments: [
    {
      name: '[paths...]',
      description:
        'files or folders of manifests, - for standard input (default: those of the project, else this folder; where none are, what was applied last)',
    },
  ],
  options: [
    {
      flags: '--wait',
      description: 'repeat while the verdict is inconclusive or unconfirmed',
      default: false,
    },
    { flags: '--repair', description: 'let the agent repair the differences', default: false },
    {
      flags: '--nodes',
      description: 'the storage nodes have to acknowledge it; with --wait it waits for them',
      default: false,
    },
    {
      flags: '--nodes-deep <template>',
      description:
        'also compare the rows of each node: a connection URL with {host} and {port}, like postgres://reader@{host}:{port}/bagger',
    },
    TIMEOUT,
    {
      flags: '--target <names>',
      description: 'a store to look at, or several with commas; may be repeated (default: all)',
      repeatable: true,
    },
    ...printOptions(VERIFY_FORMS),
    ...fileOptions(VERIFY_FORMS),
  ],
  examples: [
    'lenkwerk verify cluster/',
    'lenkwerk verify cluster/ --wait --timeout 60 --json',
    'lenkwerk verify --nodes --wait',
    'lenkwerk verify --target eu --repair',
  ],
};

interface VerifyFlags extends OutputFlags {
  readonly wait: boolean;
  /** Let the agent repair the differences. */
  readonly repair: boolean;
  /** Whether storage nodes have to acknowledge it. */
  readonly nodes: boolean;
  /** The connection to a node's database, with places for its host and port. */
  readonly nodesDeep?: string;
  /** The stores; empty: all. */
  readonly target: readonly string[];
  /** Seconds that the agent may take, and a server to answer. */
  readonly timeout: number;
}

/** The exit of each verdict. */
export const EXIT_OF_VERDICT: Readonly<Record<Verdict, Exit>> = {
  converged: 'success',
  pending: 'differences',
  drifted: 'differences',
  lagging: 'notConverged',
  inconclusive: 'notConverged',
  unconfirmed: 'notConverged',
  diverged: 'differences',
};

export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: VerifyFlags,
): Promise<Exit> {
  const form = printedForm(VERIFY_FORMS, context.json, flags);
  const nodes = nodesCheck(flags);
  const { verifyTargets } = await import('../../applying/verify.js');
  const source = await (paths.length > 0 ? readSource(context, paths) : readDefault(context));
  const files = await formFiles(context, VERIFY_FORMS, flags);
  const targets = flags.target.flatMap((names) => names.split(','));
  const { wait, repair, timeout } = flags;
  const timeoutMs = timeout * 1_000;
  const options = { source, targets, wait, repair, nodes, timeoutMs };
  const report = await verifyTargets(context, options);
  await writeForms(files, { content: report });
  const format = await form.load();
  await context.print(format(report, context));
  return EXIT_OF_VERDICT[report.verdict];
}

/** Throws `usage` beside named targets: a node follows any one of those that are configured. */
function nodesCheck({ nodes, nodesDeep, target }: VerifyFlags): NodesCheck | undefined {
  if (!nodes && nodesDeep === undefined) return undefined;
  if (target.length === 0) return { template: nodesDeep };
  throw new LenkwerkError('usage', '--nodes and --target exclude each other', {
    hint: 'a node follows one of the configured targets, whichever: leave --target out',
  });
}
