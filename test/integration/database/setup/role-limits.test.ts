/** What no role may do but the owner. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyApplyLog } from '../../../../src/database/log/chain.js';
import { Logins } from '../../../support/logins.js';

let logins: Logins;
beforeAll(async () => {
  logins = await Logins.create();
  await logins.run('postgres', ['init', '--roles']);
});
afterAll(() => logins.close());

const APPEND = `SELECT lenkwerk.append_apply(
  gen_random_uuid(), 'forged', NULL, NULL, '{}', NULL, false,
  (SELECT digest FROM lenkwerk.apply_log ORDER BY id DESC LIMIT 1))`;

const LOG = [
  `INSERT INTO lenkwerk.apply_log (id, uuid, applied_at, database_user, plan, digest)
   VALUES (9223372036854775807, gen_random_uuid(), now(), 'other', '{}', 'x')`,
  'UPDATE lenkwerk.apply_log SET author = NULL',
  'DELETE FROM lenkwerk.apply_log',
  'TRUNCATE lenkwerk.apply_log',
  'ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER append_only',
  'DO $$BEGIN LOCK TABLE lenkwerk.apply_log IN SHARE MODE; END$$',
];
const BOOKKEEPING = [
  'UPDATE lenkwerk.cluster SET uuid = gen_random_uuid()',
  'DELETE FROM lenkwerk.schema_migration',
  "INSERT INTO lenkwerk.agent_slot (slot, activation) VALUES ('s', gen_random_uuid())",
  'UPDATE lenkwerk.agent_slot SET activation = gen_random_uuid()',
  'DELETE FROM lenkwerk.agent_slot',
];
const SCHEMA = [
  'CREATE TABLE storage.mine ()',
  'CREATE TABLE lenkwerk.mine ()',
  'CREATE SCHEMA mine',
  'DROP TABLE storage.config',
  'ALTER TABLE storage.config REPLICA IDENTITY DEFAULT',
  "ALTER TABLE storage.config ALTER COLUMN value SET DEFAULT '1'",
  'ALTER TABLE storage.config ENABLE ROW LEVEL SECURITY',
  'CREATE INDEX ON storage.config (value)',
  'CREATE RULE r AS ON INSERT TO storage.config DO ALSO NOTHING',
  'DROP FUNCTION lenkwerk.barrier(text)',
  'ALTER FUNCTION lenkwerk.barrier(text) SECURITY INVOKER',
  'CREATE OR REPLACE FUNCTION lenkwerk.refuse_change() RETURNS trigger LANGUAGE sql AS $$$$',
  `CREATE TRIGGER t AFTER INSERT ON storage.config EXECUTE FUNCTION lenkwerk.refuse_change()`,
  'CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION lenkwerk.refuse_change()',
  'ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.config',
  'DROP PUBLICATION bagger_lw_storage',
  'CREATE PUBLICATION mine',
];
const MESSAGES = [
  "SELECT pg_logical_emit_message(true, 'lenkwerk/repair', '[]'::text)",
  "SELECT pg_logical_emit_message(false, 'other', repeat('x', 1000))",
  "SELECT pg_logical_emit_message(true, 'lenkwerk/barrier', 'n'::bytea)",
];
const IDENTITIES = [
  'SET SESSION AUTHORIZATION postgres',
  'SET ROLE lenkwerk_owner',
  'SET session_replication_role = replica',
  'CREATE ROLE mine',
  'GRANT lenkwerk_owner TO CURRENT_USER',
];
const SECRETS = [
  'SELECT * FROM pg_authid',
  'SELECT * FROM pg_shadow',
  'SELECT subconninfo FROM pg_subscription',
  'SELECT * FROM pg_user_mapping',
  "SELECT pg_read_file('postgresql.conf')",
  "SELECT pg_ls_dir('.')",
  "COPY (SELECT 1) TO PROGRAM 'true'",
  'SHOW primary_conninfo',
];
const WRITES = [
  "INSERT INTO storage.config (key, value) VALUES ('x', '1')",
  "UPDATE storage.config SET value = '1'",
  'DELETE FROM storage.index_field',
  "SELECT nextval('storage.config_id_seq')",
  "SELECT storage.save_config('x', '1')",
  'DO $$BEGIN LOCK TABLE storage.config IN SHARE MODE; END$$',
];
const TRUNCATE = ['TRUNCATE storage.servermap'];
const SLOTS = [
  "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
  "SELECT pg_create_physical_replication_slot('mine')",
  "SELECT pg_drop_replication_slot('other')",
];
const BARRIER = ["SELECT lenkwerk.barrier('n')"];
const REPAIR = ["SELECT lenkwerk.request_repair('[]')"];
const ACTIVATE = ["SELECT lenkwerk.activate_slot('s', NULL, gen_random_uuid(), NULL)"];

const FORBIDDEN = [LOG, BOOKKEEPING, SCHEMA, MESSAGES, IDENTITIES, SECRETS, TRUNCATE].flat();
const READ = ['SELECT * FROM storage.config', 'SELECT * FROM lenkwerk.apply_log'];

test.each<readonly [string, string, readonly string[]]>([
  ['lenkwerk_reader', '', [WRITES, SLOTS, BARRIER, REPAIR, ACTIVATE, [APPEND]].flat()],
  ['lenkwerk_apply', '', [SLOTS, REPAIR, ACTIVATE].flat()],
  ['lenkwerk_verify', '', [WRITES, SLOTS, ACTIVATE, [APPEND]].flat()],
  ['lenkwerk_agent', 'REPLICATION', [WRITES, [APPEND]].flat()],
])('a member of %s', async (group, attributes, further) => {
  await logins.expectRefused(await logins.loginOf(group, attributes), [...FORBIDDEN, ...further]);
});

test('who is in no group, a storage node among them', async () => {
  const stranger = await logins.loginOf(undefined);
  const further = [WRITES, SLOTS, BARRIER, REPAIR, ACTIVATE, [APPEND]].flat();
  await logins.expectRefused(stranger, [...FORBIDDEN, ...READ, ...further]);
});

test('the owner of the tables, beyond them', async () => {
  const [AUTHORIZATION = ''] = IDENTITIES;
  await logins.expectRefused(await logins.loginOf('lenkwerk_owner'), [
    ...[AUTHORIZATION, 'CREATE ROLE mine', 'SET session_replication_role = replica'],
    ...[SLOTS, SECRETS].flat(),
    'CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION lenkwerk.refuse_change()',
  ]);
});

test('who applies forges neither user nor time nor order, whatever its session is set to', async () => {
  const login = await logins.loginOf('lenkwerk_apply');
  const session = await logins.sessionOf(login);
  await session.query(`
    SET ROLE lenkwerk_apply; SET timezone = 'Asia/Tokyo'; SET datestyle = 'German';
    SET client_encoding = 'LATIN1'; SET extra_float_digits = 0; SET quote_all_identifiers = on`);
  for (let times = 0; times < 3; times += 1) await session.query(APPEND);
  const { rows } = await session.query({
    text: `SELECT id::int, database_user, applied_at <= clock_timestamp() AND applied_at > now() - interval '1 minute'
             FROM lenkwerk.apply_log ORDER BY id`,
    rowMode: 'array',
  });
  expect(rows).toEqual([1, 2, 3].map((id) => [id, login, true]));
  expect(await verifyApplyLog(await logins.openAs(login))).toBeUndefined();
});

test('types of the caller do not run in functions of the owner', async () => {
  for (const [group, attributes, call] of [
    ['lenkwerk_apply', '', APPEND],
    ['lenkwerk_apply', '', ...BARRIER],
    ['lenkwerk_verify', '', ...REPAIR],
    ['lenkwerk_agent', 'REPLICATION', ...ACTIVATE],
  ]) {
    const session = await logins.sessionOf(await logins.loginOf(group, attributes));
    await session.query(`
      CREATE FUNCTION pg_temp.attack() RETURNS boolean LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION 'runs as %', current_user USING ERRCODE = 'P0A7T'; END$$;
      CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.attack());
      CREATE DOMAIN pg_temp.jsonb AS pg_catalog.jsonb CHECK (pg_temp.attack());
      CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (pg_temp.attack())`);
    await session.query(`${call}`);
  }
});

test('a barrier that is held open ends with its session, which the server ends', async () => {
  const session = await logins.sessionOf(await logins.loginOf('lenkwerk_verify'));
  const ended = new Promise<void>((resolve) => session.once('end', resolve));
  await session.query("BEGIN; SELECT lenkwerk.barrier('n')");
  const login = await logins.loginOf('lenkwerk_apply');
  const args = ['apply', logins.manifest('held'), '--auto-approve', '--lock-timeout', '60'];
  expect(await logins.run(login, args)).toMatchObject({ exitCode: 0 });
  await ended;
});
