/** The key-value store for the commands that look at it or write to it. */

import type { Client } from 'pg';
import type { CommandContext } from '../commands/command.js';
import { readConfigValues } from '../database/state.js';
import { connectStore } from '../kvstore/connect.js';
import { resolveStoreSettings } from '../kvstore/resolve-settings.js';
import type { StoreSettings } from '../kvstore/settings.js';
import type { KeyValueStore } from '../kvstore/store.js';
import { assert } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import { openConnection } from '../postgres/connection.js';
import { connectionSettings } from '../postgres/connection-settings.js';
import { DEFAULT_TARGET } from '../publishing/agent/context.js';
import { resolveTargets, STORE_CONFIG_KEYS, type Target } from '../publishing/targets/targets.js';

/**
 * Where the store of a target is: `--kv`, else the ETCDCTL_* variables, else what the database
 * records. With `--kv` the database is not asked. Throws `usage` and what the database throws.
 */
export async function storeSettings(
  context: CommandContext,
  target: string = DEFAULT_TARGET,
): Promise<StoreSettings> {
  const { kv } = context.flags;
  if (kv !== undefined) {
    const url = { text: kv, source: 'command-line' } as const;
    return resolveStoreSettings({ variables: context.environment, url });
  }
  const settings = connectionSettings(context.flags.connection, context.environment);
  const client = await openConnection(settings, 'settings');
  try {
    const [found] = await targetsStep(context, client, [target]);
    assert(found !== undefined, 'a target that was asked for is told');
    if ('problem' in found) throw found.problem;
    return found.settings;
  } finally {
    await client.end();
  }
}

/** Runs `work` with the store and closes it after. */
export async function withStore<Result>(
  context: CommandContext,
  work: (store: KeyValueStore, settings: StoreSettings) => Promise<Result>,
  target?: string,
): Promise<Result> {
  const settings = await storeSettings(context, target);
  const store = await connectStore(settings);
  try {
    return await work(store, settings);
  } finally {
    await store.close();
  }
}

// The configured targets, for the commands that look at all of them.

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
