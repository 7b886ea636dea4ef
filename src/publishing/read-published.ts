import type { KeyValueStore, Revision } from '../kvstore/store.js';
import type { TableName } from '../model/resources.js';
import type { KeySpace } from './key-space.js';

export interface PublishedRecord {
  readonly key: string;
  readonly value: string;
  readonly table: TableName;
}

/**
 * Every record in the store at one revision (the newest, unless one is given), key and value;
 * keys that are not ours left out.
 */
export async function readPublished(
  store: KeyValueStore,
  keySpace: KeySpace,
  atRevision?: Revision,
): Promise<readonly PublishedRecord[]> {
  const found: PublishedRecord[] = [];
  let revision = atRevision;
  for (const prefix of keySpace.recordPrefixes) {
    const snapshot = await store.readRange(prefix, revision);
    revision ??= snapshot.revision;
    for (const { key, value } of snapshot.records) {
      const table = keySpace.tableOfKey(key);
      if (table !== undefined) found.push({ key, value, table });
    }
  }
  return found;
}
