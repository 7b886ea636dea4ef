import { kvconnect } from '../../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';

/** Connects to the store in a database of the given URL. */
export function connectToPostgres(url: string): Promise<KeyValueStore> {
  return kvconnect({ url });
}
