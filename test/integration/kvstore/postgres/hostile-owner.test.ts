/** Others who own what the store consists of, or may attach to it, and want to become superuser. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { attackOf, Logins } from '../../../support/logins.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';

let logins: Logins;
let owner: string;
const stores: KeyValueStore[] = [];
beforeEach(async () => {
  logins = await Logins.create();
  owner = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT CREATE ON DATABASE ${logins.database.name} TO ${owner}`);
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await logins.close();
});

const asOwner = async (statements: string) =>
  void (await (await logins.sessionOf(owner)).query(statements));

async function connectAs(login: string): Promise<KeyValueStore> {
  const store = await connectToPostgres(logins.urlOf(login));
  stores.push(store);
  return store;
}

const commit = (key: string) => freeCommit('/guards', [[key, '1']]);

const attack = () => attackOf(owner);
const isSuperuser = () => logins.isSuperuser(owner);

const REFUSED = { code: 'store-rejected', retryable: false };
/** What becomes of an answer: `done`, or the code of the error. */
const outcomeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

/** Everything that a program may ask of a store, as superuser. */
async function tryAll(store: KeyValueStore): Promise<readonly (string | undefined)[]> {
  const watch = store.watch({ prefix: '/', signal: AbortSignal.timeout(10_000) });
  return [
    await outcomeOf(store.read('/a')),
    await outcomeOf(store.readRange(['/'])),
    await outcomeOf(store.probeRecord('/a', '1')),
    await outcomeOf(store.commit(commit('/b'))),
    (await store.kvwrite('/c', 1n.toString())) ? 'done' : 'store-rejected',
    await outcomeOf(watch[Symbol.asyncIterator]().next()),
  ];
}

const VIEW = `ALTER TABLE lenkwerk_kv.current RENAME TO other;
  CREATE VIEW lenkwerk_kv.current AS
    SELECT key, value, mod_revision FROM lenkwerk_kv.other WHERE attack.is()`;
const TRIGGER = `CREATE TRIGGER a BEFORE INSERT OR UPDATE ON lenkwerk_kv.current
  FOR EACH ROW EXECUTE FUNCTION attack.fire()`;

test('what the others rely on: a superuser that reads or writes by itself runs the attack', async () => {
  await commitOrThrow(await connectAs(owner), commit('/a'));
  await asOwner(`${attack()}; ${VIEW}`);
  await logins.asAdmin('SELECT * FROM lenkwerk_kv.current');
  expect(await isSuperuser()).toBe(true);
  await logins.asAdmin(`ALTER ROLE ${owner} NOSUPERUSER; DROP VIEW lenkwerk_kv.current;
    ALTER TABLE lenkwerk_kv.other RENAME TO current; ${TRIGGER}`);
  await logins.asAdmin("INSERT INTO lenkwerk_kv.current VALUES ('b', '1', 5)");
  expect(await isSuperuser()).toBe(true);
});

