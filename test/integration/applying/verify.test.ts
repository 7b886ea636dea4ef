/** What verify reads without paths, all targets of a database, and roles without a barrier. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeIdentifier } from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { tamper } from '../../support/agents/tamper.js';
import { runCli } from '../../support/cli/cli.js';
import { scratchFolder } from '../../support/scratch.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';

const CONFIG = `apiVersion: lenkwerk/v1
kind: Cluster
`;

let installation: Installation;
let folder: string;
beforeEach(async () => {
  installation = await install();
  folder = await scratchFolder();
});

/** `lenkwerk verify` in the folder, as the role. */
async function verify(args: readonly string[] = [], role?: string) {
  const url = new URL(installation.database.url);
  if (role !== undefined) url.username = role;
  return await runCli(['verify', ...args, '--db', url.href], { cwd: folder });
}

const documentOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout);

/** A role that is a member of the group. */
async function memberOf(group: string): Promise<string> {
  const { sql, run } = installation;
  await run(['init', '--roles']);
  const role = uniqueName('login');
  await sql.query(`CREATE ROLE ${escapeIdentifier(role)} LOGIN IN ROLE ${group}`);
  onTestFinished(async () => {
    await sql.query(`DROP ROLE ${escapeIdentifier(role)}`);
  });
  return role;
}

async function storeOf(prefix: string) {
  const store = await connectTo([etcdEndpoint()], { prefix });
  onTestFinished(() => store.close());
  return { store, keySpace: new KeySpace(prefix) };
}

describe('without paths', () => {
  test('the manifests of the folder; where none are what was applied last', async () => {
    const { run, sql, startAgent } = installation;
    await startAgent();
    const none = await verify(['--wait']);
    expect(none).toMatchObject({ exitCode: 0 });
    expect(none.stdout).toContain('nothing was applied: only the database and the stores');
    expect(none.stdout).not.toContain('desired');

    const manifest = join(folder, 'cluster.yaml');
    const applied = `${CONFIG}dimensions: [{ field: /a }]\n`;
    await writeFile(manifest, applied);
    expect(await run(['apply', manifest, '--auto-approve'])).toMatchObject({ exitCode: 0 });
    const manifests = await verify(['--wait', '--json']);
    expect(documentOf(manifests)).toMatchObject({ verdict: 'converged', compared: 'manifests' });
    await writeFile(manifest, applied.replace('/a', '/b'));
    expect(await verify()).toMatchObject({
      exitCode: 2,
      stdout: expect.stringMatching(/^pending/),
    });

    // Elsewhere no manifest is near, but other YAML.
    folder = await scratchFolder();
    await writeFile(join(folder, 'other.yaml'), 'a: 1\n');
    const last = await verify(['--wait', '--markdown']);
    expect(last.exitCode).toBe(0);
    expect(last.stdout).toContain('compared with the state of the last apply');
    expect(last.stdout).not.toContain('desired');
    await sql.query("SELECT storage.append_dimension('/c', NULL, NULL, NULL)");
    const drifted = await verify(['--wait', '--json']);
    expect(drifted.exitCode).toBe(2);
    expect(documentOf(drifted)).toMatchObject({
      verdict: 'drifted',
      compared: 'last-apply',
      plan: null,
      drift: { changes: [{ address: 'dimension//c' }] },
    });
    expect((await verify()).stdout).toContain('drifted: dimension//c');
  });

  test('of an apply of a part that part, and what was not compared is named', async () => {
    const { run, sql } = installation;
    await installation.startAgent();
    const manifest = join(folder, 'cluster.yaml');
    const unmanaged = 'unmanaged: [dimension//c]\n';
    await writeFile(manifest, `${CONFIG}dimensions: [{ field: /a }, { field: /b }]\n${unmanaged}`);
    expect(await run(['apply', manifest, '--auto-approve'])).toMatchObject({ exitCode: 0 });
    await writeFile(manifest, `${CONFIG}dimensions: [{ field: /d }]\n${unmanaged}`);
    const part = ['--only', 'dimension//d', '--auto-approve'];
    expect(await run(['apply', manifest, ...part])).toMatchObject({ exitCode: 0 });
    await sql.query("SELECT storage.append_dimension('/e', NULL, NULL, NULL)");
    folder = await scratchFolder();
    const seen = await verify(['--wait']);
    expect(seen).toMatchObject({ exitCode: 0 });
    expect(seen.stdout).toMatch(/^converged: what was compared of the last apply, recorded/);
    expect(seen.stdout).toContain(
      'not compared: what is outside of its part (--only dimension//d), ',
    );
    expect(seen.stdout).toContain('config (unmanaged)');
    expect(seen.stdout).toContain('dimension//c (unmanaged)');
    expect(documentOf(await verify(['--json']))).toMatchObject({
      verdict: 'converged',
      notCompared: { only: ['dimension//d'], exclude: [], addresses: ['dimension//c'] },
    });
  });

  test('manifests that cannot be read are an error, and so is a project without any', async () => {
    await writeFile(join(folder, 'cluster.yaml'), 'apiVersion: lenkwerk/v1\nkind: Clutser\n');
    expect(await verify()).toMatchObject({ exitCode: 3 });
    folder = await scratchFolder();
    await writeFile(
      join(folder, 'lenkwerk.yaml'),
      'apiVersion: lenkwerk/v1\nkind: Project\npaths: [a]\n',
    );
    await mkdir(join(folder, 'a'));
    const { exitCode, stderr } = await verify();
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/no manifest/),
    });
  });
});

