/** `lenkwerk dev`: a throw-away PostgreSQL, store, agent and nodes, until it is interrupted. */
import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import type { DevVariables } from '../../dev/lenkwerk.js';
import { DEV_STORES, type DevStoreName, isDevStoreName } from '../../dev/stores.js';
import { NEWEST_MAJOR, OLDEST_MAJOR } from '../../model/installation.js';
import { counted } from '../../model/text.js';
import { createLogger } from '../../runtime/logger.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';

/** Each is a process of some 80 MB. */
const MAX_NODES = 100;

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
    {
      flags: '--nodes <number>',
      description: `so many storage nodes, at most ${MAX_NODES}: a database each, which follows the store`,
      parse: nodeCount,
    },
  ],
  project: 'nothing',
  examples: [
    'lenkwerk dev',
    'lenkwerk dev --store postgres',
    'lenkwerk dev --nodes 3',
    'lenkwerk dev -- npm test',
  ],
};

interface DevFlags {
  /** The major version of PostgreSQL. */
  readonly postgres?: number;
  readonly store?: DevStoreName;
  /** How many storage nodes. */
  readonly nodes?: number;
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
  const { postgres: major, store = 'etcd', nodes = 0 } = flags;
  const options = { env: environment, major, store, nodes, signal, onStep };
  if (command.length > 0) {
    // The command uses the terminal: only warnings and errors are logged beside it.
    const logger = quietLogger(context);
    return withDevLenkwerk({ ...options, logger }, (variables) => {
      progress.done();
      return runUserCommand(command, { env: { ...environment, ...variables }, signal });
    });
  }
  await withDevLenkwerk({ ...options, logger: context.logger }, async (variables) => {
    await context.print(introduction(variables, { json: context.json, store, nodes }));
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

function nodeCount(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_NODES) return count;
  throw new InvalidArgumentError(`It is a number from 1 to ${MAX_NODES}.`);
}

function storeName(text: string): DevStoreName {
  if (isDevStoreName(text)) return text;
  throw new InvalidArgumentError(`It is one of: ${Object.keys(DEV_STORES).join(', ')}.`);
}

interface Introduced extends Required<Pick<DevFlags, 'store' | 'nodes'>> {
  readonly json: boolean;
}

/** The passwords in it are valid only as long as the servers exist. */
function introduction(variables: DevVariables, { json, store, nodes }: Introduced): string {
  if (json) return `${JSON.stringify(variables)}\n`;
  const { title } = DEV_STORES[store];
  const parts = `PostgreSQL with the tables set up, ${title}, and an agent`;
  const ofNodes = [
    `Beside it ${counted(nodes, 'storage node')}: each follows as soon as there is an instance for it to be.`,
  ];
  return [
    `A throw-away Lenkwerk, until Ctrl-C: ${parts}.`,
    ...(nodes === 0 ? [] : ofNodes),
    'In another terminal:',
    '',
    ...Object.entries(variables).map(([name, value]) => `  export ${name}='${value}'`),
    '  lenkwerk plan examples/quickstart/cluster.yaml',
    '',
  ].join('\n');
}
