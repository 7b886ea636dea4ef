/** Each verb as a role that lacks rights: it names the role, what is missing and the GRANT. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Logins } from '../../support/logins.js';

let logins: Logins;
beforeEach(async () => {
  logins = await Logins.create();
});
afterEach(() => logins.close());

/** For each verb that a member of the group may not run, the group that may. */
type Row = readonly [group: string | undefined, refused: Readonly<Record<string, string>>];

const READER = 'lenkwerk_reader';
const READING = { plan: READER, export: READER, history: READER, status: READER, get: READER };
const ROWS: readonly Row[] = [
  [
    undefined,
    {
      ...READING,
      apply: 'lenkwerk_apply',
      revert: 'lenkwerk_apply',
      verify: 'lenkwerk_verify',
      agent: 'lenkwerk_agent',
      init: 'lenkwerk_owner',
    },
  ],
  [
    'lenkwerk_reader',
    {
      apply: 'lenkwerk_apply',
      revert: 'lenkwerk_apply',
      agent: 'lenkwerk_agent',
      init: 'lenkwerk_owner',
    },
  ],
  [
    'lenkwerk_verify',
    {
      apply: 'lenkwerk_apply',
      revert: 'lenkwerk_apply',
      agent: 'lenkwerk_agent',
      init: 'lenkwerk_owner',
    },
  ],
  ['lenkwerk_apply', { agent: 'lenkwerk_agent', init: 'lenkwerk_owner' }],
];

function argumentsOf(verb: string): readonly string[] {
  switch (verb) {
    case 'plan':
    case 'verify':
      return [logins.manifest('b'), ...(verb === 'verify' ? ['--timeout', '2'] : [])];
    case 'apply':
      return [logins.manifest('b'), '--auto-approve', '--allow', 'expire:index'];
    case 'revert':
      return ['1', '--auto-approve', '--allow', 'copies:same-host'];
    case 'get':
      return ['/Servermap', '--target', 'eu'];
    default:
      return [];
  }
}

const VERBS = ['plan', 'apply', 'revert', 'verify', 'status', 'export', 'history', 'agent', 'init'];

