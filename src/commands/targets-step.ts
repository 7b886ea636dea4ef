/** The configured targets, for the commands that look at all of them. */
import type { Client } from 'pg';
import { readConfigValues } from '../lenkwerk/read-config.js';
import { resolveTargets, STORE_CONFIG_KEYS, type Target } from '../publishing/targets.js';
import type { CommandContext } from './context.js';

/** `names` empty: all of them. Throws `usage` and what the database throws. */
export async function targetsStep(
  context: CommandContext,
  client: Client,
  names: readonly string[] = [],
): Promise<readonly Target[]> {
  const { kv } = context.flags;
  return resolveTargets({
    url: kv === undefined ? undefined : { text: kv, source: 'command-line' },
    variables: context.environment,
    recorded: await readConfigValues(client, STORE_CONFIG_KEYS),
    names,
  });
}
