/** `init --remove` leaves what others have, and gives back what was there before `init`. */
import { describe, expect, test } from 'vitest';
import { initialise } from '../../../../../src/database/setup/init.js';
import { removeInstallation } from '../../../../../src/database/setup/removal/remove.js';
import { queryRows } from '../../../../support/servers/database-fixture.js';
import { EXISTING_BAGGER } from '../../../../support/servers/existing-bagger.js';
import { catalog, serverWithDatabases } from '../../../../support/setup/catalog.js';
import { waitFor } from '../../../../support/wait.js';

describe('objects of others in schema lenkwerk', () => {
  const MINE = `CREATE TABLE lenkwerk.mine (id int); INSERT INTO lenkwerk.mine VALUES (7);
    CREATE FUNCTION lenkwerk.seven() RETURNS int LANGUAGE sql AS 'SELECT 7'`;
  const LINES = ['function lenkwerk.seven()', 'table lenkwerk.mine'].map(
    (object) => `${object}: it is not of lenkwerk, and schema lenkwerk stays with it`,
  );

  test.each([false, true])('stay with their rows and the schema; roles: %s', async (roles) => {
    const { session, admin } = await serverWithDatabases();
    await admin.query('CREATE ROLE maker LOGIN');
    const one = await session('one');
    await initialise(one);
    await one.query(`${MINE}; ALTER TABLE lenkwerk.mine OWNER TO maker`);
    if (roles) await initialise(one, { roles });
    const check = await removeInstallation(one, { check: true });
    const done = await removeInstallation(one);
    expect(done).toEqual(check);
    expect(done.staying).toEqual(LINES);
    expect(done.kept).toContain('table lenkwerk.mine');
    expect(done.removed).toContain('table lenkwerk.apply_log');
    const mine = 'SELECT id, lenkwerk.seven() FROM lenkwerk.mine';
    expect(await queryRows(one, mine)).toEqual([[7, 7]]);
    const owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'mine'";
    expect(await queryRows(one, owner)).toEqual([['maker']]);
    const again = await removeInstallation(one);
    expect(again).toMatchObject({ clusterId: undefined, removed: [], staying: LINES });
  });

  test('a schema that was there stays, and so does what was in it', async () => {
    const { session } = await serverWithDatabases();
    const one = await session('one');
    await one.query(`CREATE SCHEMA lenkwerk; ${MINE}; ${EXISTING_BAGGER}`);
    const before = await catalog(one);
    await initialise(one);
    const { staying } = await removeInstallation(one);
    expect(staying).toEqual(['schema lenkwerk: not known to be of `init`', ...LINES]);
    expect(await catalog(one)).toEqual(before);
  });

  test('our names are all that init creates in the schema', async () => {
    const { session } = await serverWithDatabases();
    const one = await session('one');
    await initialise(one, { roles: true });
    const { kept, staying } = await removeInstallation(one);
    expect(kept.filter((fact) => fact.includes('lenkwerk'))).toEqual([]);
    expect(staying).toEqual([]);
  });
});

test('what others create while init runs is theirs', async () => {
  const { session } = await serverWithDatabases();
  const [one, other] = [await session('one'), await session('one')];
  await one.query(EXISTING_BAGGER);
  await one.query('DROP PUBLICATION IF EXISTS bagger_lw_storage');
  await other.query(`BEGIN; LOCK TABLE storage.config IN ACCESS SHARE MODE;
    CREATE FUNCTION storage.mine() RETURNS int LANGUAGE sql AS 'SELECT 7';
    CREATE PUBLICATION bagger_lw_storage FOR TABLE storage.config WITH (publish = 'insert');
    ALTER TABLE storage.servermap REPLICA IDENTITY FULL`);
  const [[pid] = []] = await queryRows(other, 'SELECT pg_backend_pid()');
  const running = initialise(one);
  await waitFor(
    async () => {
      const blocked = `SELECT FROM pg_stat_activity WHERE ${pid} = ANY (pg_blocking_pids(pid))`;
      return (await queryRows(other, blocked)).length === 1;
    },
    { what: 'init to wait' },
  );
  await other.query('COMMIT');
  const { done } = await running;
  expect(done).toContain('table storage.index in publication bagger_lw_storage');
  expect(done).not.toContain('function storage.mine()');
  expect(done).not.toContain('replica identity full of storage.servermap');
  const { kept } = await removeInstallation(one);
  expect(kept).toEqual(
    expect.arrayContaining([
      'function storage.mine()',
      'publication bagger_lw_storage',
      'replica identity full of storage.servermap',
      'table storage.config in publication bagger_lw_storage',
    ]),
  );
  expect(kept).not.toContain('table storage.index in publication bagger_lw_storage');
});

test('each object goes back to the role that had it, which need not own the database', async () => {
  const { session, admin } = await serverWithDatabases();
  await admin.query('CREATE ROLE bagger LOGIN; GRANT CREATE ON DATABASE one TO bagger');
  const bagger = await session('one', 'bagger');
  await bagger.query(EXISTING_BAGGER);
  const one = await session('one');
  const before = await catalog(one);
  await initialise(bagger);
  await initialise(one, { roles: true });
  await initialise(bagger);
  await initialise(one, { roles: true });
  const { staying } = await removeInstallation(one);
  expect(staying).toEqual([]);
  expect(await catalog(one)).toEqual(before);
  expect(await queryRows(bagger, 'SELECT count(*)::int FROM storage.config')).toEqual([[2]]);
});

