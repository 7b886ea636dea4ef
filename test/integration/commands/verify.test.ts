import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../../src/dev/postgres.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { tamper } from '../../support/agents/tamper.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint, uniqueName } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lenkwerk-verify-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function storeOf({ prefix }: Installation) {
  const store = await connectTo([etcdEndpoint()], { prefix });
  onTestFinished(() => store.close());
  return { store, keySpace: new KeySpace(prefix) };
}

/** Where it does not matter; else the manifests of this repository would be read. */
const NOTHING = 'test/support/states/nothing.yaml';

const MANIFEST = `apiVersion: lenkwerk/v1
kind: Cluster
config:
  kafka_topic: events
  retain_hrs: 48
`;

describe('lenkwerk verify', () => {
  test('looks at the store of a target, and repairs it', async () => {
    const installation = await install();
    const { run, target, sql, prefix } = installation;
    await sql.query(`SELECT storage.save_config('kafka_topic', '"events"')`);
    await installation.startAgent();
    expect(await run(['verify', NOTHING, '--target', target, '--wait'])).toMatchObject({
      exitCode: 0,
    });
    const { value = '' } =
      (await (await storeOf(installation)).store.read(`${prefix}/Config/kafka_topic`)) ?? {};
    await tamper(await storeOf(installation), {
      '/Config/kafka_topic': value.replace('events', 'evnets'),
      '/Dimension/9': '{}',
    });
    const found = await run(['verify', NOTHING, '--target', target]);
    expect(found.exitCode).toBe(2);
    expect(found.stdout).toContain('"value":"[-events-]{+evnets+}"');
    expect(found.stdout).toContain(`stray: ${prefix}/Dimension/9, found {}`);
    const repaired = await run(['verify', NOTHING, '--target', target, '--repair', '--json']);
    expect(repaired.exitCode).toBe(0);
    expect(JSON.parse(repaired.stdout)).toMatchObject({
      verdict: 'converged',
      compared: 'manifests',
      targets: [
        { target, verdict: 'converged', repaired: [{ kind: 'altered' }, { kind: 'stray' }] },
      ],
    });
  });

  test('a target that is not configured is a usage error', async () => {
    const { run } = await install();
    const { exitCode, stderr } = await run(['verify', NOTHING, '--target', 'nowhere']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('target "nowhere": config kvstores has no such target');
  });

  test('writes JSON, Markdown and HTML beside what it prints; names objects, places and the last apply', async () => {
    const installation = await install();
    const { run, target, sql } = installation;
    const path = await folder();
    const manifest = join(path, 'cluster.yaml');
    await writeFile(manifest, MANIFEST);
    await installation.startAgent();
    // The manifest manages the whole section, in which the store of the target is recorded.
    const { rows } = await sql.query<{ value: unknown }>(
      `SELECT value FROM storage.config WHERE key = 'kvstores'`,
    );
    await writeFile(manifest, `${MANIFEST}  kvstores: ${JSON.stringify(rows[0]?.value)}\n`);
    const applied = await run(['apply', manifest, '--auto-approve']);
    expect(applied.stderr).toBe('');
    const settled = await run(['verify', manifest, '--target', target, '--wait']);
    expect(settled).toMatchObject({ exitCode: 0 });
    expect(settled.stdout).toMatch(/last apply: 1 at \S+ \S+.*, database user \w+/);
    await sql.query(`SELECT storage.save_config('retain_hrs', '1')`);
    const files = ['json', 'markdown', 'html'].flatMap((form) => {
      return [`--${form}-into`, join(path, `v.${form}`)];
    });
    const drifted = await run(['verify', manifest, '--target', target, ...files]);
    expect(drifted.exitCode).toBe(2);
    expect(drifted.stdout).toContain(
      `drifted: config/retain_hrs (an apply would update it) at ${manifest}:5:3`,
    );
    const report = JSON.parse(await readFile(join(path, 'v.json'), 'utf8'));
    expect(report).toMatchObject({ verdict: 'drifted', lastApply: { id: '1' } });
    const markdown = await readFile(join(path, 'v.markdown'), 'utf8');
    expect(markdown).toContain('- drifted `config/retain_hrs`: an apply would update it');
    const page = await readFile(join(path, 'v.html'), 'utf8');
    expect(page).toContain('<code>config/retain_hrs</code> <small>an apply would update it at');
    expect((await run(['verify', manifest, '--json', '--markdown'])).exitCode).toBe(3);
  });

  test('a role that may only read can verify, at a barrier too, and ask for a repair', async () => {
    const installation = await install();
    const { sql, target, database } = installation;
    const role = uniqueName('verify');
    const name = escapeIdentifier(role);
    await sql.query(`
      CREATE ROLE ${name} LOGIN;
      GRANT USAGE ON SCHEMA storage, lenkwerk TO ${name};
      GRANT SELECT ON ALL TABLES IN SCHEMA storage, lenkwerk TO ${name};
      GRANT EXECUTE ON FUNCTION lenkwerk.barrier(text), lenkwerk.request_repair(jsonb) TO ${name}`);
    onTestFinished(async () => {
      await sql.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    });
    await installation.startAgent();
    const url = new URL(database.url);
    url.username = role;
    const verify = (...flags: readonly string[]) =>
      lenkwerk(['verify', NOTHING, '--target', target, ...flags, '--db', url.href]);
    expect(await verify('--wait')).toMatchObject({ exitCode: 0 });
    await tamper(await storeOf(installation), { '/Config/kvstores': undefined });
    expect(await verify()).toMatchObject({ exitCode: 2 });
    expect(await verify('--repair')).toMatchObject({ exitCode: 0 });
    const client = new Client({ connectionString: url.href });
    await client.connect();
    await expect(client.query('DELETE FROM storage.config')).rejects.toMatchObject({
      code: '42501',
    });
    await client.end();
  });

  test('a standby is refused', async () => {
    const postgres = await startPostgres({ env: process.env, fsync: false });
    onTestFinished(() => postgres.stop());
    const url = postgres.url('postgres');
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    await client.end();
    await postgres.shutDown();
    await writeFile(join(rows[0]?.data_directory ?? '', 'standby.signal'), '');
    await postgres.start();
    const verify = () =>
      lenkwerk(['verify', NOTHING, '--db', url, '--kv', `etcd://${new URL(etcdEndpoint()).host}`]);
    const isRefused = async () => {
      const { exitCode, stderr } = await verify();
      return exitCode === 1 && stderr.includes('the database server is a standby');
    };
    await waitFor(isRefused, { what: 'the refusal' });
  });
});