test.each([
  ['a view in place of a table', VIEW],
  [
    'a view in place of the position',
    `ALTER TABLE lenkwerk_kv.position RENAME TO other;
     CREATE VIEW lenkwerk_kv.position AS SELECT * FROM lenkwerk_kv.other WHERE attack.is()`,
  ],
  ['a trigger', TRIGGER],
  ['a rule', 'CREATE RULE r AS ON INSERT TO lenkwerk_kv.log DO ALSO SELECT attack.now()'],
  ['a default', 'ALTER TABLE lenkwerk_kv.log ALTER old_revision SET DEFAULT length(attack.now())'],
  [
    'a check of a domain',
    `CREATE DOMAIN attack.bytes AS bytea CHECK (attack.is());
     ALTER TABLE lenkwerk_kv.log ALTER value TYPE attack.bytes`,
  ],
  [
    'a policy',
    `CREATE POLICY p ON lenkwerk_kv.current USING (attack.is());
     ALTER TABLE lenkwerk_kv.current ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
  ],
  [
    'the function that commits',
    `CREATE OR REPLACE FUNCTION lenkwerk_kv.commit_changes(in_guard bytea, in_revision bigint,
       in_value bytea, in_keys bytea[], in_values bytea[], OUT committed boolean,
       OUT revision bigint, OUT value bytea) LANGUAGE sql AS
       $$SELECT attack.is(), 7::bigint, NULL::bytea$$`,
  ],
])('%s of an owner runs for no superuser, whatever it asks', async (_, statements) => {
  await commitOrThrow(await connectAs(owner), commit('/a'));
  await asOwner(`${attack()}; ${statements}`);
  await expect(connectAs('postgres')).rejects.toMatchObject({
    ...REFUSED,
    hint: expect.stringContaining(`connect as ${owner}`),
  });
  expect(await isSuperuser()).toBe(false);
});

test('a schema of another owner is not filled by a superuser', async () => {
  await asOwner(`${attack()}; CREATE SCHEMA lenkwerk_kv;
    CREATE FUNCTION lenkwerk_kv.commit_changes() RETURNS void LANGUAGE sql AS $$SELECT attack.now()$$`);
  await expect(connectAs('postgres')).rejects.toMatchObject(REFUSED);
  await asOwner('DROP SCHEMA lenkwerk_kv CASCADE');
  const early = await connectAs('postgres');
  await asOwner(`CREATE SCHEMA lenkwerk_kv;
    CREATE VIEW lenkwerk_kv.position AS SELECT attack.now()::bigint AS revision`);
  expect(new Set(await tryAll(early))).toEqual(new Set(['store-rejected']));
  expect(await isSuperuser()).toBe(false);
});

/** Objects of a superuser, to which another role may attach something of its own. */
describe('rights on the tables of a superuser', () => {
  let store: KeyValueStore;
  beforeEach(async () => {
    store = await connectAs('postgres');
    await commitOrThrow(store, commit('/a'));
    await logins.asAdmin(`GRANT ALL ON SCHEMA lenkwerk_kv TO ${owner};
      GRANT ALL ON ALL TABLES IN SCHEMA lenkwerk_kv TO ${owner}`);
    await asOwner(attack());
  });

  test.each([
    ['a trigger', TRIGGER],
    [
      'the condition of a trigger',
      `CREATE TRIGGER a BEFORE INSERT ON lenkwerk_kv.log FOR EACH STATEMENT WHEN (attack.is())
         EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    ],
    [
      'a condition that calls a function of the server',
      `CREATE TRIGGER a BEFORE INSERT ON lenkwerk_kv.log FOR EACH ROW
         WHEN (pg_catalog.set_config('attack.ran', current_user::text, false) IS NULL)
         EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    ],
    [
      'a table that refers to one',
      `CREATE TABLE attack.t (key bytea REFERENCES lenkwerk_kv.current ON UPDATE CASCADE);
       CREATE CONSTRAINT TRIGGER a AFTER UPDATE ON attack.t DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION attack.fire()`,
    ],
  ])('%s stops the superuser that is connected already', async (_, statements) => {
    await asOwner(statements);
    await expect(store.commit(commit('/b'))).rejects.toMatchObject(REFUSED);
    await expect(store.probeRecord('/b', '1')).rejects.toMatchObject(REFUSED);
    await expect(connectAs('postgres')).rejects.toMatchObject(REFUSED);
    expect(await isSuperuser()).toBe(false);
  });

  test('a trigger whose function a superuser owns does not', async () => {
    await logins.asAdmin(`ALTER FUNCTION attack.fire() OWNER TO postgres; ${TRIGGER};
      CREATE OR REPLACE FUNCTION attack.fire() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RETURN NEW; END$$`);
    await commitOrThrow(store, commit('/b'));
    await commitOrThrow(await connectAs('postgres'), commit('/c'));
  });

  test('a condition that only compares does not', async () => {
    await asOwner(`CREATE TRIGGER a BEFORE UPDATE ON lenkwerk_kv.current FOR EACH ROW
      WHEN (OLD.key IS DISTINCT FROM NEW.key AND NEW.mod_revision > 5)
      EXECUTE FUNCTION suppress_redundant_updates_trigger()`);
    await commitOrThrow(store, commit('/b'));
    await commitOrThrow(await connectAs('postgres'), commit('/c'));
  });

  test('what others build upon them, which no write or read of theirs runs, does not', async () => {
    await asOwner(`CREATE VIEW attack.v AS SELECT * FROM lenkwerk_kv.current WHERE attack.is();
      CREATE MATERIALIZED VIEW attack.m AS SELECT key FROM lenkwerk_kv.current;
      CREATE FUNCTION attack.of(lenkwerk_kv.current) RETURNS text LANGUAGE sql AS
        $$SELECT attack.now()$$;
      CREATE TABLE attack.t (r lenkwerk_kv.current DEFAULT NULL CHECK (attack.is()))`);
    await logins.asAdmin(`CREATE PUBLICATION p FOR TABLE lenkwerk_kv.current;
      ALTER PUBLICATION p OWNER TO ${owner}`);
    await commitOrThrow(store, commit('/b'));
    expect(await tryAll(await connectAs('postgres'))).toEqual(Array(6).fill('done'));
    expect(await isSuperuser()).toBe(false);
  });

  test('a function of the same name with wider arguments is not called', async () => {
    await asOwner(`CREATE FUNCTION lenkwerk_kv.commit_changes(text, text, text, text, text,
        OUT committed boolean, OUT revision bigint, OUT value bytea) LANGUAGE sql AS
        $$SELECT attack.is(), 7::bigint, NULL::bytea$$`);
    await commitOrThrow(store, commit('/b'));
    await expect(connectAs('postgres')).rejects.toMatchObject(REFUSED);
    expect(await isSuperuser()).toBe(false);
  });

  test.each([
    [
      'a table that inherits from one',
      `CREATE TABLE attack.child (LIKE lenkwerk_kv.current);
       ALTER TABLE attack.child OWNER TO OWNER, INHERIT lenkwerk_kv.current`,
    ],
    [
      'a type in the schema',
      'CREATE TYPE lenkwerk_kv.t AS (a int); ALTER TYPE lenkwerk_kv.t OWNER TO OWNER',
    ],
    [
      'a default of a superuser',
      'ALTER TABLE lenkwerk_kv.log ALTER old_revision SET DEFAULT length(attack.now())',
    ],
  ])('%s that belongs to the other is refused as well', async (_, statements) => {
    await logins.asAdmin(statements.replaceAll('OWNER TO OWNER', `OWNER TO ${owner}`));
    await expect(connectAs('postgres')).rejects.toMatchObject(REFUSED);
    expect(await isSuperuser()).toBe(false);
  });
});

test('an event trigger with a function of another keeps a superuser from creating tables', async () => {
  await asOwner(attack());
  await logins.asAdmin(
    'CREATE EVENT TRIGGER kv_ddl ON ddl_command_start EXECUTE FUNCTION attack.event()',
  );
  const store = await connectAs('postgres');
  await expect(store.commit(commit('/a'))).rejects.toMatchObject({
    ...REFUSED,
    hint: expect.stringContaining('ALTER EVENT TRIGGER "kv_ddl" DISABLE'),
  });
  expect(await isSuperuser()).toBe(false);
});

test('the owner of the store uses it, as does a role with rights on its tables', async () => {
  const store = await connectAs(owner);
  await commitOrThrow(store, commit('/a'));
  await asOwner(`${attack()}; ${TRIGGER}`);
  expect(await tryAll(store)).toEqual(['done', 'done', 'done', 'done', 'done', 'done']);
});
