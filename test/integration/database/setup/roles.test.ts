import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Logins } from '../../../support/logins.js';
import { uniqueName } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

let logins: Logins;
beforeEach(async () => {
  logins = await Logins.create();
});
afterEach(() => logins.close());

describe('init --roles', () => {
  test('reports its changes, repeats none, and changes nothing with --check', async () => {
    const check = await logins.run('postgres', ['init', '--roles', '--check', '--json']);
    expect(check.exitCode).toBe(2);
    const first = await logins.run('postgres', ['init', '--roles', '--json']);
    const { done, next } = JSON.parse(first.stdout);
    // The roles are those of the server, where another test may have created them meanwhile.
    const here = (facts: readonly string[]) => facts.filter((fact) => !fact.startsWith('role '));
    expect(here(JSON.parse(check.stdout).done)).toEqual(here(done));
    expect(done).toContain(
      'lenkwerk_apply may DELETE, INSERT, SELECT, UPDATE on table storage.config',
    );
    expect(done).toContain('lenkwerk_apply may SELECT on table lenkwerk.apply_log');
    expect(done.join()).toContain('only lenkwerk_owner may execute pg_logical_emit_message');
    expect(done).toContain('table storage.config belongs to lenkwerk_owner');
    expect(next.join()).toContain('REPLICATION');
    const again = await logins.run('postgres', ['init', '--roles']);
    expect(again.stdout).toMatch(/^Nothing to do: /);
    expect(again.stdout).toContain('next: ALTER ROLE "the agent\'s login" REPLICATION');
    const owner = await logins.loginOf('lenkwerk_owner');
    expect((await logins.run(owner, ['init', '--check'])).exitCode).toBe(0);
  });

  test('the former owner of the tables keeps its rights', async () => {
    const before = await logins.loginOf(undefined);
    await logins.asAdmin(`ALTER DATABASE ${logins.database.name} OWNER TO ${before}`);
    expect((await logins.run(before, ['init'])).exitCode).toBe(0);
    expect((await logins.run(before, ['init', '--roles'])).exitCode).toBe(1);
    expect((await logins.run('postgres', ['init', '--roles'])).exitCode).toBe(0);
    const session = await logins.sessionOf(before);
    await session.query("SELECT storage.save_config('x', '1')");
    await session.query('ALTER TABLE storage.config SET (fillfactor = 90)');
  });
});

