/** An owner of the database, or of the tables, who wants to become superuser through one. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attackOf, Logins } from '../../../support/logins.js';

let logins: Logins;
let owner: string;
beforeEach(async () => {
  logins = await Logins.create();
  owner = await logins.loginOf(undefined);
  await logins.asAdmin(`ALTER DATABASE ${logins.database.name} OWNER TO ${owner}`);
});
afterEach(() => logins.close());

const asOwner = async (statements: string) =>
  void (await (await logins.sessionOf(owner)).query(statements));
const asSuperuser = (...args: readonly string[]) => logins.run('postgres', args);

const attack = () => attackOf(owner);

async function expectNoSuperuser(): Promise<void> {
  expect(await logins.isSuperuser(owner)).toBe(false);
}

/** Where a superuser writes, `now` runs; so these attacks are real. */
test('what the others rely on: the attack succeeds against a superuser that writes', async () => {
  await asOwner(`${attack()}; CREATE TABLE attack.t (x text DEFAULT attack.now())`);
  await logins.asAdmin(`SET ROLE ${owner}; INSERT INTO attack.t DEFAULT VALUES`);
  expect(await logins.isSuperuser(owner)).toBe(true);
});

test('a database owner who set up nothing gets nothing of what a superuser sets up', async () => {
  await asOwner(`${attack()}; CREATE FUNCTION public.max(int) RETURNS int LANGUAGE sql AS
    $$SELECT length(attack.now())$$;
    ALTER DATABASE ${logins.database.name} SET search_path = public, pg_catalog`);
  expect(await asSuperuser('init', '--roles')).toMatchObject({ exitCode: 0 });
  await expectNoSuperuser();
  await logins.expectRefused(owner, ['SELECT * FROM storage.config', 'SET ROLE lenkwerk_owner']);
});

test('schemas that the owner created before are left to the owner', async () => {
  for (const schema of ['storage', 'lenkwerk']) {
    await asOwner(`CREATE SCHEMA ${schema}`);
    for (const flags of [[], ['--roles'], ['--roles', '--check']]) {
      expect(await asSuperuser('init', ...flags)).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining(`run \`lenkwerk init\` as ${owner}`),
      });
    }
    await asOwner(`DROP SCHEMA ${schema}`);
  }
});

test.each([
  [
    'triggers',
    `CREATE TRIGGER t BEFORE INSERT OR UPDATE ON lenkwerk.schema_migration
       FOR EACH ROW EXECUTE FUNCTION attack.fire();
     ALTER TABLE lenkwerk.schema_migration ENABLE ALWAYS TRIGGER t;
     CREATE CONSTRAINT TRIGGER d AFTER INSERT ON lenkwerk.cluster INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION attack.fire();
     DELETE FROM lenkwerk.cluster`,
  ],
  ['defaults', 'ALTER TABLE lenkwerk.schema_migration ALTER applied_by SET DEFAULT attack.now()'],
  ['rules', `CREATE RULE r AS ON INSERT TO lenkwerk.schema_migration DO ALSO SELECT attack.now()`],
  [
    'a view',
    `ALTER TABLE lenkwerk.cluster RENAME TO other;
     CREATE VIEW lenkwerk.cluster AS SELECT uuid, created_at, attack.now() FROM lenkwerk.other`,
  ],
  [
    'row level security',
    `CREATE POLICY p ON lenkwerk.cluster USING (attack.now() = '');
     ALTER TABLE lenkwerk.cluster ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
  ],
  [
    'functions',
    `CREATE OR REPLACE FUNCTION lenkwerk.barrier(in_nonce text) RETURNS pg_lsn LANGUAGE sql AS
       $$SELECT '0/0'::pg_lsn FROM attack.now()$$`,
  ],
])('nothing of %s runs in `init --roles`, before it or after', async (_, statements) => {
  expect((await logins.run(owner, ['init'])).exitCode).toBe(0);
  await asOwner(`${attack()}; ${statements}`);
  for (const flags of [['--roles', '--check'], ['--roles'], ['--roles'], []]) {
    await asSuperuser('init', ...flags);
    await expectNoSuperuser();
  }
  await asOwner('DELETE FROM lenkwerk.schema_migration');
  await asSuperuser('init', '--roles');
  await asSuperuser('apply', logins.manifest('a'), '--auto-approve');
  await expectNoSuperuser();
});

test('files that have not run are left to the owner, then the roles are created', async () => {
  expect((await logins.run(owner, ['init'])).exitCode).toBe(0);
  await asOwner("DELETE FROM lenkwerk.schema_migration WHERE file LIKE '006%'");
  expect((await asSuperuser('init', '--roles')).exitCode).toBe(4);
  expect((await logins.run(owner, ['init'])).exitCode).toBe(0);
  expect((await asSuperuser('init', '--roles')).exitCode).toBe(0);
  expect(await asSuperuser('init')).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(/hint: run `lenkwerk init` as \w+\n/),
  });
  expect((await logins.run(owner, ['init'])).exitCode).toBe(0);
});

test.each([
  [
    'the condition of a trigger',
    `CREATE TRIGGER a BEFORE INSERT ON storage.config FOR EACH STATEMENT WHEN (attack.is())
       EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
  ],
  [
    'a table that refers to one',
    `CREATE TABLE attack.t (id int REFERENCES storage.config (id) ON DELETE CASCADE);
     CREATE CONSTRAINT TRIGGER a AFTER DELETE ON attack.t DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION attack.fire()`,
  ],
])('a role with all privileges on the tables gets nothing by %s', async (_, statements) => {
  expect((await asSuperuser('init')).exitCode).toBe(0);
  await logins.asAdmin(
    `GRANT USAGE ON SCHEMA storage TO ${owner};
     GRANT ALL ON ALL TABLES IN SCHEMA storage TO ${owner}`,
  );
  expect(await asSuperuser('plan', logins.manifest('a'))).toMatchObject({ exitCode: 0 });
  await asOwner(`${attack()}; ${statements}`);
  expect(await asSuperuser('apply', logins.manifest('a'), '--auto-approve')).toMatchObject({
    exitCode: 4,
  });
  await expectNoSuperuser();
});

