import type { Client } from 'pg';
import type { KeyValueStore } from '../kvstore/store.js';
import { LenkwerkError } from '../model/errors.js';
import { parseLsn } from '../model/lsn.js';
import type { KeySpace } from './key-space.js';
import { readGenerations, readPublishedRelations } from './published-tables.js';
import type { GenerationsStart } from './servermap-generations.js';

/** Without a resync: what SQL says now, under the record that the store holds. */
export async function generationsNow(
  sql: Client,
  store: KeyValueStore,
  keySpace: KeySpace,
): Promise<GenerationsStart> {
  const published = await store.read(keySpace.servermapKey);
  const relations = await readPublishedRelations(sql);
  const now = await readGenerations(sql, relations);
  const { rows } = await sql.query<{ lsn: string }>(
    'SELECT pg_catalog.pg_current_wal_insert_lsn()::text AS lsn',
  );
  const exactFrom = parseLsn(rows[0]?.lsn ?? '0/0');
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
