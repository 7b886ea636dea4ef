/** The key-value store for the commands that look at it or write to it. */

import type { CommandContext } from '../commands/command.js';
import { targetsStep } from '../commands/targets-step.js';
import { connectStore } from '../kvstore/connect.js';
import { resolveStoreSettings } from '../kvstore/resolve-settings.js';
import type { StoreSettings } from '../kvstore/settings.js';
import type { KeyValueStore } from '../kvstore/store.js';
import { assert } from '../model/errors.js';
import { openConnection } from '../postgres/connection.js';
import { connectionSettings } from '../postgres/connection-settings.js';
import { DEFAULT_TARGET } from '../publishing/agent/agent.js';

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
