import type { KeyValueStore, Revision, StoredRecord, StoredValue } from '../../kvstore/store.js';
import { fenced } from './checkpoint.js';
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
  const { records } = await store.readRange(keySpace.recordPrefixes, atRevision);
  return records.filter(({ key }) => keySpace.tableOfKey(key) !== undefined);
}

/** What is to be changed under a guard. */
interface Guarded {
  readonly store: Pick<KeyValueStore, 'readRange'>;
  readonly keySpace: KeySpace;
  readonly target: string;
}

/**
 * What the next commit changes: every record as it was when the checkpoint's key held `held`.
 * The guard of that commit alone does not prove it, for a store may go back to an earlier state
 * and forward again between the two. Throws `fenced`, and what the store throws.
 */
export async function readToChange(
  { store, keySpace, target }: Guarded,
  held: StoredValue | undefined,
): Promise<readonly StoredRecord[]> {
  const guard = keySpace.checkpointKey(target);
  const { records } = await store.readRange([...keySpace.recordPrefixes, guard]);
  const found = records.find(({ key }) => key === guard);
  if (found?.value === held?.value && found?.modRevision === held?.modRevision) {
    return records.filter(({ key }) => keySpace.tableOfKey(key) !== undefined);
  }
  throw fenced('the records were read beside another checkpoint than the one to be replaced');
}
