/** Messages that no server of PostgreSQL sends end the session, and nothing of them passes. */
import type { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assert } from '../../../src/model/errors.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import type { ChangeEvent } from '../../../src/replication/change-source.js';
import { replicationConfig } from '../../../src/replication/connections.js';
import { startSession } from '../../../src/replication/session.js';
import { createDatabase, type TestDatabase, uniqueName } from '../../support/servers/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { waitFor } from '../../support/wait.js';

let database: TestDatabase;
let sql: Client;
let proxy: TcpProxy;
let slot: string;
beforeEach(async () => {
  database = await createDatabase();
  sql = await openConnection(connectionSettings({ url: database.url }, {}), 'test');
  proxy = await TcpProxy.before(database.url);
  slot = uniqueName('slot');
  await sql.query(
    'CREATE TABLE public.t (id int, v text); CREATE PUBLICATION p FOR TABLE public.t',
  );
  await sql.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
});
afterEach(async () => {
  await proxy.close();
  await sql.end();
  await database.drop();
});

/** Behind the positions and the time: `I`, the relation, `N`, how many columns, then each. */
const KIND_AT = 0;
const TUPLE_AT = 5;
const COLUMNS_AT = 6;
const FIRST_COLUMN_AT = 8;
const LENGTH_AT = 9;
const SECOND_VALUE_AT = 19;
/** Of CopyData: `d`, its length, `w`, two positions, a time. */
const HEAD_BYTES = 30;

/** Alters the Insert in what the server sends. */
function alterInsert(alter: (insert: Buffer) => void): void {
  proxy.alter((reply) => {
    const at = reply.indexOf('second');
    if (at === -1) return reply;
    const start = at - SECOND_VALUE_AT;
    assert(reply[start - HEAD_BYTES] === 'd'.charCodeAt(0), 'the Insert has a message of its own');
    const altered = Buffer.from(reply);
    alter(altered.subarray(start));
    return altered;
  });
}

const FAILURE = {
  code: 'database-error',
  message: 'the replication stream holds an unknown message',
};

test.each<[string, (insert: Buffer) => void]>([
  ['an unknown kind', (m) => m.write('?', KIND_AT)],
  ['no kind', (m) => m.fill(0, KIND_AT, 1)],
  ['another kind', (m) => m.write('R', KIND_AT)],
  ['an unknown tuple', (m) => m.write('Q', TUPLE_AT)],
  ['an unknown column', (m) => m.write('q', FIRST_COLUMN_AT)],
  ['a column too many', (m) => m.writeUInt16BE(3, COLUMNS_AT)],
  ['65,535 columns', (m) => m.writeUInt16BE(65_535, COLUMNS_AT)],
  ['a column too few', (m) => m.writeUInt16BE(1, COLUMNS_AT)],
  ['a value beyond its end', (m) => m.writeInt32BE(1_000, LENGTH_AT)],
  ['a value of 2 GB', (m) => m.writeInt32BE(0x7fffffff, LENGTH_AT)],
  ['a value of less than nothing', (m) => m.writeInt32BE(-1, LENGTH_AT)],
  ['another relation', (m) => m.writeInt32BE(7, 1)],
])('%s', async (_, alter) => {
  const events: ChangeEvent[] = [];
  const source = await startSession({
    connection: { ...(await replicationConfig(sql)), port: proxy.port },
    ...{ slot, publication: 'p', isNeeded: () => true, statusIntervalMs: 50 },
    onEvent: (event) => {
      if (event.kind !== 'keepalive') events.push(event);
    },
  });
  try {
    await sql.query("INSERT INTO public.t VALUES (1, 'first')");
    await waitFor(() => events.some(({ kind }) => kind === 'commit'), { what: 'the first row' });
    const whole = events.length;
    alterInsert(alter);
    await sql.query("INSERT INTO public.t VALUES (2, 'second')");
    await expect(source.ended).rejects.toMatchObject(FAILURE);
    expect(events.slice(whole).map(({ kind }) => kind)).toEqual(['begin']);
  } finally {
    await source.stop();
  }
});
