/** `lenkwerk agent`: publishes what is recorded, until it is asked to end. */
import { connectionSettings, describeConnection } from '../lenkwerk/connection-settings.js';
import { LenkwerkError } from '../model/errors.js';
import { DEFAULT_TARGET, runAgent } from '../publishing/agent.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { withStore } from './store-step.js';

export interface AgentFlags {
  readonly target: string;
  readonly slot?: string;
  readonly publication?: string;
  readonly allowMassDelete: boolean;
}

export async function run(context: CommandContext, flags: AgentFlags): Promise<ExitCode> {
  const { target, slot, publication, allowMassDelete } = flags;
  if (target !== DEFAULT_TARGET && context.flags.kv === undefined) {
    throw new LenkwerkError('usage', `where the store of the target ${target} is was not said`, {
      hint: 'give --kv URL with --target',
    });
  }
  const database = connectionSettings(context.flags.connection, context.environment);
  await withStore(context, async (store, { prefix }) => {
    const from = describeConnection(database);
    context.logger.info('agent starts', { from, to: store.description, target });
    const options = { database, store, logger: context.logger, prefix, target, allowMassDelete };
    const names = {
      ...(slot === undefined ? {} : { slot }),
      ...(publication === undefined ? {} : { publication }),
    };
    await runAgent({ ...options, ...names }, context.signal);
  });
  return EXIT.success;
}
