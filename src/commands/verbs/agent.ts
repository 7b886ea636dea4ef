/** `lenkwerk agent`: publishes what is recorded, until it is asked to end. */

import { LenkwerkError } from '../../model/errors.js';
import { connectionSettings, describeConnection } from '../../postgres/connection-settings.js';
import { DEFAULT_TARGET } from '../../publishing/agent/context.js';
import { postgresSource } from '../../publishing/source/postgres-source.js';
import { TargetServer } from '../../publishing/targets/target-server.js';
import type { HttpListener } from '../../runtime/listen.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export interface AgentFlags {
  /** Empty: every configured target; with a slot, `default`. */
  readonly target: readonly string[];
  readonly slot?: string;
  readonly publication?: string;
  readonly allowMassDelete: boolean;
  /** Set keys right that somebody else changed. */
  readonly heal: boolean;
  /** Where to serve metrics and health. */
  readonly listen?: string;
}

export async function run(context: CommandContext, flags: AgentFlags): Promise<ExitCode> {
  const { slot, publication, allowMassDelete, heal } = flags;
  if (slot !== undefined && flags.target.length > 1) {
    throw new LenkwerkError('usage', '--slot is for one target', {
      hint: 'run an agent for each: --target NAME --slot SLOT',
    });
  }
  const names = slot !== undefined && flags.target.length === 0 ? [DEFAULT_TARGET] : flags.target;
  const database = connectionSettings(context.flags.connection, context.environment);
  const { kv } = context.flags;
  const server = new TargetServer({
    database: postgresSource(database),
    logger: context.logger,
    url: kv === undefined ? undefined : { text: kv, source: 'command-line' },
    variables: context.environment,
    names,
    slot,
    publication,
    knobs: { allowMassDelete, heal },
  });
  const listener = await listen(context, server, flags.listen);
  try {
    context.logger.info('publishing', { from: describeConnection(database) });
    await server.run(context.signal);
  } finally {
    await listener?.close();
  }
  return EXIT.success;
}

/** Before anything is published: a supervisor should hear at once that the address is taken. */
async function listen(
  context: CommandContext,
  server: TargetServer,
  address: string | undefined,
): Promise<HttpListener | undefined> {
  if (address === undefined) return undefined;
  const { listenForAgent } = await import('../agent-listen.js');
  const { connection } = context.flags;
  const listener = await listenForAgent({
    address,
    version: context.version,
    database: connectionSettings(connection, context.environment),
    targets: () => server.status(),
  });
  context.logger.info('listening', { address: listener.address });
  return listener;
}
