/** `lenkwerk dev`: a throw-away PostgreSQL, etcd and agent, until it is interrupted. */
import { once } from 'node:events';
import { runUserCommand } from '../../dev/command.js';
import { type DevVariables, withDevLenkwerk } from '../../dev/lenkwerk.js';
import { createLogger } from '../../runtime/logger.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit-codes.js';

export interface DevFlags {
  /** The major version of PostgreSQL. */
  readonly postgres?: number;
}

/** With a command: runs it with the variables set, and ends with its exit code. */
export async function run(
  context: CommandContext,
  command: readonly string[],
  flags: DevFlags,
): Promise<number> {
  const { environment, signal, progress } = context;
  const onStep = (what: string) => progress.step(what);
  const options = { env: environment, major: flags.postgres, signal, onStep };
  if (command.length > 0) {
    // The terminal belongs to the command: only trouble is told beside it.
    const logger = quietLogger(context);
    return withDevLenkwerk({ ...options, logger }, (variables) => {
      progress.done();
      return runUserCommand(command, { env: { ...environment, ...variables }, signal });
    });
  }
  return withDevLenkwerk({ ...options, logger: context.logger }, async (variables) => {
    await context.print(introduction(context.flags.json, variables));
    if (!signal.aborted) await once(signal, 'abort');
    return EXIT.success;
  });
}

function quietLogger({ flags, terminals, remark }: CommandContext) {
  return createLogger({
    level: flags.logLevel === 'info' ? 'warn' : flags.logLevel,
    format: terminals.stderr ? 'human' : 'json',
    write: remark,
    now: () => new Date(),
  });
}

/** The password in it lives no longer than the server. */
function introduction(json: boolean, variables: DevVariables): string {
  if (json) return `${JSON.stringify(variables)}\n`;
  return [
    'A Lenkwerk to throw away, until Ctrl-C: PostgreSQL with the tables set up, etcd, and an agent.',
    'In another terminal:',
    '',
    ...Object.entries(variables).map(([name, value]) => `  export ${name}='${value}'`),
    '  lenkwerk plan examples/quickstart/cluster.yaml',
    '',
  ].join('\n');
}
