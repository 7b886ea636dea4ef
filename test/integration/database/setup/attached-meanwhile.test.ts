/** What is attached to the tables of a superuser by a transaction that the superuser waits for. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attackOf, Logins } from '../../../support/logins.js';
import { waitFor } from '../../../support/wait.js';

let logins: Logins;
let owner: string;
beforeEach(async () => {
  logins = await Logins.create();
  owner = await logins.loginOf(undefined);
  await logins.asAdmin(`ALTER DATABASE ${logins.database.name} OWNER TO ${owner}`);
});
afterEach(() => logins.close());

const asSuperuser = (...args: readonly string[]) => logins.run('postgres', args);

/** The trigger is not to be seen until the superuser waits for its transaction to end. */
test.each([
  ['storage.config', ['apply', '--auto-approve']],
  ['lenkwerk.apply_log', ['apply', '--auto-approve']],
  ['lenkwerk.cluster', ['init']],
  ['lenkwerk.agent_slot', ['agent']],
])('a trigger on %s that is created meanwhile runs for no superuser', async (table, words) => {
  expect((await asSuperuser('init')).exitCode).toBe(0);
  await logins.asAdmin(
    `GRANT USAGE ON SCHEMA storage, lenkwerk TO ${owner};
     GRANT TRIGGER ON ${table} TO ${owner}`,
  );
  const session = await logins.sessionOf(owner);
  await session.query(attackOf(owner));
  await session.query(`BEGIN; CREATE TRIGGER a BEFORE INSERT ON ${table}
    FOR EACH STATEMENT EXECUTE FUNCTION attack.fire()`);
  const [verb = '', ...flags] = words;
  const running = asSuperuser(verb, ...(verb === 'apply' ? [logins.manifest('a')] : []), ...flags);
  const { rows } = await session.query('SELECT pg_backend_pid() AS pid');
  await waitFor(
    async () => {
      const query = 'SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';
      return (await (await logins.sessionOf(owner)).query(query, [rows[0].pid])).rowCount === 1;
    },
    { what: 'the superuser to wait' },
  );
  await session.query('COMMIT');
  expect(await running).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('function attack.fire() belongs to'),
  });
  expect(await logins.isSuperuser(owner)).toBe(false);
});

test('a condition may call what its author may not: a superuser is refused', async () => {
  expect((await asSuperuser('init')).exitCode).toBe(0);
  await logins.asAdmin(`GRANT USAGE ON SCHEMA storage TO ${owner};
    GRANT TRIGGER ON storage.config TO ${owner}`);
  await (await logins.sessionOf(owner)).query(`CREATE TRIGGER a BEFORE INSERT ON storage.config
    FOR EACH ROW WHEN (pg_catalog.lo_export(1, '/dev/null') > 0)
    EXECUTE FUNCTION suppress_redundant_updates_trigger()`);
  for (const words of [['apply', logins.manifest('a'), '--auto-approve'], ['export'], ['init']]) {
    expect(await asSuperuser(...words)).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('functions in the condition of trigger a on table'),
    });
  }
});

test('a login that may run programs of the server is refused as a superuser is', async () => {
  expect((await asSuperuser('init')).exitCode).toBe(0);
  const mighty = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT pg_execute_server_program TO ${mighty};
    GRANT ALL ON SCHEMA storage, lenkwerk TO ${owner}, ${mighty};
    GRANT ALL ON ALL TABLES IN SCHEMA storage, lenkwerk TO ${owner}, ${mighty}`);
  await (await logins.sessionOf(owner)).query(`${attackOf(owner)};
    CREATE TRIGGER a BEFORE INSERT ON storage.config
      FOR EACH STATEMENT EXECUTE FUNCTION attack.fire()`);
  expect(await logins.run(mighty, ['plan', logins.manifest('a')])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('would run as superuser'),
  });
});
