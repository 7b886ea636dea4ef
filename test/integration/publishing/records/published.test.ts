/** What is read before a guarded commit belongs to its guard. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeyValueStore, StoredRecord, StoredValue } from '../../../../src/kvstore/store.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { readToChange } from '../../../../src/publishing/records/published.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { createDatabase, type TestDatabase } from '../../../support/servers/servers.js';

const keySpace = new KeySpace('');
const CHECKPOINT = keySpace.checkpointKey('default');

/** A store, and the same store as it was put back to an earlier state. */
let databases: readonly TestDatabase[];
let newest: KeyValueStore;
let earlier: KeyValueStore;
beforeEach(async () => {
  databases = [await createDatabase(), await createDatabase()];
  const [a, b] = await Promise.all(databases.map(({ url }) => connectToPostgres(url)));
  if (a === undefined || b === undefined) throw new Error('there are two databases');
  [newest, earlier] = [a, b];
  for (const store of [newest, earlier]) await write(store, 'first', undefined);
  await write(newest, 'second', await newest.read(CHECKPOINT));
});
afterEach(async () => {
  await Promise.all([newest.close(), earlier.close()]);
  await Promise.all(databases.map((database) => database.drop()));
});

async function write(store: KeyValueStore, text: string, expected: StoredValue | undefined) {
  const puts = new Map([[`/Config/${text}`, '1']]);
  const guard = { key: CHECKPOINT, expected, value: text };
  expect(await store.commit({ puts, deletes: new Set(), guard })).toMatchObject({
    kind: 'committed',
  });
}

/** A store that is the earlier one for so many listings. */
function backFor(listings: number) {
  let left = listings;
  const readRange: KeyValueStore['readRange'] = async (prefixes, atRevision) => {
    let revision = atRevision;
    const records: StoredRecord[] = [];
    for (const prefix of prefixes) {
      left -= 1;
      const listing = await (left < 0 ? newest : earlier).readRange([prefix], revision);
      revision ??= listing.revision;
      records.push(...listing.records);
    }
    return { revision: revision ?? 0n, records };
  };
  return { store: { readRange }, keySpace, target: 'default' };
}

test('the records beside the checkpoint that was seen are read', async () => {
  const records = await readToChange(backFor(0), await newest.read(CHECKPOINT));
  expect(records.map(({ key }) => key)).toEqual(['/Config/first', '/Config/second']);
});

test('a store that goes back, and forward again before its commit, is fenced', async () => {
  const held = await newest.read(CHECKPOINT);
  const listings = keySpace.recordPrefixes.length;
  await expect(readToChange(backFor(listings), held)).rejects.toMatchObject({ code: 'fenced' });
  await expect(readToChange(backFor(listings + 1), held)).rejects.toMatchObject({ code: 'fenced' });
});

test('so is a checkpoint that another agent has replaced, or whose value alone is the same', async () => {
  const old = await earlier.read(CHECKPOINT);
  await expect(readToChange(backFor(0), old)).rejects.toMatchObject({ code: 'fenced' });
  const twice: StoredValue = { value: 'second', modRevision: 1n };
  await expect(readToChange(backFor(0), twice)).rejects.toMatchObject({ code: 'fenced' });
});
