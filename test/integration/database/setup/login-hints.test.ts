/** A superuser who follows the hints, on a server of its own, since all databases share roles. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../src/dev/postgres.js';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { scratchFolder } from '../../../support/scratch.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

let server: PostgresServer;
let database: string;
let kv: string;
beforeAll(async () => {
  const { env } = process;
  server = await startPostgres({ env, fsync: false, settings: { wal_level: 'logical' } });
});
afterAll(() => server.stop());

beforeEach(async () => {
  database = uniqueName('hints');
  kv = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
  await asAdmin(`CREATE DATABASE ${database}`, 'postgres');
});

async function asAdmin(statement: string, at = database): Promise<void> {
  const client = new Client({ connectionString: server.url(at) });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

function run(login: string, args: readonly string[], options = {}) {
  const url = new URL(server.url(database));
  url.username = login;
  return lenkwerk([...args, '--db', url.href, '--kv', kv], options);
}

/** The statement of a hint, which is executed as it stands. */
async function follow(stderr: string): Promise<void> {
  const [, statement] = /as that: (CREATE ROLE my_login .*)$/m.exec(stderr) ?? [];
  expect(stderr).toContain('CREATE ROLE');
  await asAdmin(statement ?? '');
  onTestFinished(() => asAdmin('DROP OWNED BY my_login; DROP ROLE my_login'));
}

async function manifest(): Promise<string> {
  const file = join(await scratchFolder(), 'cluster.yaml');
  await writeFile(file, 'apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: {topic: a}\n');
  return file;
}

test.each([
  ['plan', 'lenkwerk_reader'],
  ['apply', 'lenkwerk_apply'],
  ['export', 'lenkwerk_reader'],
  ['verify', 'lenkwerk_verify'],
  ['init', 'lenkwerk_owner'],
])('after `init --roles` %s works as a new member of %s', async (verb, group) => {
  expect((await run('postgres', ['init', '--roles'])).exitCode).toBe(0);
  const flags: Record<string, readonly string[]> = {
    plan: [await manifest()],
    apply: [await manifest(), '--auto-approve'],
    verify: ['test/support/states/nothing.yaml', '--timeout', '3s'],
  };
  const args = [verb, ...(flags[verb] ?? [])];
  const refused = await run('postgres', args);
  expect(refused).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(new RegExp(`IN ROLE "${group}"$`, 'm')),
  });
  await follow(refused.stderr);
  const { exitCode, stderr } = await run('my_login', args);
  // Nothing is published, which verify reports.
  expect({ exitCode, stderr }).toEqual({ exitCode: verb === 'verify' ? 7 : 0, stderr });
  expect(stderr).not.toMatch(/privilege|permission denied/);
  const again = await run('postgres', args);
  expect(again.stderr).toMatch(/ as my_login$/m);
});

test('after `init --roles` an agent works as a new login with REPLICATION', async () => {
  expect((await run('postgres', ['init', '--roles'])).exitCode).toBe(0);
  const refused = await run('postgres', ['agent']);
  expect(refused).toMatchObject({ exitCode: 4 });
  await follow(refused.stderr);
  const remarks: string[] = [];
  const stop = new AbortController();
  const agent = run('my_login', ['agent', '--slot', uniqueName('slot')], {
    writeRemark: (text: string) => remarks.push(text),
    signal: stop.signal,
  });
  await waitFor(() => remarks.join('').includes('"streaming"'), { what: 'an active agent' });
  stop.abort();
  expect((await agent).exitCode).toBe(0);
});

test('an upgrade: init as the login of the hint, then `init --roles` as superuser again', async () => {
  expect((await run('postgres', ['init', '--roles'])).exitCode).toBe(0);
  await asAdmin("DELETE FROM lenkwerk.schema_migration WHERE file LIKE '006%'");
  const refused = await run('postgres', ['init', '--roles']);
  expect(refused).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('before this, run `lenkwerk init` as that'),
  });
  await follow(refused.stderr);
  expect((await run('my_login', ['init'])).exitCode).toBe(0);
  expect((await run('postgres', ['init', '--roles'])).exitCode).toBe(0);
  expect((await run('my_login', ['init', '--check'])).exitCode).toBe(0);
});

test('tables of an owner that may not log in: its members may', async () => {
  const owner = uniqueName('group');
  const member = uniqueName('member');
  // The one would be refused itself, though its name comes first.
  const mighty = uniqueName('a_mighty');
  await asAdmin(`CREATE ROLE ${owner}; CREATE ROLE ${member} LOGIN IN ROLE ${owner};
    CREATE ROLE ${mighty} LOGIN IN ROLE ${owner}, pg_execute_server_program;
    ALTER DATABASE ${database} OWNER TO ${owner}`);
  expect((await run('postgres', ['init'])).exitCode).toBe(0);
  await asAdmin(`DO $$ DECLARE o record; BEGIN
    FOR o IN SELECT format('%s %I.%I', 'TABLE', n.nspname, c.relname) AS name
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE nspname IN ('storage', 'lenkwerk') AND relkind = 'r'
      UNION ALL SELECT format('SCHEMA %I', nspname) FROM pg_namespace
      WHERE nspname IN ('storage', 'lenkwerk')
      UNION ALL SELECT format('FUNCTION %s', p.oid::regprocedure) FROM pg_proc p
      WHERE pronamespace IN ('storage'::regnamespace, 'lenkwerk'::regnamespace)
    LOOP EXECUTE format('ALTER %s OWNER TO ${owner}', o.name); END LOOP; END $$`);
  const refused = await run('postgres', ['plan', await manifest()]);
  expect(refused.stderr).toMatch(new RegExp(`hint: connect as ${member}$`, 'm'));
  expect((await run(mighty, ['plan', await manifest()])).exitCode).toBe(4);
  expect((await run(member, ['plan', await manifest()])).exitCode).toBe(0);
});
