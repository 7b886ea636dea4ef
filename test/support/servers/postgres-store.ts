import { connectStore } from '../../../src/kvstore/connect.js';
import { resolveStoreSettings } from '../../../src/kvstore/resolve-settings.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';

/** Connects to the store in a database of the given URL. */
export function connectToPostgres(url: string): Promise<KeyValueStore> {
  const settings = resolveStoreSettings({ url: { text: url, source: 'private' }, variables: {} });
  return connectStore(settings);
}