test('a trigger of a role that may only attach triggers runs for no superuser', async () => {
  expect((await asSuperuser('init')).exitCode).toBe(0);
  await logins.asAdmin(
    `GRANT USAGE ON SCHEMA storage, lenkwerk TO ${owner};
     GRANT TRIGGER ON storage.config, lenkwerk.schema_migration TO ${owner}`,
  );
  await asOwner(`${attack()};
    CREATE TRIGGER a BEFORE INSERT ON storage.config
      FOR EACH STATEMENT EXECUTE FUNCTION attack.fire();
    CREATE TRIGGER a BEFORE INSERT ON lenkwerk.schema_migration
      FOR EACH STATEMENT EXECUTE FUNCTION attack.fire()`);
  for (const args of [['init'], ['apply', logins.manifest('a'), '--auto-approve']]) {
    expect(await asSuperuser(...args)).toMatchObject({ exitCode: 4 });
  }
  await expectNoSuperuser();
});

const VIEW = `ALTER TABLE storage.config RENAME TO other;
  CREATE VIEW storage.config AS SELECT id, key || attack.now() AS key, value FROM storage.other`;
const LOG_VIEW = `ALTER TABLE lenkwerk.apply_log RENAME TO other;
  CREATE VIEW lenkwerk.apply_log AS SELECT * FROM lenkwerk.other WHERE attack.now() = ''`;
const FUNCTIONS = `
  CREATE OR REPLACE FUNCTION lenkwerk.barrier(in_nonce text) RETURNS pg_lsn LANGUAGE sql AS
    $$SELECT pg_logical_emit_message(true, 'a', attack.now())$$;
  CREATE OR REPLACE FUNCTION lenkwerk.activate_slot(in_slot name, in_expected uuid,
    in_activation uuid, in_up_to pg_lsn) RETURNS boolean LANGUAGE sql AS $$SELECT attack.now() = ''$$`;

test.each([
  ['a view in place of a table', VIEW],
  ['a view in place of the log', LOG_VIEW],
  ['functions', FUNCTIONS],
])('%s: no verb of a superuser runs anything of the owner', { timeout: 60_000 }, async (_, sql) => {
  expect((await logins.run(owner, ['init'])).exitCode).toBe(0);
  await asOwner(`INSERT INTO storage.config (key, value) VALUES ('a', '1'); ${attack()}; ${sql}`);
  const file = logins.manifest('a');
  for (const args of [
    ...[['plan', file], ['status'], ['doctor'], ['export'], ['history'], ['history', '1']],
    ...[
      ['verify', file],
      ['verify', file, '--repair', '--timeout', '3s'],
      ['revert', '1', '--auto-approve'],
    ],
    ...[['agent'], ['apply', file, '--auto-approve', '--wait']],
  ]) {
    const { exitCode, stderr } = await asSuperuser(...args);
    await expectNoSuperuser();
    const hint =
      args[0] === 'agent'
        ? `CREATE ROLE my_login LOGIN REPLICATION IN ROLE "${owner}"`
        : `connect as ${owner}`;
    expect([args, exitCode, stderr.includes(hint)]).toEqual([args, 4, true]);
  }
});

test('what this relies on: the attack succeeds against a superuser that reads', async () => {
  expect((await logins.run(owner, ['init'])).exitCode).toBe(0);
  await asOwner(`INSERT INTO storage.config (key, value) VALUES ('a', '1'); ${attack()}; ${VIEW}`);
  await logins.asAdmin('SELECT * FROM storage.config');
  expect(await logins.isSuperuser(owner)).toBe(true);
});

test('an event trigger with a function of the owner is named', async () => {
  await asOwner(attack());
  await logins.asAdmin(
    'CREATE EVENT TRIGGER watch_ddl ON ddl_command_start EXECUTE FUNCTION attack.event()',
  );
  for (const flags of [[], ['--roles']]) {
    expect(await asSuperuser('init', ...flags)).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('ALTER EVENT TRIGGER "watch_ddl" DISABLE'),
    });
  }
  await logins.asAdmin('ALTER EVENT TRIGGER watch_ddl DISABLE');
  expect((await asSuperuser('init', '--roles')).exitCode).toBe(0);
  await expectNoSuperuser();
});

test('a superuser does not apply where others own the tables, whose owner does', async () => {
  expect((await logins.run(owner, ['init'])).exitCode).toBe(0);
  await asOwner(`${attack()};
    CREATE TRIGGER t AFTER INSERT ON storage.config
      FOR EACH ROW EXECUTE FUNCTION attack.fire();
    CREATE OR REPLACE FUNCTION lenkwerk.append_apply(
      in_uuid uuid, in_author text, in_git_commit text, in_ci json, in_plan json,
      in_desired text, in_difference boolean, in_previous text
    ) RETURNS TABLE (applied_id bigint, applied_digest text) LANGUAGE sql SECURITY INVOKER AS
      $$SELECT 1::bigint, attack.now()$$`);
  const args = ['apply', logins.manifest('a'), '--auto-approve'];
  for (const flags of [[], ['--dry-run']]) {
    expect(await asSuperuser(...args, ...flags)).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining(`connect as ${owner}`),
    });
  }
  await expectNoSuperuser();
  expect((await logins.run(owner, args)).exitCode).toBe(0);
});
