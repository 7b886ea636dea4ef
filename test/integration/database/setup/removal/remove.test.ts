/** `init --remove` undoes what `init` did, and nothing else. */
import type { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { initialise } from '../../../../../src/database/setup/init.js';
import { removeInstallation } from '../../../../../src/database/setup/removal/remove.js';
import { startCli } from '../../../../support/cli/cli.js';
import { lenkwerk } from '../../../../support/cli/command-line.js';
import {
  emptyDatabase,
  type Fixture,
  queryRows,
} from '../../../../support/servers/database-fixture.js';
import { EXISTING_BAGGER } from '../../../../support/servers/existing-bagger.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../../../support/servers/servers.js';
import { catalog, serverWithDatabases } from '../../../../support/setup/catalog.js';

let fixture: Fixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

/** Every row with where it lies and which transaction wrote it. */
function rowsBitForBit(client: Client): Promise<unknown[][]> {
  return queryRows(
    client,
    `SELECT 'config', ctid::text, xmin::text, t::text FROM storage.config AS t UNION ALL
     SELECT 'index', ctid::text, xmin::text, t::text FROM storage.index AS t UNION ALL
     SELECT 'index_field', ctid::text, xmin::text, t::text FROM storage.index_field AS t UNION ALL
     SELECT 'servermap', ctid::text, xmin::text, t::text FROM storage.servermap AS t UNION ALL
     SELECT 'dimension', ctid::text, xmin::text, t::text FROM storage.dimension AS t UNION ALL
     SELECT 'instance', ctid::text, xmin::text, t::text FROM storage.postgres_instance AS t
      ORDER BY 1, 2`,
  );
}

test('a database that was set up keeps the tables of the interface alone', async () => {
  fixture = await emptyDatabase();
  const { client } = fixture;
  await initialise(client);
  await client.query(`SELECT storage.save_config('kafka_topic', '"events"')`);
  const check = await removeInstallation(client, { check: true });
  const done = await removeInstallation(client);
  expect(check).toEqual(done);
  // Roles are the server's: other databases may have them.
  expect(done.kept.filter((name) => !name.startsWith('role '))).toEqual([
    'schema storage',
    ...['config', 'dimension', 'index', 'index_field', 'postgres_instance', 'servermap'].map(
      (table) => `table storage.${table}`,
    ),
    'table storage.time_bound',
  ]);
  expect(done.removed).toEqual(
    expect.arrayContaining([
      'publication bagger_lw_storage',
      'replica identity full of storage.config',
      'table lenkwerk.apply_log',
      'function storage.get_config(text)',
    ]),
  );
  expect(await queryRows(client, 'SELECT key, value FROM storage.config')).toEqual([
    ['kafka_topic', '"events"'],
  ]);
  const again = await removeInstallation(client);
  expect(again).toEqual({ clusterId: undefined, removed: [], kept: again.kept, staying: [] });
  expect((await initialise(client)).done).toContain('table lenkwerk.apply_log');
});

test('a database that was adopted is as it was, with its functions and its publication', async () => {
  fixture = await emptyDatabase();
  const { client } = fixture;
  await client.query(EXISTING_BAGGER);
  const before = { catalog: await catalog(client), rows: await rowsBitForBit(client) };
  await initialise(client);
  await initialise(client);
  expect(await catalog(client)).not.toEqual(before.catalog);
  await removeInstallation(client);
  const after = { catalog: await catalog(client), rows: await rowsBitForBit(client) };
  // Not one of the publication's settings, which only lose what agents would miss.
  expect(after).toEqual(before);
});

test('what others made of our objects ends it, and nothing is changed', async () => {
  fixture = await emptyDatabase();
  const { client } = fixture;
  await initialise(client);
  await client.query('CREATE VIEW public.applies AS SELECT id FROM lenkwerk.apply_log');
  const before = await catalog(client);
  await expect(removeInstallation(client)).rejects.toMatchObject({
    code: 'database-error',
    message: expect.stringContaining('view public.applies depends on table lenkwerk.apply_log'),
  });
  expect(await catalog(client)).toEqual(before);
});

test('an active agent is a reason to refuse; slots of our agents go, others stay', async () => {
  fixture = await emptyDatabase();
  const { client, database } = fixture;
  await initialise(client);
  const names = { ours: uniqueName('slot'), other: uniqueName('other') };
  await client.query('SELECT pg_create_logical_replication_slot($1, $2)', [
    names.other,
    'test_decoding',
  ]);
  const store = `${etcdEndpoint().replace(/^http/, 'etcd')}?prefix=${uniquePrefix()}`;
  const agent = startCli(['agent', '--db', database.url, '--kv', store, '--slot', names.ours]);
  await agent.waitForOutput('reading the slot');
  const remove = async (...flags: readonly string[]) =>
    lenkwerk(['init', '--remove', '--db', database.url, ...flags]);
  const refused = await remove();
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain(`over the slot ${names.ours}`);
  agent.kill();
  await agent.ended;
  const check = await remove('--check', '--json');
  expect(check.exitCode).toBe(2);
  expect(JSON.parse(check.stdout).removed).toContain(`slot ${names.ours}`);
  const done = await remove();
  expect(done.exitCode).toBe(0);
  expect(done.stdout).toContain(`  - slot ${names.ours}`);
  expect(done.stdout).toContain('next: in each store');
  const slots = await queryRows(
    client,
    'SELECT slot_name FROM pg_replication_slots WHERE database = current_database()',
  );
  expect(slots).toEqual([[names.other]]);
  const nothing = await remove();
  expect(nothing).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Nothing to do/) });
});