test('where the former owner is gone, the owner of the database gets it, and it is named', async () => {
  const { session, admin } = await serverWithDatabases();
  await admin.query('CREATE ROLE bagger LOGIN; GRANT CREATE ON DATABASE one TO bagger');
  const bagger = await session('one', 'bagger');
  await initialise(bagger);
  const one = await session('one');
  await initialise(one, { roles: true });
  await admin.query('ALTER ROLE bagger RENAME TO former');
  const { staying } = await removeInstallation(one);
  expect(staying).toContain(
    'table storage.config: it is now of postgres, since no former owner is known',
  );
});

test('roles are created after the owner has kept what they change', async () => {
  const { session, admin } = await serverWithDatabases();
  await admin.query(
    'CREATE ROLE bagger LOGIN; CREATE ROLE other; GRANT CREATE ON DATABASE one TO bagger',
  );
  const bagger = await session('one', 'bagger');
  await initialise(bagger);
  const one = await session('one');
  await one.query('ALTER TABLE storage.config OWNER TO other; GRANT other TO bagger');
  await expect(initialise(one, { roles: true })).rejects.toMatchObject({ code: 'refused' });
  await initialise(bagger);
  expect((await initialise(one, { roles: true })).done).toContain('role lenkwerk_owner');
});

test('a right that everyone lacked before is not given', async () => {
  const { session } = await serverWithDatabases();
  const one = await session('one');
  await one.query(`${EXISTING_BAGGER};
    DO $$
    DECLARE emitter regprocedure;
    BEGIN
      FOR emitter IN SELECT oid FROM pg_proc WHERE proname = 'pg_logical_emit_message' LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', emitter);
      END LOOP;
    END $$`);
  const before = await catalog(one);
  await initialise(one, { roles: true });
  await initialise(one, { roles: true });
  const { staying } = await removeInstallation(one);
  expect(staying).toEqual([]);
  expect(await catalog(one)).toEqual(before);
});

test('a slot over which no agent published stays, whatever its name', async () => {
  const { session } = await serverWithDatabases();
  const one = await session('one');
  await initialise(one);
  await one.query("SELECT pg_create_logical_replication_slot('lw_agent_of_another', 'pgoutput')");
  const { removed, staying } = await removeInstallation(one);
  expect(removed.filter((fact) => fact.startsWith('slot '))).toEqual([]);
  expect(staying).toEqual([
    'slot lw_agent_of_another: no agent has published this database over it',
  ]);
  const slots = 'SELECT slot_name FROM pg_replication_slots';
  expect(await queryRows(one, slots)).toEqual([['lw_agent_of_another']]);
});

test('roles that objects of others need stay, and the objects are not touched', async () => {
  const { session } = await serverWithDatabases();
  const one = await session('one');
  await initialise(one, { roles: true });
  await one.query(`CREATE TABLE public.granted (id int); CREATE TABLE public.owned (id int);
    GRANT SELECT ON public.granted TO lenkwerk_reader;
    ALTER TABLE public.owned OWNER TO lenkwerk_owner`);
  const { staying, kept } = await removeInstallation(one);
  expect(staying).toEqual([
    'role lenkwerk_owner: table public.owned belongs to it',
    'role lenkwerk_reader: table public.granted is not of lenkwerk, and needs it',
  ]);
  expect(kept).toEqual(
    expect.arrayContaining([
      'lenkwerk_reader may SELECT on table public.granted',
      'table public.owned belongs to lenkwerk_owner',
    ]),
  );
});

test('what no record names stays, and is listed', async () => {
  const { session } = await serverWithDatabases();
  const one = await session('one');
  await initialise(one);
  await one.query('DELETE FROM lenkwerk.created');
  const first = await removeInstallation(one);
  expect(first.staying).toEqual(['schema lenkwerk: not known to be of `init`']);
  const again = await removeInstallation(one);
  expect(again.removed).toEqual([]);
  expect(again.kept).toEqual(
    expect.arrayContaining(['publication bagger_lw_storage', 'schema lenkwerk']),
  );
});

test('tables get back the replica identity that they had', async () => {
  const { session } = await serverWithDatabases();
  const one = await session('one');
  await one.query(`${EXISTING_BAGGER};
    ALTER TABLE storage.config REPLICA IDENTITY USING INDEX config_id_key;
    ALTER TABLE storage.servermap REPLICA IDENTITY NOTHING;
    ALTER TABLE storage.index REPLICA IDENTITY USING INDEX index_id_key`);
  const before = await catalog(one);
  await initialise(one);
  const check = await removeInstallation(one, { check: true });
  expect(check.staying).toEqual([]);
  await initialise(one);
  await removeInstallation(one);
  expect(await catalog(one)).toEqual(before);
  const used = `SELECT indexrelid::regclass::text FROM pg_index WHERE indisreplident ORDER BY 1`;
  expect(await queryRows(one, used)).toEqual([['storage.config_id_key'], ['storage.index_id_key']]);
});

test('an index that is gone is named, and the default takes its place', async () => {
  const { session } = await serverWithDatabases();
  const one = await session('one');
  await one.query(`${EXISTING_BAGGER}; CREATE UNIQUE INDEX other ON storage.config (id, key);
    ALTER TABLE storage.config REPLICA IDENTITY USING INDEX other`);
  await initialise(one);
  await one.query('DROP INDEX storage.other');
  const { staying } = await removeInstallation(one);
  expect(staying).toEqual([
    'table storage.config: replica identity DEFAULT, no index fits "former replica identity of storage.config: USING INDEX other"',
  ]);
});
