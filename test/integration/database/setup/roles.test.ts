import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lenkwerk, type Outcome } from '../../../support/cli/command-line.js';
import {
  createDatabase,
  databaseUrl,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

let database: TestDatabase;
let folder: string;
let store: string;
let logins: string[];
let sessions: Client[];

beforeEach(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-roles-'));
  store = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
  logins = [];
  sessions = [];
});
afterEach(async () => {
  for (const session of sessions) await session.end();
  await database.drop();
  for (const login of logins) await asAdmin(`DROP ROLE ${login}`, databaseUrl('postgres'));
  rmSync(folder, { recursive: true });
});

async function asAdmin(statement: string, url = database.url): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** A member of the group, and of nothing else. */
async function loginOf(group: string, attributes = ''): Promise<string> {
  const name = uniqueName(group);
  await asAdmin(`CREATE ROLE ${escapeIdentifier(name)} LOGIN ${attributes} IN ROLE ${group}`);
  logins.push(escapeIdentifier(name));
  return name;
}

function urlOf(login: string): string {
  const url = new URL(database.url);
  url.username = login;
  return url.href;
}

function run(login: string, args: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  const connection = ['--db', urlOf(login), '--kv', store];
  return lenkwerk([...args, ...connection], signal === undefined ? {} : { signal });
}

async function sessionOf(login: string): Promise<Client> {
  const client = new Client({ connectionString: urlOf(login) });
  await client.connect();
  sessions.push(client);
  return client;
}

/** Each is refused for want of a privilege, and for nothing else. */
async function expectRefused(login: string, statements: readonly string[]): Promise<void> {
  const client = await sessionOf(login);
  for (const statement of statements) {
    const outcome = await client.query(statement).then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
    expect(outcome, statement).toBe('42501');
  }
}