describe('members', () => {
  beforeEach(async () => {
    await logins.run('postgres', ['init', '--roles']);
  });

  test('the owner sets the database up again, and what it makes belongs to the group', async () => {
    const owner = await logins.loginOf('lenkwerk_owner');
    await logins.asAdmin('DROP TABLE lenkwerk.apply_log; DROP PUBLICATION bagger_lw_storage');
    expect(await logins.run(owner, ['init'])).toMatchObject({ exitCode: 0 });
    expect((await logins.run(owner, ['init', '--check'])).exitCode).toBe(0);
    const session = await logins.sessionOf(owner);
    const { rows } = await session.query(
      "SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = 'lenkwerk.apply_log'::regclass",
    );
    expect(rows).toEqual([{ owner: 'lenkwerk_owner' }]);
  });

  test('apply writes the six tables and adds to the log', async () => {
    const apply = await logins.loginOf('lenkwerk_apply');
    expect((await logins.run(apply, ['plan', logins.manifest('a')])).exitCode).toBe(0);
    const applied = await logins.run(apply, ['apply', logins.manifest('a'), '--auto-approve']);
    expect(applied).toMatchObject({ exitCode: 0 });
    const next = await logins.run(apply, [
      'apply',
      logins.manifest('b'),
      '--auto-approve',
      '--json',
    ]);
    expect(next).toMatchObject({ exitCode: 0 });
    expect(
      (await logins.run(apply, ['plan', logins.manifest('b'), '--detailed-exitcode'])).exitCode,
    ).toBe(0);
  });

  test('the agent publishes, verify verifies, and neither can write', async () => {
    const apply = await logins.loginOf('lenkwerk_apply');
    await logins.run(apply, ['apply', logins.manifest('a'), '--auto-approve']);
    const agent = await logins.loginOf('lenkwerk_agent', 'REPLICATION');
    const verify = await logins.loginOf('lenkwerk_verify');
    const reader = await logins.loginOf('lenkwerk_reader');
    const stop = new AbortController();
    const running = logins.run(agent, ['agent', '--slot', uniqueName('slot')], stop.signal);
    await waitFor(
      async () => (await logins.run(reader, ['get', '/Config/kafka_topic'])).exitCode === 0,
      {
        what: 'the topic in the store',
      },
    );
    expect(await logins.run(verify, ['verify', logins.manifest('a'), '--wait'])).toMatchObject({
      exitCode: 0,
    });
    const published = await logins.run(apply, [
      ...['apply', logins.manifest('b'), '--auto-approve', '--wait'],
    ]);
    expect(published).toMatchObject({ exitCode: 0 });
    expect(await logins.run(verify, ['verify', logins.manifest('b'), '--wait'])).toMatchObject({
      exitCode: 0,
    });
    stop.abort();
    expect(await running).toMatchObject({ exitCode: 0 });
  });

  test('an agent without REPLICATION gets an error with a hint', async () => {
    const agent = await logins.loginOf('lenkwerk_agent');
    const outcome = await logins.run(agent, ['agent', '--slot', uniqueName('slot')]);
    expect(outcome.exitCode).toBe(1);
    const doctor = await logins.run(agent, ['doctor']);
    expect(doctor.stdout).toContain(`fix: if it should: ALTER ROLE "${agent}" REPLICATION\n`);
    expect(doctor.stdout).not.toMatch(/^fail {2}(?:role|setup|config)/m);
    const status = await logins.run(agent, ['status']);
    expect(status.stdout).toContain('last apply: hidden from this role');
  });

  test('the reader plans, exports and looks, and changes nothing', async () => {
    const apply = await logins.loginOf('lenkwerk_apply');
    await logins.run(apply, ['apply', logins.manifest('a'), '--auto-approve']);
    const reader = await logins.loginOf('lenkwerk_reader');
    expect(
      (await logins.run(reader, ['plan', logins.manifest('b'), '--detailed-exitcode'])).exitCode,
    ).toBe(2);
    expect(await logins.run(reader, ['status'])).toMatchObject({ exitCode: 2, stderr: '' });
    for (const command of ['export', 'history']) {
      expect(await logins.run(reader, [command]), command).toMatchObject({ exitCode: 0 });
    }
    expect(
      (await logins.run(reader, ['apply', logins.manifest('b'), '--auto-approve'])).exitCode,
    ).toBe(1);
    expect((await logins.run(reader, ['init'])).exitCode).toBe(1);
  });
});

test.each(['lenkwerk_reader', 'lenkwerk_apply', 'lenkwerk_verify'])(
  'members of %s plan, export and look',
  async (group) => {
    await logins.run('postgres', ['init', '--roles']);
    const login = await logins.loginOf(group);
    for (const args of [['plan', logins.manifest('a')], ['export'], ['history']]) {
      expect(await logins.run(login, args)).toMatchObject({ exitCode: 0, stderr: '' });
    }
    // There is no agent, which they report.
    for (const verb of ['status', 'doctor']) {
      const { stdout, stderr } = await logins.run(login, [verb]);
      expect(stdout).toContain('apply');
      expect(stdout + stderr).not.toMatch(/42501|permission denied/);
    }
  },
);

test('a member of a superuser is one', async () => {
  await logins.run('postgres', ['init', '--roles']);
  const member = await logins.loginOf('lenkwerk_reader');
  expect((await logins.run(member, ['export'])).exitCode).toBe(0);
  await logins.asAdmin(`CREATE ROLE ${member}_su SUPERUSER; GRANT ${member}_su TO ${member}`);
  expect(await logins.run(member, ['export'])).toMatchObject({ exitCode: 4 });
  await logins.asAdmin(`REVOKE ${member}_su FROM ${member}; DROP ROLE ${member}_su`);
});
