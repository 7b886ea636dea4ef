/** What is set for a role changes nothing of what is read, written and published, or is named. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import { createCluster } from '../../support/agents/agent-cluster.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';
import { alterRole, harmfulSettings } from '../../support/settings/harmful-settings.js';

const SECTIONS = `config: { a: 1, text: "é€ \\\\ '", f: 0.1 }
dimensions: [{ field: /service }]
instances: [{ host: h, username: u, status: online }]
indexes: [{ name: i, method: btree, fields: [{ pointer: /x }] }]
`;

let work: Workplace;
let kv: string;
let major: number;
const roles: string[] = [];
beforeAll(async () => {
  work = await workplace();
  kv = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
  const [[version] = []] = await work.query('SHOW server_version_num');
  major = Math.floor(Number(version) / 10_000);
  const applied = await work.run(['apply', work.manifest(SECTIONS), '--auto-approve']);
  expect(applied.stderr).toBe('');
});
afterAll(async () => {
  for (const role of roles) await work.query(`DROP ROLE ${role}`);
  await work.close();
});

function withUser(url: string, user: string): string {
  const named = new URL(url);
  named.username = user;
  return named.href;
}

/** A new role with these settings. */
async function roleWith(...settings: readonly (readonly [string, string])[]): Promise<string> {
  const role = uniqueName('odd');
  roles.push(role);
  await work.query(`CREATE ROLE ${role} LOGIN SUPERUSER`);
  for (const setting of settings) await work.query(alterRole(role, setting));
  return role;
}

/** What the verbs print as this user, without what differs from run to run. */
async function outputs(user: string): Promise<readonly string[]> {
  const url = withUser(work.url, user);
  const file = work.path('changed.yaml');
  const printed = [];
  for (const args of [
    ['export'],
    ['plan', file, '--json'],
    ['apply', file, '--dry-run', '--json'],
    ['verify', file, '--timeout', '1', '--kv', kv],
    ['history'],
  ]) {
    const { exitCode, stdout, stderr } = await lenkwerk([...args, '--db', url]);
    const text = `${args[0]}: ${exitCode}\n${stdout}${stderr}`;
    printed.push(
      text
        .replaceAll(user, 'postgres')
        .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?/g, 'TIME')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID'),
    );
  }
  return printed;
}

describe('a role with', () => {
  // Of every version: which one the server has is not known yet.
  const known = harmfulSettings(Number.POSITIVE_INFINITY);
  let expected: readonly string[];
  beforeAll(async () => {
    const changed = SECTIONS.replace('a: 1', 'a: 2').replace('/x', '/y');
    work.manifest(changed, 'changed.yaml');
    expected = await outputs('postgres');
  });

  // Concurrently, since `verify` waits for its timeout.
  test.concurrent.each(known)('%s = %s', async (name, value) => {
    if (!harmfulSettings(major).some(([one]) => one === name)) return;
    expect(await outputs(await roleWith([name, value]))).toEqual(expected);
  });

  test('triggers left out is refused by name', async () => {
    const role = await roleWith(['session_replication_role', 'replica']);
    const { exitCode, stderr } = await lenkwerk([
      'plan',
      '--db',
      withUser(work.url, role),
      work.path('cluster.yaml'),
    ]);
    expect(stderr).toContain('session_replication_role = replica and not origin');
    expect(exitCode).toBe(1);
  });
});

test('an agent whose role has all of them publishes what is recorded', async () => {
  const role = await roleWith(...harmfulSettings(major));
  const cluster = await createCluster();
  try {
    const insert = `INSERT INTO storage.config (key, value) VALUES`;
    await cluster.sql.query(`${insert} ('before', '"é€ \\\\ 0.10"')`);
    await cluster.sql.query(`INSERT INTO storage.dimension (fieldname, ordinality, valid_from)
      VALUES ('/d', 1, '2026-03-29 02:30:00.123456')`);
    const database = postgresSource({ ...cluster.settings, username: role });
    await cluster.activeAgent({ database });
    await cluster.sql.query(`${insert} ('after', '{"a": 1.10}')`);
    await cluster.sql.query(`INSERT INTO storage.dimension (fieldname, ordinality, valid_from)
      VALUES ('/e', 2, '2026-03-29 02:30:00.123456')`);
    await cluster.barrier();
    expect(await cluster.published()).toEqual(await cluster.recorded());
  } finally {
    await cluster.close();
  }
});
