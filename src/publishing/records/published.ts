import type { KeyValueStore, Revision, StoredRecord, StoredValue } from '../../kvstore/store.js';
import { assert } from '../../model/errors.js';
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
  return (await readAll(store, keySpace, atRevision)).records;
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
  const { revision, records } = await readAll(store, keySpace, undefined);
  const guard = keySpace.checkpointKey(target);
  const atRevision = (await store.readRange(guard, revision)).records;
  const found = atRevision.find(({ key }) => key === guard);
  if (found?.value === held?.value && found?.modRevision === held?.modRevision) return records;
  throw fenced('the records were read beside another checkpoint than the one to be replaced');
}

async function readAll(
  store: Pick<KeyValueStore, 'readRange'>,
  keySpace: KeySpace,
  atRevision: Revision | undefined,
): Promise<{ readonly revision: Revision; readonly records: readonly StoredRecord[] }> {
  const found: StoredRecord[] = [];
  let revision = atRevision;
  for (const prefix of keySpace.recordPrefixes) {
    const snapshot = await store.readRange(prefix, revision);
    revision ??= snapshot.revision;
    for (const record of snapshot.records) {
      if (keySpace.tableOfKey(record.key) !== undefined) found.push(record);
    }
  }
  assert(revision !== undefined, 'there are prefixes of records');
  return { revision, records: found };
}
