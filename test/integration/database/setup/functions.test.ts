import type { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Fixture,
  lenkwerkDatabase,
  queryRows,
} from '../../../support/servers/database-fixture.js';

let fixture: Fixture;
let client: Client;
beforeAll(async () => {
  fixture = await lenkwerkDatabase();
  client = fixture.client;
});
afterAll(async () => fixture.close());

/** Calls an interface function with named arguments, as the tools do. */
function call(name: string, args: Record<string, string | number | null> = {}) {
  const names = Object.keys(args).map((argument, i) => `in_${argument} => $${i + 1}`);
  const text = `SELECT * FROM storage.${name}(${names.join(', ')})`;
  return queryRows(client, text, Object.values(args));
}

it('registers instances offline and sets their status', async () => {
  const first = await call('register_pg_instance', { host: 'a', port: 5432, username: 'u' });
  expect(first).toEqual([[1, 'a', 5432, 'u', 0]]);
  await call('register_pg_instance', { host: 'a', port: 5433, username: 'u' });
  await call('register_pg_instance', { host: 'b', port: 5432, username: 'u' });
  expect(await call('set_pg_instance_status', { id: 1, status: 3 })).toEqual([
    [1, 'a', 5432, 'u', 3],
  ]);
  expect(await call('get_pg_instance_by_id', { id: 1 })).toEqual([[1, 'a', 5432, 'u', 3]]);
  expect(await call('get_pg_instance_by_host_and_port', { host: 'b', port: 5432 })).toEqual([
    [3, 'b', 5432, 'u', 0],
  ]);
  expect((await call('list_pg_instances')).map(([id]) => id)).toEqual([1, 2, 3]);
  expect(await call('servermap_rotate_num')).toEqual([[2]]);
  await expect(call('set_pg_instance_status', { id: 1, status: 4 })).rejects.toMatchObject({
    code: '23514',
  });
});

it('returns no row for what does not exist', async () => {
  const until = '2026-01-01';
  expect(await call('get_pg_instance_by_id', { id: 99 })).toEqual([]);
  expect(await call('get_pg_instance_by_host_and_port', { host: 'z', port: 1 })).toEqual([]);
  expect(await call('set_pg_instance_status', { id: 99, status: 1 })).toEqual([]);
  expect(await call('expire_dimension', { id: 99, valid_until: until })).toEqual([]);
  expect(await call('expire_index', { id: 99, valid_until: until })).toEqual([]);
  expect(await call('expire_index_field', { id: 99, valid_until: until })).toEqual([]);
  expect(await call('get_index', { indexname: 'none' })).toEqual([]);
  expect(await call('get_config', { key: 'none' })).toEqual([]);
  expect(await call('get_servermap', { id: 99 })).toEqual([]);
  expect(await call('most_recent_servermap')).toEqual([]);
});

it('appends, inserts and expires dimensions', async () => {
  const none = { default_val: null, valid_from: null, valid_until: null };
  expect(await call('append_dimension', { fieldname: 'x', ...none })).toEqual([
    ['-infinity', 'infinity', 1, 0, 'notexist', 'x'],
  ]);
  await call('append_dimension', {
    fieldname: 'y',
    default_val: 'd',
    valid_from: '2026-01-01',
    valid_until: '2027-01-01',
  });
  expect(await call('insert_dimension', { ordinality: 1, fieldname: 'z', ...none })).toEqual([
    ['-infinity', 'infinity', 3, 1, 'notexist', 'z'],
  ]);
  await call('expire_dimension', { id: 1, valid_until: '-infinity' });
  expect(await call('get_dimensions')).toEqual([
    ['-infinity', '-infinity', 1, 0, 'notexist', 'x'],
    ['-infinity', 'infinity', 3, 1, 'notexist', 'z'],
    ['2026-01-01 00:00:00', '2027-01-01 00:00:00', 2, 2, 'd', 'y'],
  ]);
  const ranges = await queryRows(
    client,
    'SELECT storage.validrange(d) FROM storage.dimension AS d ORDER BY id',
  );
  expect(ranges.flat()).toEqual([
    'empty',
    '["2026-01-01 00:00:00","2027-01-01 00:00:00")',
    '[-infinity,infinity)',
  ]);
});

it('saves indexes and their fields', async () => {
  const index = { indexname: 'i', access_method: 'gin', tablespc: 't' };
  const bounds = { valid_until: '2027-01-01', valid_from: '2026-01-01' };
  const from = '2026-01-01 00:00:00';
  expect(await call('save_index', { ...index, ...bounds })).toEqual([
    [from, '2027-01-01 00:00:00', 1, 'i', 'gin', 't'],
  ]);
  const again = { access_method: 'btree', valid_until: null, valid_from: null, tablespc: null };
  expect(await call('save_index', { indexname: 'i', ...again })).toEqual([
    [from, 'infinity', 1, 'i', 'btree', 't'],
  ]);
  const none = { valid_from: null, valid_until: null };
  await call('append_index_field', { index_id: 1, expression: 'a', ...none });
  await call('append_index_field', { index_id: 1, expression: 'b', ...none });
  await call('insert_index_field', { index_id: 1, ordinality: 0, expression: 'c', ...none });
  await call('expire_index_field', { id: 2, valid_until: '2026-06-01' });
  const fields = await call('get_index_fields', { index_id: 1 });
  expect(fields.map((field) => field.slice(4))).toEqual([
    [0, 'c'],
    [1, 'a'],
    [2, 'b'],
  ]);
  expect(fields[2]?.[1]).toBe('2026-06-01 00:00:00');
  const expired = await call('expire_index', { id: 1, valid_until: '-infinity' });
  expect(await call('get_index', { indexname: 'i' })).toEqual(expired);
});

it('keeps the id and the exact text of config, and every generation of the servermap', async () => {
  await call('save_config', { key: 'k', value: '1' });
  const value = '{ "b": 1.10, "a":12345678901234567890}';
  expect(await call('save_config', { key: 'k', value })).toEqual([[1, 'k', value]]);
  expect(await call('get_config', { key: 'k' })).toEqual([[1, 'k', value]]);
  await call('save_servermap', { server_map: '{"version": 1}' });
  expect(await call('save_servermap', { server_map: '{"version": 1}' })).toEqual([
    [2, '{"version": 1}'],
  ]);
  expect(await call('most_recent_servermap')).toEqual(await call('get_servermap', { id: 2 }));
});

it('takes records of the key-value store any number of times', async () => {
  const receive = (relname: string, value: string) =>
    call('inbound_from_kvstore', { relname: `storage.${relname}`, value });
  const index =
    '{"valid_from":"-infinity","valid_until":"infinity","id":1,"indexname":"i",' +
    '"access_method":"hash","tablespc":"pg_default"}';
  for (const record of [index, index]) await receive('index', record);
  expect(await call('get_index', { indexname: 'i' })).toEqual([
    ['-infinity', 'infinity', 1, 'i', 'hash', 'pg_default'],
  ]);
  expect(await call('get_index_fields', { index_id: 1 })).toHaveLength(3);
  // The same key under another id: deleted and created again.
  const config = '{"id":7,"key":"k","value":{"n":1.10}, "unknown":true}';
  for (const record of [config, config]) await receive('config', record);
  expect(await call('get_config', { key: 'k' })).toEqual([[7, 'k', '{"n":1.10}']]);
  await receive('servermap', '{"id":2,"server_map":{"version":1,"x":2}}');
  expect(await call('most_recent_servermap')).toEqual([[2, '{"version":1,"x":2}']]);
});
