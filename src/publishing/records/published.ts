import type { KeyValueStore, Revision, StoredRecord } from '../../kvstore/store.js';
import type { KeySpace } from './key-space.js';

/**
 * Every record in the store at one revision (the newest, unless one is given), keys that are not
 * ours left out. Throws what the store throws.
 */
export async function readPublished(
  store: Pick<KeyValueStore, 'readRange'>,
  keySpace: KeySpace,
  atRevision?: Revision,
): Promise<readonly StoredRecord[]> {
  const found: StoredRecord[] = [];
  let revision = atRevision;
  for (const prefix of keySpace.recordPrefixes) {
    const snapshot = await store.readRange(prefix, revision);
    revision ??= snapshot.revision;
    for (const record of snapshot.records) {
      if (keySpace.tableOfKey(record.key) !== undefined) found.push(record);
    }
  }
  return found;
}