describe('roles', () => {
  const ROLES = `SELECT rolname FROM pg_roles WHERE rolname LIKE 'lenkwerk%' ORDER BY 1`;

  test('rights and ownership go back; a role that another database uses stays', async () => {
    const { session, admin } = await serverWithDatabases();
    await admin.query(
      'CREATE ROLE keeper LOGIN; ALTER DATABASE one OWNER TO keeper; ALTER DATABASE two OWNER TO keeper',
    );
    const keeper = await session('one', 'keeper');
    await keeper.query(EXISTING_BAGGER);
    const one = await session('one');
    const before = await catalog(one);
    await initialise(keeper);
    await initialise(one, { roles: true });
    const two = await session('two');
    await initialise(two, { roles: true });
    const check = await removeInstallation(one, { check: true });
    const done = await removeInstallation(one);
    expect(done).toEqual(check);
    expect(done.removed).toContain('table storage.config belongs to lenkwerk_owner');
    expect(await catalog(one)).toEqual(before);
    expect(await queryRows(one, ROLES)).toHaveLength(5);
    const last = await removeInstallation(two);
    expect(last.removed).toContain('role lenkwerk_owner');
    expect(await queryRows(two, ROLES)).toEqual([]);
  });

  test('it takes a superuser, as it took one to create them', async () => {
    const { session, admin } = await serverWithDatabases();
    await initialise(await session('one'), { roles: true });
    await admin.query('CREATE ROLE keeper LOGIN IN ROLE lenkwerk_owner');
    await expect(removeInstallation(await session('one', 'keeper'))).rejects.toMatchObject({
      code: 'refused',
      hint: 'run it as superuser, as `init --roles` was',
    });
  });

  test('slots take the attribute REPLICATION; without it nothing is changed', async () => {
    const { session, admin } = await serverWithDatabases();
    await admin.query('CREATE ROLE keeper LOGIN; ALTER DATABASE one OWNER TO keeper');
    const keeper = await session('one', 'keeper');
    await initialise(keeper);
    const one = await session('one');
    await one.query("SELECT pg_create_logical_replication_slot('lw_agent', 'pgoutput')");
    await keeper.query("INSERT INTO lenkwerk.agent_slot VALUES ('lw_agent', gen_random_uuid())");
    const before = await catalog(one);
    for (const check of [true, false]) {
      await expect(removeInstallation(keeper, { check })).rejects.toMatchObject({
        message: 'keeper may not drop replication slots',
        hint: 'ALTER ROLE "keeper" REPLICATION',
      });
    }
    expect(await catalog(one)).toEqual(before);
    await admin.query('ALTER ROLE keeper REPLICATION');
    const { removed } = await removeInstallation(await session('one', 'keeper'));
    expect(removed).toContain('slot lw_agent');
  });

  test('a superuser reads no view in the place of a table', async () => {
    const { session } = await serverWithDatabases();
    const one = await session('one');
    await initialise(one);
    await one.query(
      `ALTER TABLE lenkwerk.created RENAME TO other;
       CREATE VIEW lenkwerk.created AS SELECT fact FROM lenkwerk.other`,
    );
    await expect(removeInstallation(one)).rejects.toMatchObject({ code: 'refused' });
  });
});
