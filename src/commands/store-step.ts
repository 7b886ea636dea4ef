/** The key-value store for the commands that look at it or write to it. */
import { connectStore } from '../kvstore/connect.js';
import { resolveStoreSettings } from '../kvstore/resolve-settings.js';
import type { StoreSettings } from '../kvstore/settings.js';
import type { KeyValueStore } from '../kvstore/store.js';
import { openConnection } from '../lenkwerk/connection.js';
import { connectionSettings } from '../lenkwerk/connection-settings.js';
import { inSnapshot, readRecorded } from '../lenkwerk/read-state.js';
import { type JsonValue, parseJson } from '../model/json.js';
import type { RecordedConfigEntry } from '../model/resources.js';
import type { CommandContext } from './context.js';

/**
 * Where the store is: `--kv`, else the ETCDCTL_* variables, else what the database records. The
 * database is asked only when it has a say. Throws `usage` and what the database throws.
 */
export async function storeSettings(context: CommandContext): Promise<StoreSettings> {
  const { kv } = context.flags;
  const url = kv === undefined ? {} : { url: { text: kv, source: 'command-line' as const } };
  const database = kv === undefined ? { database: await recordedStore(context) } : {};
  return resolveStoreSettings({ variables: context.environment, ...url, ...database });
}

/** Runs `work` with the store and closes it after. */
export async function withStore<Result>(
  context: CommandContext,
  work: (store: KeyValueStore, settings: StoreSettings) => Promise<Result>,
): Promise<Result> {
  const settings = await storeSettings(context);
  const store = await connectStore(settings);
  try {
    return await work(store, settings);
  } finally {
    await store.close();
  }
}

interface RecordedStore {
  readonly type: JsonValue | undefined;
  readonly config: JsonValue | undefined;
}

async function recordedStore(context: CommandContext): Promise<RecordedStore> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  const client = await openConnection(settings, 'settings');
  try {
    const { config } = await inSnapshot(client, readRecorded);
    return {
      type: configValue(config, 'kvstore_type'),
      config: configValue(config, 'kvstore_config'),
    };
  } finally {
    await client.end();
  }
}

function configValue(config: readonly RecordedConfigEntry[], name: string): JsonValue | undefined {
  const entry = config.find(({ key }) => key === name);
  return entry === undefined ? undefined : parseJson(entry.value);
}
