/** `lenkwerk dev`: a throw-away PostgreSQL, store and agent, until it is interrupted. */
import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import type { DevVariables } from '../../dev/lenkwerk.js';
import { DEV_STORES, type DevStoreName, isDevStoreName } from '../../dev/stores.js';
import { NEWEST_MAJOR, OLDEST_MAJOR } from '../../model/installation.js';
import { createLogger } from '../../runtime/logger.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

export const spec: VerbSpec = {
  description: 'run a throw-away Lenkwerk on this machine: PostgreSQL, a store and an agent',
  arguments: [
    {
      name: '[command...]',
      description: 'run this with its variables set, then end everything',
    },
  ],
  options: [
    {
      flags: '--postgres <major>',
      description: `the version of PostgreSQL, ${OLDEST_MAJOR} to ${NEWEST_MAJOR}`,
      parse: postgresMajor,
    },
    {
      flags: '--store <name>',
      description: `the key-value store: ${Object.keys(DEV_STORES).join(', ')}`,
      parse: storeName,
    },
  ],
  project: 'nothing',
  examples: ['lenkwerk dev', 'lenkwerk dev --store postgres', 'lenkwerk dev -- npm test'],
};

interface DevFlags {
  /** The major version of PostgreSQL. */
  readonly postgres?: number;
  readonly store?: DevStoreName;
}

/** With a command: runs it with the variables set, and ends with its exit code. */
export async function run(
  context: CommandContext,
  command: readonly string[],
  flags: DevFlags,
): Promise<Exit | number> {
  const [{ withDevLenkwerk }, { runUserCommand }] = await Promise.all([
    import('../../dev/lenkwerk.js'),
    import('../../dev/command.js'),
  ]);
  const { environment, signal, progress, onStep } = context;
  context.endInOrder();
  const { postgres: major, store = 'etcd' } = flags;
  const options = { env: environment, major, store, signal, onStep };
  if (command.length > 0) {
    // The command uses the terminal: only warnings and errors are logged beside it.
    const logger = quietLogger(context);
    return withDevLenkwerk({ ...options, logger }, (variables) => {
      progress.done();
      return runUserCommand(command, { env: { ...environment, ...variables }, signal });
    });
  }
  await withDevLenkwerk({ ...options, logger: context.logger }, async (variables) => {
    await context.print(introduction(variables, { json: context.json, store }));
    if (!signal.aborted) await once(signal, 'abort');
  });
  return 'success';
}

function quietLogger({ logLevel, terminals, remark }: CommandContext) {
  return createLogger({
    level: logLevel === 'info' ? 'warn' : logLevel,
    format: terminals.stderr ? 'human' : 'json',
    write: remark,
    now: () => new Date(),
  });
}

function postgresMajor(text: string): number {
  const major = /^\d\d$/.test(text) ? Number(text) : 0;
  if (major >= OLDEST_MAJOR && major <= NEWEST_MAJOR) return major;
  throw new InvalidArgumentError(`${OLDEST_MAJOR} to ${NEWEST_MAJOR} are supported.`);
}

function storeName(text: string): DevStoreName {
  if (isDevStoreName(text)) return text;
  throw new InvalidArgumentError(`It is one of: ${Object.keys(DEV_STORES).join(', ')}.`);
}

/** The password in it is valid only as long as the server exists. */
function introduction(
  variables: DevVariables,
  { json, store }: { readonly json: boolean; readonly store: DevStoreName },
): string {
  if (json) return `${JSON.stringify(variables)}\n`;
  const { title } = DEV_STORES[store];
  return [
    `A throw-away Lenkwerk, until Ctrl-C: PostgreSQL with the tables set up, ${title}, and an agent.`,
    'In another terminal:',
    '',
    ...Object.entries(variables).map(([name, value]) => `  export ${name}='${value}'`),
    '  lenkwerk plan examples/quickstart/cluster.yaml',
    '',
  ].join('\n');
}
