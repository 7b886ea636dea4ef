import type { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openConnection } from '../../../../src/postgres/connection.js';
import {
  type Fixture,
  lenkwerkDatabase,
  queryRows,
} from '../../../support/servers/database-fixture.js';
import { uniqueName } from '../../../support/servers/servers.js';

let fixture: Fixture;
let reader: Client;
let role: string;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
  role = uniqueName('reader');
  await fixture.client.query(`
    CREATE ROLE ${role} LOGIN;
    GRANT USAGE ON SCHEMA storage, lenkwerk TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA storage TO ${role};
    GRANT EXECUTE ON FUNCTION lenkwerk.barrier(text), lenkwerk.request_repair(jsonb) TO ${role}`);
  reader = await openConnection({ ...fixture.settings, username: role }, 'test');
});
afterEach(async () => {
  await reader.end();
  await fixture.client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await fixture.close();
});

it('lets a role that may only read hold writers off until it commits', async () => {
  const { client } = fixture;
  const write = "INSERT INTO storage.config (key, value) VALUES ('k', '1')";
  await expect(reader.query(write)).rejects.toMatchObject({ code: '42501' });
  await reader.query('BEGIN');
  await reader.query("SELECT lenkwerk.barrier('n-1')");
  await client.query("SET lock_timeout = '50ms'");
  await expect(client.query(write)).rejects.toMatchObject({ code: '55P03' });
  await reader.query('COMMIT');
  await expect(client.query(write)).resolves.toMatchObject({ rowCount: 1 });
});

it('puts the nonce and requests of repair into the stream', async () => {
  const { client } = fixture;
  const slot = uniqueName('slot');
  await client.query(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
  await reader.query("SELECT lenkwerk.barrier('n-1')");
  await reader.query(`SELECT lenkwerk.request_repair('["/Config/ä"]')`);
  const messages = await queryRows(
    client,
    `SELECT encode(data, 'escape') FROM pg_logical_slot_peek_binary_changes('${slot}', NULL,
       NULL, 'proto_version', '1', 'publication_names', 'bagger_lw_storage', 'messages', 'true')
      WHERE get_byte(data, 0) = ascii('M')`,
  );
  const texts = messages.flat().map(String);
  expect(texts[0]).toContain('lenkwerk/barrier');
  expect(texts[0]).toContain('n-1');
  expect(texts[1]).toContain('lenkwerk/repair');
  expect(texts[1]).toContain('["/Config/');
});

it.each(["''", 'NULL', "'with space'", `'${'n'.repeat(65)}'`])(
  'refuses nonce %s',
  async (nonce) => {
    await expect(reader.query(`SELECT lenkwerk.barrier(${nonce})`)).rejects.toMatchObject({
      code: '22023',
    });
  },
);

it.each(["'{}'", 'NULL', "'[1]'"])('refuses to ask for the repair of %s', async (keys) => {
  await expect(reader.query(`SELECT lenkwerk.request_repair(${keys})`)).rejects.toMatchObject({
    code: '22023',
  });
});

it('refuses a transaction whose snapshot could be older than the locks', async () => {
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await expect(reader.query("SELECT lenkwerk.barrier('n')")).rejects.toMatchObject({
    code: '25000',
  });
  await reader.query('ROLLBACK');
});
