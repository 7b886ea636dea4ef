import type { KeyValueStore } from '../kvstore/store.js';
import { LenkwerkError } from '../model/errors.js';
import type { KeySpace } from './records/key-space.js';
import type { SourceSession } from './source/source-database.js';
import type { GenerationsStart } from './stream/servermap-generations.js';

/** Without a resync: what SQL says now, under the record that the store holds. */
export async function generationsNow(
  sql: SourceSession,
  store: KeyValueStore,
  keySpace: KeySpace,
): Promise<GenerationsStart> {
  const published = await store.read(keySpace.servermapKey);
  const { generations: now, position: exactFrom } = await sql.readGenerations();
  if (published === undefined) return { records: new Map(), complete: true, exactFrom };
  const id = idOfServermap(published.value);
  const records = new Map([...now.records].filter(([known]) => known < id));
  records.set(id, published.value);
  return { records, complete: now.complete, exactFrom };
}

function idOfServermap(record: string): bigint {
  const id = /"id":(\d+)/.exec(record)?.[1];
  if (id === undefined)
    throw new LenkwerkError('resync-required', 'the published servermap has no id');
  return BigInt(id);
}
