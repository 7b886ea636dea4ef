// Keeps this node's tables in step with what is published. Every event is one transaction, so
// every reader of the tables sees a state that the Lenkwerk database really had.
import { KeySpace, kvconnect } from 'lenkwerk';
import pg from 'pg';

const { DATABASE_URL, KVSTORE_URL } = process.env;
const SAVE = 'SELECT storage.inbound_from_kvstore($1::regclass, $2::json)';
const REMOVE = {
  config: `DELETE FROM storage.config WHERE '/Config/' || key = $1`,
  postgres_instance: `DELETE FROM storage.postgres_instance
    WHERE '/PostgresInstance/' || host || '/' || port = $1`,
  servermap: `DELETE FROM storage.servermap WHERE '/Servermap' = $1`,
  dimension: `DELETE FROM storage.dimension WHERE '/Dimension/' || id = $1`,
  index: `DELETE FROM storage."index" WHERE '/Index/' || id = $1`,
  index_field: `DELETE FROM storage.index_field WHERE '/Index/' || index_id || '/' || id = $1`,
};

const EMPTY = `TRUNCATE ${Object.keys(REMOVE).map((table) => `storage."${table}"`)}`;

const database = new pg.Client({ connectionString: DATABASE_URL });
await database.connect();
const store = await kvconnect({ url: KVSTORE_URL });
const keySpace = new KeySpace(store.prefix);
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort());

for await (const event of store.watch({ prefix: `${store.prefix}/`, signal: ended.signal })) {
  const isResync = event.kind === 'resync';
  const changes = (isResync ? event.snapshot.records : event.changes)
    .map(({ key, value }) => ({ key, value, table: keySpace.tableOfKey(key) }))
    .filter(({ table }) => table !== undefined)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  await database.query('BEGIN');
  if (isResync) await database.query(EMPTY);
  // What goes makes space for what comes; an index stands before its fields, and goes after them.
  for (const { key, value, table } of changes.toReversed()) {
    if (value === undefined || table === 'servermap') {
      await database.query(REMOVE[table], [key.slice(store.prefix.length)]);
    }
  }
  for (const { value, table } of changes) {
    if (value !== undefined) await database.query(SAVE, [`storage."${table}"`, value]);
  }
  await database.query('COMMIT');
}
await store.close();
await database.end();
