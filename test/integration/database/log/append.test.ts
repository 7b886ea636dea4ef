import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendApplyLog, entryAfter } from '../../../../src/database/log/append.js';
import { verifyApplyLog } from '../../../../src/database/log/chain.js';
import { getApplyLogEntry, lastEntry } from '../../../../src/database/log/entries.js';
import { initialise } from '../../../../src/database/setup/init.js';
import {
  type Fixture,
  lenkwerkDatabase,
  queryRows,
} from '../../../support/servers/database-fixture.js';

let fixture: Fixture;
let client: Client;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
  client = fixture.client;
});
afterEach(async () => fixture.close());

const ORIGIN = { author: 'ädá', gitCommit: null, ci: '{"n": 1.10}', plan: '{"a": 1.10}' };
const append = async (desired: string | null, session = client) => {
  const record = { ...ORIGIN, uuid: randomUUID(), desired };
  return await appendApplyLog(session, entryAfter(await lastEntry(session), record));
};

const LINES = Array.from({ length: 60 }, (_, at) => `line ${at}`);
const withLine = (at: number) => LINES.with(at % LINES.length, `changed by ${at}`).join('\n');

test('every desired state can be read, and few are kept whole', async () => {
  for (let at = 1; at <= 120; at += 1) await append(withLine(at));
  for (const at of [1, 2, 50, 51, 52, 53, 103, 120]) {
    expect((await getApplyLogEntry(client, BigInt(at)))?.desired, `entry ${at}`).toBe(withLine(at));
  }
  expect((await lastEntry(client))?.desired()).toBe(withLine(120));
  const whole = 'SELECT id FROM lenkwerk.apply_log WHERE desired_base IS NULL ORDER BY id';
  expect((await queryRows(client, whole)).flat()).toEqual(['1', '52', '103']);
  expect(await verifyApplyLog(client)).toBeUndefined();
});

test('what shares too little with the one before, or follows none, is kept whole', async () => {
  for (const desired of ['a\nb', 'c\nd', null, 'e', '']) await append(desired);
  const bases = 'SELECT desired, desired_base FROM lenkwerk.apply_log ORDER BY id';
  const texts = ['a\nb', 'c\nd', null, 'e', ''].map((text) => [text, null]);
  expect(await queryRows(client, bases)).toEqual(texts);
});

test('the digest covers every column', async () => {
  await client.query(`SELECT storage.save_servermap('{"version":1}')`);
  for (const at of [1, 2, 3]) await append(withLine(at));
  await client.query('ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER append_only');
  const columns = await queryRows(
    client,
    `SELECT attname, CASE WHEN atttypid = 'json'::regtype THEN '''{}'''
                          WHEN atttypid = 'timestamptz'::regtype THEN 'now()'
                          WHEN atttypid = 'uuid'::regtype THEN 'gen_random_uuid()'
                          ELSE '''77''' END
       FROM pg_attribute
      WHERE attrelid = 'lenkwerk.apply_log'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  expect(columns).toHaveLength(13);
  for (const [column, value] of columns) {
    await client.query('BEGIN');
    await client.query(`UPDATE lenkwerk.apply_log SET ${column} = ${value} WHERE id = 2`);
    expect(await verifyApplyLog(client), `${column}`).toBeDefined();
    await client.query('ROLLBACK');
  }
  expect(await verifyApplyLog(client)).toBeUndefined();
});

test('entries that were swapped, or taken from another place, do not fit', async () => {
  for (const at of [1, 2, 3, 4]) await append(withLine(at));
  await client.query('ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER append_only');
  for (const [statement, broken] of [
    ['DELETE FROM lenkwerk.apply_log WHERE id = 1', '2'],
    ['DELETE FROM lenkwerk.apply_log WHERE id = 3', '4'],
    ['UPDATE lenkwerk.apply_log SET id = -id WHERE id = 1', '-1'],
    ['UPDATE lenkwerk.apply_log SET id = id + 10 WHERE id > 2', '13'],
  ]) {
    await client.query('BEGIN');
    await client.query(`${statement}`);
    expect((await verifyApplyLog(client))?.id.toString(), statement).toBe(broken);
    await client.query('ROLLBACK');
  }
});

test('an entry that does not follow the last one is refused, as is a difference to nothing', async () => {
  await append('a');
  const digest = (await lastEntry(client))?.digest;
  const call = (desired: string | null, isDifference: boolean, previous?: string) =>
    client.query(
      `SELECT lenkwerk.append_apply(gen_random_uuid(), NULL, NULL, NULL, '{}', $1, $2, $3)`,
      [desired, isDifference, previous],
    );
  await expect(call('b', false)).rejects.toMatchObject({ code: '40001' });
  await expect(call('b', false, 'f'.repeat(64))).rejects.toMatchObject({ code: '40001' });
  await expect(call(null, true, digest)).rejects.toMatchObject({ code: '22023' });
  await append(null);
  const next = (await lastEntry(client))?.digest;
  await expect(call('[]', true, next)).rejects.toMatchObject({ code: '22023' });
  expect(await verifyApplyLog(client)).toBeUndefined();
});

test('an entry that would keep the log from being read is refused', async () => {
  await append('a');
  const digest = (await lastEntry(client))?.digest;
  const call = (author: string, plan: string, desired: string) =>
    client.query(
      `SELECT lenkwerk.append_apply(
         gen_random_uuid(), ${author}, NULL, NULL, ${plan}, ${desired}, false, $1)`,
      [digest],
    );
  const long = `repeat(' ', 65 * 1024 * 1024)`;
  for (const [author, plan, desired] of [
    [`repeat('a', 70000)`, `'{}'`, 'NULL'],
    ['NULL', `(${long} || '{}')::json`, 'NULL'],
    ['NULL', `'{}'`, long],
  ] as const) {
    await expect(call(author, plan, desired)).rejects.toMatchObject({ code: '54000' });
  }
  expect(await verifyApplyLog(client)).toBeUndefined();
});

test('a text that cannot be rebuilt counts as none, and the next is kept whole', async () => {
  await append(withLine(1));
  const digest = (await lastEntry(client))?.digest;
  await client.query(
    `SELECT lenkwerk.append_apply(gen_random_uuid(), NULL, NULL, NULL, '{}', $1, true, $2)`,
    ['[[0,1000]]', digest],
  );
  expect((await lastEntry(client))?.desired()).toBeNull();
  await append(withLine(3));
  expect((await getApplyLogEntry(client, 3n))?.desired).toBe(withLine(3));
  expect(await verifyApplyLog(client)).toBeUndefined();
});

test('a log of an earlier version is kept beside the new one', async () => {
  await client.query(`
    DROP TABLE lenkwerk.apply_log;
    CREATE TABLE lenkwerk.apply_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, uuid uuid NOT NULL UNIQUE,
      applied_at timestamptz NOT NULL, database_user text NOT NULL, plan json NOT NULL,
      previous_digest text UNIQUE, digest text NOT NULL UNIQUE);
    INSERT INTO lenkwerk.apply_log (uuid, applied_at, database_user, plan, digest)
    VALUES (gen_random_uuid(), now(), 'me', '{}', 'x')`);
  for (let times = 0; times < 2; times += 1) await initialise(client);
  expect(await append('a')).toMatchObject({ id: 1n });
  const counted = 'SELECT count(*)::int FROM lenkwerk.earlier_apply_log';
  expect(await queryRows(client, counted)).toEqual([[1]]);
});
