/** `lenkwerk verify`: checks whether desired, recorded and published agree. */
import { VERIFY_FORMS } from '../../rendering/forms.js';
import type { Verdict } from '../../verifying/verdict.js';
import {
  type CommandContext,
  readSource,
  STORE_TARGET,
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
        'manifests; without them those of the environment, else only the database and the store are compared',
    },
  ],
  options: [
    { flags: '--wait', description: 'repeat while the verdict is inconclusive', default: false },
    { flags: '--repair', description: 'let the agent repair the differences', default: false },
    TIMEOUT,
    STORE_TARGET,
    ...printOptions(VERIFY_FORMS),
    ...fileOptions(VERIFY_FORMS),
  ],
  examples: [
    'lenkwerk verify cluster/',
    'lenkwerk verify cluster/ --wait --timeout 60 --json',
    'lenkwerk verify --repair',
  ],
};

interface VerifyFlags extends OutputFlags {
  readonly wait: boolean;
  /** Let the agent repair the differences. */
  readonly repair: boolean;
  readonly target: string;
  /** Seconds that the agent may take, and a server to answer. */
  readonly timeout: number;
}

const EXIT_OF_VERDICT: Readonly<Record<Verdict, Exit>> = {
  converged: 'success',
  pending: 'differences',
  drifted: 'differences',
  diverged: 'differences',
  lagging: 'notConverged',
  inconclusive: 'notConverged',
};

/** Without paths and an environment only recorded and published are compared. */
export async function run(
  context: CommandContext,
  paths: readonly string[],
  flags: VerifyFlags,
): Promise<Exit> {
  const form = printedForm(VERIFY_FORMS, context.json, flags);
  const { verifyTarget } = await import('../../applying/verify.js');
  const isDesired = paths.length > 0 || context.projectEnvironment !== undefined;
  const source = isDesired ? await readSource(context, paths) : undefined;
  const files = await formFiles(context, VERIFY_FORMS, flags);
  const { target, wait, repair } = flags;
  const timeoutMs = flags.timeout * 1_000;
  const report = await verifyTarget(context, { source, target, wait, repair, timeoutMs });
  await writeForms(files, { content: report });
  const format = await form.load();
  await context.print(format(report, context));
  return EXIT_OF_VERDICT[report.verdict];
}