describe.each(ROWS)('a member of %s', (group, refused) => {
  test.each(VERBS.filter((verb) => refused[verb] !== undefined))('%s', async (verb) => {
    await logins.run('postgres', ['init', '--roles']);
    const apply = await logins.loginOf('lenkwerk_apply');
    await logins.run(apply, ['apply', logins.manifest('a'), '--auto-approve']);
    await logins.run(apply, ['apply', logins.manifest('b'), '--auto-approve']);
    const attributes = verb === 'agent' ? 'REPLICATION' : '';
    const login = await logins.loginOf(group, attributes);
    const { exitCode, stderr } = await logins.run(login, [verb, ...argumentsOf(verb)]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    expect(stderr).toContain(login);
    expect(stderr).toMatch(new RegExp(`GRANT "?${refused[verb]}"? TO "${login}"`));
    if (verb === 'init') return;
    expect(stderr).toMatch(/lacks (USAGE on schema|SELECT on|INSERT on|EXECUTE on) [a-z_]+/);
    expect(stderr).not.toContain('permission denied');
  });

  test('doctor', async () => {
    await logins.run('postgres', ['init', '--roles']);
    const login = await logins.loginOf(group);
    const { stdout } = await logins.run(login, ['doctor']);
    expect(stdout).toContain(`GRANT lenkwerk_agent TO "${login}"`);
    if (group === undefined) expect(stdout).toContain(`GRANT lenkwerk_reader TO "${login}"`);
  });
});

describe('the GRANT suffices', () => {
  test.each([
    ['plan', 0],
    ['apply', 0],
    ['export', 0],
    ['history', 0],
    ['verify', 7],
    ['revert', 0],
  ])('%s', async (verb, exitCode) => {
    await logins.run('postgres', ['init', '--roles']);
    if (verb === 'revert') {
      const apply = await logins.loginOf('lenkwerk_apply');
      await logins.run(apply, ['apply', logins.manifest('a'), '--auto-approve']);
    }
    const login = await logins.loginOf(undefined);
    const refused = await logins.run(login, [verb, ...argumentsOf(verb)]);
    const [grant = ''] = /GRANT \w+ TO "\w+"/.exec(refused.stderr) ?? [];
    await logins.asAdmin(grant);
    expect(await logins.run(login, [verb, ...argumentsOf(verb)])).toMatchObject({ exitCode });
  });

  test('agent, REPLICATION included', async () => {
    await logins.run('postgres', ['init', '--roles']);
    const login = await logins.loginOf(undefined);
    const refused = await logins.run(login, ['agent', '--target', 'eu']);
    const hint = `ALTER ROLE "${login}" REPLICATION; GRANT lenkwerk_agent TO "${login}"`;
    const named = await logins.run(login, ['agent']);
    expect(named.stderr).toContain(hint);
    expect(refused.stderr).toContain('lacks REPLICATION, USAGE on schema storage, ');
    await logins.asAdmin(hint);
    const { stdout } = await logins.run(login, ['doctor']);
    expect(stdout).toContain(`role.agent: ${login} may publish`);
  });

  test('revert that changes nothing, of a reader', async () => {
    await logins.run('postgres', ['init', '--roles']);
    const login = await logins.loginOf(undefined);
    const { stderr } = await logins.run(login, ['revert', '1', '--dry-run']);
    expect(stderr).toContain(`GRANT lenkwerk_reader TO "${login}"`);
  });

  test('init where another role owns a part and the rest is missing', async () => {
    const owner = await logins.loginOf(undefined);
    const login = await logins.loginOf(undefined);
    await logins.asAdmin(`CREATE SCHEMA storage AUTHORIZATION ${owner}`);
    const refused = await logins.run(login, ['init']);
    const [, statements = ''] = /^hint: (GRANT .*)$/m.exec(refused.stderr) ?? [];
    expect(statements.split('; ')).toHaveLength(2);
    await logins.asAdmin(statements);
    expect(await logins.run(login, ['init'])).toMatchObject({ exitCode: 0 });
    await logins.asAdmin(`DROP OWNED BY ${login} CASCADE; DROP OWNED BY ${owner} CASCADE`);
  });

  test('without group roles, on each object', async () => {
    const login = await logins.loginOf(undefined);
    await logins.run('postgres', ['init']);
    const args = ['export'];
    const { exitCode, stderr } = await logins.run(login, args);
    expect(exitCode).toBe(1);
    const [, statements = ''] = /^hint: (.*); or `lenkwerk init --roles`/m.exec(stderr) ?? [];
    await logins.asAdmin(statements);
    expect(await logins.run(login, args)).toMatchObject({ exitCode: 0 });
    await logins.asAdmin(`DROP OWNED BY "${login}"`);
  });
});

test('init: CREATE on the database, CREATEDB, a superuser', async () => {
  const login = await logins.loginOf(undefined);
  const { name } = logins.database;
  const refused = await logins.run(login, ['init']);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(`${login} may not set the database up`);
  const grant = `GRANT CREATE ON DATABASE "${name}" TO "${login}"`;
  expect(refused.stderr).toContain(grant);
  await logins.asAdmin(grant);
  expect(await logins.run(login, ['init'])).toMatchObject({ exitCode: 0 });
  const roles = await logins.run(login, ['init', '--roles']);
  expect(roles.exitCode).toBe(1);
  expect(roles.stderr).toContain('run `lenkwerk init --roles` as a superuser');
  const created = await logins.run(login, ['init', '--create-database', '-d', `${name}_b`]);
  expect(created.exitCode).toBe(1);
  expect(created.stderr).toContain(`ALTER ROLE "${login}" CREATEDB`);
});

test('no database of that name, and none that may be connected to', async () => {
  const { name } = logins.database;
  const login = await logins.loginOf(undefined);
  for (const verb of [['plan', logins.manifest('a')], ['init']]) {
    const { stderr } = await logins.run(login, [...verb, '-d', 'nix']);
    expect(stderr).toContain('there is no database nix');
    expect(stderr).toContain('CREATE DATABASE "nix", or `lenkwerk init --create-database`');
  }
  await logins.asAdmin(`REVOKE CONNECT ON DATABASE "${name}" FROM PUBLIC`);
  const { exitCode, stderr } = await logins.run(login, ['status']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`GRANT CONNECT ON DATABASE "${name}" TO "${login}"`);
});
