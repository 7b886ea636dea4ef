/** The configured targets, for the commands that look at all of them. */
import type { Client } from 'pg';
import { readConfigValues } from '../lenkwerk/read-config.js';
import type { JsonValue } from '../model/json.js';
import { resolveTargets, STORE_CONFIG_KEYS, type Target } from '../publishing/targets/targets.js';
import type { CommandContext } from './command.js';

/** `names` empty: all of them. Throws `usage` and what the database throws. */
export async function targetsStep(
  context: CommandContext,
  client: Client,
  names: readonly string[] = [],
): Promise<readonly Target[]> {
  return targetsOf(context, await readConfigValues(client, STORE_CONFIG_KEYS), names);
}

/** The targets by what `recorded` says of the config keys. Throws `usage`. */
export function targetsOf(
  { flags, environment }: CommandContext,
  recorded: ReadonlyMap<string, JsonValue>,
  names: readonly string[] = [],
): readonly Target[] {
  const { kv } = flags;
  const url = kv === undefined ? undefined : ({ text: kv, source: 'command-line' } as const);
  return resolveTargets({ url, variables: environment, recorded, names });
}
