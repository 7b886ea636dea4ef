/** What is set for a role changes nothing of what is read, written and published, or is named. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
let role: string;
let roleUrl: string;
let kv: string;
let major: number;
beforeAll(async () => {
  work = await workplace();
  role = uniqueName('odd');
  await work.query(`CREATE ROLE ${role} LOGIN SUPERUSER`);
  roleUrl = withUser(work.url, role);
  kv = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
  const [[version] = []] = await work.query('SHOW server_version_num');
  major = Math.floor(Number(version) / 10_000);
  const applied = await work.run(['apply', work.manifest(SECTIONS), '--auto-approve']);
  expect(applied.stderr).toBe('');
});
beforeEach(async () => {
  await work.query(`ALTER ROLE ${role} RESET ALL`);
});
afterAll(async () => {
  await work.query(`DROP ROLE ${role}`);
  await work.close();
});

function withUser(url: string, user: string): string {
  const named = new URL(url);
  named.username = user;
  return named.href;
}

async function set(name: string, value: string): Promise<void> {
  await work.query(alterRole(role, [name, value]));
}

/** What the verbs print as this user, without what differs from run to run. */
async function outputs(url: string): Promise<readonly string[]> {
  const changed = SECTIONS.replace('a: 1', 'a: 2').replace('/x', '/y');
  const file = work.manifest(changed, 'changed.yaml');
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
        .replaceAll(role, 'postgres')
        .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?/g, 'TIME')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID'),
    );
  }
  return printed;
}

describe('a role with', () => {
  // Of every version: which one the server has is not known yet.
  const known = harmfulSettings(Number.POSITIVE_INFINITY);
  test.each(known)('%s = %s', async (name, value) => {
    if (!harmfulSettings(major).some(([one]) => one === name)) return;
    const expected = await outputs(work.url);
    await set(name, value);
    expect(await outputs(roleUrl)).toEqual(expected);
  });

  test('triggers left out is refused by name', async () => {
    await set('session_replication_role', 'replica');
    const { exitCode, stderr } = await lenkwerk([
      'plan',
      '--db',
      roleUrl,
      work.path('cluster.yaml'),
    ]);
    expect(stderr).toContain('session_replication_role = replica and not origin');
    expect(exitCode).toBe(1);
  });
});

test('an agent whose role has all of them publishes what is recorded', async () => {
  for (const [name, value] of harmfulSettings(major)) await set(name, value);
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