function manifest(topic: string): string {
  const file = join(folder, `${topic}.yaml`);
  const lines = [
    'apiVersion: lenkwerk/v1',
    'kind: Cluster',
    'instances: [{host: "s-[1-2].example.com", username: u, status: online}]',
    'dimensions: [{field: /service}]',
    'indexes: [{name: i, method: gin, fields: [{pointer: /user}]}]',
    'servermap: {algorithm: ring}',
    `config: {kafka_topic: ${topic}}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const TAMPERING = [
  'UPDATE lenkwerk.apply_log SET author = NULL',
  'DELETE FROM lenkwerk.apply_log',
  'TRUNCATE lenkwerk.apply_log',
  'ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER append_only',
  'UPDATE lenkwerk.cluster SET uuid = gen_random_uuid()',
  'DELETE FROM lenkwerk.schema_migration',
];
const SCHEMA_CHANGES = [
  'CREATE TABLE storage.mine ()',
  'CREATE TABLE lenkwerk.mine ()',
  'CREATE SCHEMA mine',
  'DROP TABLE storage.config',
  'ALTER TABLE storage.config REPLICA IDENTITY DEFAULT',
  'ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.config',
  'DROP FUNCTION lenkwerk.barrier(text)',
  'CREATE OR REPLACE FUNCTION lenkwerk.refuse_change() RETURNS trigger LANGUAGE sql AS $$$$',
];
const WRITES = [
  "INSERT INTO storage.config (key, value) VALUES ('x', '1')",
  "UPDATE storage.config SET value = '1'",
  'DELETE FROM storage.index_field',
  'TRUNCATE storage.servermap',
  "SELECT nextval('storage.config_id_seq')",
  "SELECT storage.save_config('x', '1')",
  "INSERT INTO lenkwerk.apply_log (uuid, applied_at, database_user, plan, digest) VALUES (gen_random_uuid(), now(), '', '{}', '')",
  'DO $$BEGIN LOCK TABLE storage.config IN SHARE ROW EXCLUSIVE MODE; END$$',
];
const REPLICATION = ["SELECT pg_create_logical_replication_slot('mine', 'pgoutput')"];
const ENTRY_POINTS = ["SELECT lenkwerk.barrier('n')", "SELECT lenkwerk.request_repair('[]')"];

describe('init --roles', () => {
  test('reports its changes, repeats none, and changes nothing with --check', async () => {
    const check = await run('postgres', ['init', '--roles', '--check', '--json']);
    expect(check.exitCode).toBe(2);
    const first = await run('postgres', ['init', '--roles', '--json']);
    const { done, next } = JSON.parse(first.stdout);
    expect(JSON.parse(check.stdout).done).toEqual(done);
    expect(done).toContain(
      'lenkwerk_apply may DELETE, INSERT, SELECT, UPDATE on table storage.config',
    );
    expect(done).toContain('lenkwerk_apply may INSERT, SELECT on table lenkwerk.apply_log');
    expect(done).toContain('table storage.config belongs to lenkwerk_owner');
    expect(next.join()).toContain('REPLICATION');
    const again = await run('postgres', ['init', '--roles']);
    expect(again.stdout).toMatch(/^Nothing to do: /);
    expect(again.stdout).toContain('next: ALTER ROLE "the agent\'s login" REPLICATION');
    expect((await run('postgres', ['init', '--check'])).exitCode).toBe(0);
  });

  test('the former owner of the tables keeps its rights', async () => {
    const before = uniqueName('dba');
    await asAdmin(`CREATE ROLE ${before} LOGIN`);
    logins.push(before);
    await asAdmin(`ALTER DATABASE ${database.name} OWNER TO ${before}`);
    expect((await run(before, ['init'])).exitCode).toBe(0);
    expect((await run(before, ['init', '--roles'])).exitCode).toBe(1);
    expect((await run('postgres', ['init', '--roles'])).exitCode).toBe(0);
    const session = await sessionOf(before);
    await session.query("SELECT storage.save_config('x', '1')");
    await session.query('ALTER TABLE storage.config SET (fillfactor = 90)');
  });
});

describe('members', () => {
  beforeEach(async () => {
    await run('postgres', ['init', '--roles']);
  });

  test('the owner sets the database up again, and what it makes belongs to the group', async () => {
    const owner = await loginOf('lenkwerk_owner');
    await asAdmin('DROP TABLE lenkwerk.apply_log; DROP PUBLICATION bagger_lw_storage');
    expect(await run(owner, ['init'])).toMatchObject({ exitCode: 0 });
    expect((await run(owner, ['init', '--check'])).exitCode).toBe(0);
    const session = await sessionOf(owner);
    const { rows } = await session.query(
      "SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = 'lenkwerk.apply_log'::regclass",
    );
    expect(rows).toEqual([{ owner: 'lenkwerk_owner' }]);
    await expectRefused(owner, [...REPLICATION, 'CREATE ROLE mine', 'SELECT * FROM pg_authid']);
  });

  test('apply writes the six tables and adds to the log', async () => {
    const apply = await loginOf('lenkwerk_apply');
    expect((await run(apply, ['plan', manifest('a')])).exitCode).toBe(0);
    const applied = await run(apply, ['apply', manifest('a'), '--auto-approve']);
    expect(applied).toMatchObject({ exitCode: 0 });
    const next = await run(apply, ['apply', manifest('b'), '--auto-approve', '--json']);
    expect(next).toMatchObject({ exitCode: 0 });
    expect((await run(apply, ['plan', manifest('b'), '--detailed-exitcode'])).exitCode).toBe(0);
    await expectRefused(apply, [...TAMPERING, ...SCHEMA_CHANGES, ...REPLICATION, ...ENTRY_POINTS]);
    await expectRefused(apply, ['TRUNCATE storage.servermap']);
  });

  test('the agent publishes, verify verifies, and neither can write', async () => {
    await run('postgres', ['apply', manifest('a'), '--auto-approve']);
    const agent = await loginOf('lenkwerk_agent', 'REPLICATION');
    const verify = await loginOf('lenkwerk_verify');
    const reader = await loginOf('lenkwerk_reader');
    const stop = new AbortController();
    const running = run(agent, ['agent', '--slot', uniqueName('slot')], stop.signal);
    await waitFor(async () => (await run(reader, ['get', '/Config/kafka_topic'])).exitCode === 0, {
      what: 'the topic in the store',
    });
    expect(await run(verify, ['verify', manifest('a'), '--wait'])).toMatchObject({ exitCode: 0 });
    await run('postgres', ['apply', manifest('b'), '--auto-approve']);
    expect(await run(verify, ['verify', manifest('b'), '--wait'])).toMatchObject({ exitCode: 0 });
    const session = await sessionOf(verify);
    for (const call of ENTRY_POINTS) await session.query(call);
    stop.abort();
    expect(await running).toMatchObject({ exitCode: 0 });
    await expectRefused(agent, [...WRITES, ...TAMPERING, ...SCHEMA_CHANGES]);
    await expectRefused(verify, [...WRITES, ...TAMPERING, ...SCHEMA_CHANGES, ...REPLICATION]);
  });

  test('an agent without REPLICATION gets an error with a hint', async () => {
    const agent = await loginOf('lenkwerk_agent');
    const outcome = await run(agent, ['agent', '--slot', uniqueName('slot')]);
    expect(outcome.exitCode).toBe(1);
    const doctor = await run(agent, ['doctor']);
    expect(doctor.stdout).toContain(`fix: if it should: ALTER ROLE "${agent}" REPLICATION\n`);
    expect(doctor.stdout).not.toMatch(/^fail {2}(?:role|setup|config)/m);
    const status = await run(agent, ['status']);
    expect(status.stdout).toContain('last apply: hidden from this role');
  });

  test('the reader plans, exports and looks, and changes nothing', async () => {
    await run('postgres', ['apply', manifest('a'), '--auto-approve']);
    const reader = await loginOf('lenkwerk_reader');
    expect((await run(reader, ['plan', manifest('b'), '--detailed-exitcode'])).exitCode).toBe(2);
    for (const command of ['export', 'history', 'status']) {
      expect(await run(reader, [command]), command).toMatchObject({ exitCode: 0 });
    }
    expect((await run(reader, ['apply', manifest('b'), '--auto-approve'])).exitCode).toBe(1);
    expect((await run(reader, ['init'])).exitCode).toBe(1);
    await expectRefused(reader, [
      ...WRITES,
      ...TAMPERING,
      ...SCHEMA_CHANGES,
      ...REPLICATION,
      ...ENTRY_POINTS,
    ]);
  });

  test('who is in no group sees nothing', async () => {
    const stranger = uniqueName('stranger');
    await asAdmin(`CREATE ROLE ${stranger} LOGIN`);
    logins.push(stranger);
    expect((await run(stranger, ['plan', manifest('a')])).exitCode).toBe(1);
    await expectRefused(stranger, ['SELECT * FROM storage.config', ...WRITES, ...ENTRY_POINTS]);
  });
});