describe('several targets', () => {
  test('a line each; one that does not answer does not end the others', async () => {
    const { sql, target, prefix } = installation;
    const [silent, second, odd] = [uniqueName('silent'), uniqueName('t'), uniqueName('odd')];
    const { hostname: host, port } = new URL(etcdEndpoint());
    const at = (config: object) => ({ type: 'etcd', config });
    const secondPrefix = uniquePrefix();
    const stores = {
      [target]: at({ host, port: Number(port), prefix }),
      [second]: at({ host, port: Number(port), prefix: secondPrefix }),
      [silent]: at({ host: '127.0.0.1', port: 1 }),
      [odd]: 7,
    };
    await sql.query("SELECT storage.save_config('kvstores', $1)", [JSON.stringify(stores)]);
    await installation.startAgent();
    const named = ['--target', `${target},${second}`];
    expect(await verify([...named, '--wait'])).toMatchObject({ exitCode: 0 });
    const all = await verify(['--timeout', '5s']);
    expect(all.exitCode).toBe(7);
    expect(all.stdout).toMatch(new RegExp(`^${target}: converged: `, 'm'));
    expect(all.stdout).toMatch(new RegExp(`^${second}: converged: `, 'm'));
    expect(all.stdout).toMatch(new RegExp(`^${silent}: inconclusive: `, 'm'));
    expect(all.stdout).toMatch(new RegExp(`^${odd}: inconclusive: .*no object with type`, 'm'));

    await tamper(await storeOf(secondPrefix), { '/Dimension/9': '{}' });
    const diverged = await verify(['--json', '--timeout', '5s']);
    expect(diverged.exitCode).toBe(2);
    const verdicts = documentOf(diverged).targets.map(
      (one: { target: string; verdict: string }) => [one.target, one.verdict],
    );
    expect(new Map(verdicts)).toEqual(
      new Map([
        [target, 'converged'],
        [second, 'diverged'],
        [silent, 'inconclusive'],
        [odd, 'inconclusive'],
      ]),
    );
    const repaired = await verify(['--target', target, '--target', second, '--repair', '--json']);
    expect(repaired.exitCode).toBe(0);
    expect(documentOf(repaired).targets).toMatchObject([
      { target, repaired: null },
      { target: second, repaired: [{ kind: 'stray' }] },
    ]);
    expect(await verify(['--target', `${target},nowhere`])).toMatchObject({ exitCode: 3 });
    expect(await verify(['--target', odd])).toMatchObject({ exitCode: 3 });
  });
});

test('records of another cluster are never converged, although they are equal', async () => {
  const { sql, target, prefix, startAgent } = installation;
  const agent = await startAgent();
  expect(await verify(['--wait'])).toMatchObject({ exitCode: 0 });
  await agent.stop();
  await sql.query('UPDATE lenkwerk.cluster SET uuid = gen_random_uuid()');
  const alone = await verify(['--wait']);
  expect(alone).toMatchObject({ exitCode: 5, stdout: '' });
  expect(alone.stderr).toMatch(/the store belongs to another cluster, [0-9a-f-]{36}; this one is/);
  const status = await installation.run(['status']);
  expect(status.stdout).toContain(`${target}: the store belongs to another cluster`);

  const { hostname: host, port } = new URL(etcdEndpoint());
  const at = (own: string) => ({ type: 'etcd', config: { host, port: Number(port), prefix: own } });
  const stores = { [target]: at(prefix), [uniqueName('other')]: at(uniquePrefix()) };
  await sql.query("SELECT storage.save_config('kvstores', $1)", [JSON.stringify(stores)]);
  const beside = await verify(['--timeout', '1s']);
  expect(beside.exitCode).toBe(7);
  expect(beside.stdout).toMatch(
    new RegExp(`^${target}: inconclusive: the store belongs to another`, 'm'),
  );
});

describe('a role that may set no barrier', () => {
  test('sees what differs, unconfirmed, and what would help', async () => {
    const reader = await memberOf('lenkwerk_reader');
    const owner = await memberOf('lenkwerk_owner');
    const { prefix, database } = installation;
    const agent = new URL(database.url);
    agent.username = await memberOf('lenkwerk_agent');
    await installation.sql.query(`ALTER ROLE ${agent.username} REPLICATION`);
    await installation.startAgent(undefined, agent.href);
    expect(await verify(['--wait'], owner)).toMatchObject({ exitCode: 0 });
    expect(await verify([], reader)).toMatchObject({ exitCode: 0 });
    await tamper(await storeOf(prefix), { '/Dimension/9': '{}' });
    const seen = await verify([], reader);
    expect(seen.exitCode).toBe(7);
    expect(seen.stdout).toMatch(/^unconfirmed: /);
    expect(seen.stdout).toContain(`stray: ${prefix}/Dimension/9`);
    expect(seen.stdout).toContain(
      `${reader} may not do this: it lacks EXECUTE on lenkwerk.barrier`,
    );
    expect(seen.stdout).toContain(`hint: GRANT lenkwerk_verify TO "${reader}"`);
    expect(seen.stdout + seen.stderr).not.toContain('permission denied');
    const repair = await verify(['--repair'], reader);
    expect(repair.exitCode).toBe(1);
    expect(repair.stderr).toContain(
      `${reader} may not do this: it lacks EXECUTE on lenkwerk.barrier`,
    );
    expect(repair.stderr).toContain(`hint: GRANT lenkwerk_verify TO "${reader}"`);
    const apply = await memberOf('lenkwerk_apply');
    expect(await verify([], apply)).toMatchObject({ exitCode: 2 });
    const asApply = await verify(['--repair'], apply);
    expect(asApply.exitCode).toBe(1);
    expect(asApply.stderr).toContain('it lacks EXECUTE on lenkwerk.request_repair');
  });
});
