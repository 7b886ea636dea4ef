import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk, type Outcome, type Surroundings } from '../../support/cli/command-line.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import { createDatabase, type TestDatabase } from '../../support/servers/servers.js';

const MANIFEST = `apiVersion: lenkwerk/v1
kind: Cluster
instances:
  - host: storage-[1-3].example.com
    username: schaufel
    status: online
dimensions:
  - field: /service
indexes:
  - name: base_idx
    method: gin
    fields:
      - pointer: /user/id
        type: bigint
      - expression: lower(data->>'email')
servermap:
  algorithm: ring
config:
  kafka_topic: "events\\u202e \`\`\` 'quoted' \\\\ \\n end"
`;

let database: TestDatabase;
let folder: string;
let file: string;

beforeEach(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-cli-'));
  file = join(folder, 'cluster.yaml');
  writeFileSync(file, MANIFEST);
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

function run(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  return lenkwerk([...args, '--db', database.url], surroundings);
}

function query(sql: string): Promise<readonly unknown[][]> {
  return queryDatabase(database.url, sql);
}

const TABLES = `SELECT array_to_json(ARRAY[
  (SELECT json_agg(row_to_json(t) ORDER BY t.host) FROM storage.postgres_instance t),
  (SELECT json_agg(row_to_json(t)) FROM storage.dimension t),
  (SELECT json_agg(row_to_json(t)) FROM storage.index t),
  (SELECT json_agg(to_jsonb(t) - 'id' ORDER BY t.ordinality) FROM storage.index_field t),
  (SELECT json_agg(row_to_json(t)) FROM storage.config t),
  (SELECT json_agg(row_to_json(t)) FROM storage.servermap t)])::jsonb::text`;

test('from an empty database to a converged one', async () => {
  expect((await run(['init', '--check'])).exitCode).toBe(2);
  expect((await run(['init'])).stdout).toContain('storage.config');
  expect((await run(['init', '--check'])).stdout).toContain('Nothing to do');
  const planned = await run(['plan', file, '--detailed-exitcode']);
  expect(planned).toMatchObject({ exitCode: 2, stderr: '' });
  expect(planned.stdout).toMatch(/Plan: 9 to add, 0 to change, 0 to expire, 0 to delete\.\n$/);
  const applied = await run(['apply', file], { answer: 'yes' });
  expect(applied.stdout).toMatch(/^Applied: 9 added.*committed at [0-9A-F]+\/[0-9A-F]+\)\.\n$/);
  expect(applied.stderr).toContain('Only "yes" is accepted');
  const again = await run(['plan', file, '--detailed-exitcode']);
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stdout).toMatch(/^No changes/);
});

test('the SQL for review makes the same rows as an apply', async () => {
  await run(['init']);
  const sql = (await run(['plan', file, '--sql'])).stdout;
  await query(sql);
  const byHand = await query(TABLES);
  expect((await run(['plan', file])).stdout).toMatch(/^No changes/);
  await query(
    `TRUNCATE storage.postgres_instance, storage.dimension, storage.index, storage.index_field,
       storage.config, storage.servermap RESTART IDENTITY`,
  );
  expect((await run(['apply', file, '--auto-approve'])).exitCode).toBe(0);
  expect(await query(TABLES)).toEqual(byHand);
});

test('only the word yes applies', async () => {
  await run(['init']);
  for (const answer of ['y', 'YES', '', 'no']) {
    const { exitCode, stdout } = await run(['apply', file], { answer });
    expect([exitCode, stdout]).toEqual([4, '']);
  }
  expect(await query('SELECT count(*)::int FROM storage.config')).toEqual([[0]]);
});

test('a dry run changes nothing and reports that', async () => {
  await run(['init']);
  const { exitCode, stdout } = await run(['apply', file, '--dry-run', '--json']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ committed: false, dryRun: true, lsn: null });
  expect(await query('SELECT count(*)::int FROM storage.config')).toEqual([[0]]);
});

test('a plan file is carried out only while it still fits', async () => {
  await run(['init']);
  const planFile = join(folder, 'cluster.plan');
  expect((await run(['plan', file, '--out', planFile])).exitCode).toBe(0);
  await query(
    "INSERT INTO storage.postgres_instance (host, port, username) VALUES ('storage-1.example.com', 5432, 'x')",
  );
  const stale = await run(['apply', planFile, '--json']);
  expect(stale.exitCode).toBe(5);
  expect(JSON.parse(stale.stdout).error).toMatchObject({ code: 'stale-plan' });
  expect(stale.stderr).toContain('instance/storage-1.example.com:5432');
  await query('DELETE FROM storage.postgres_instance');
  expect((await run(['apply', planFile])).exitCode).toBe(0);
});

test('a plan file that was cut or edited never applies', async () => {
  await run(['init']);
  const planFile = join(folder, 'cluster.plan');
  await run(['plan', file, '--out', planFile]);
  const whole = readFileSync(planFile, 'utf8');
  const broken = [
    whole.slice(0, whole.length / 2),
    whole.replace('"schaufel"', '"root"'),
    whole.replace('"formatVersion": 1', '"formatVersion": 2'),
    whole.replace(/"id": "[^"]*"/, '"id": "00000000-0000-0000-0000-000000000000"'),
    '',
    'null',
  ];
  for (const text of broken) {
    writeFileSync(planFile, text);
    const { exitCode } = await run(['apply', planFile]);
    expect([3, 5]).toContain(exitCode);
  }
  expect(await query('SELECT count(*)::int FROM storage.config')).toEqual([[0]]);
});

test('dangers are refused until they are allowed by name', async () => {
  await run(['init']);
  await run(['apply', file, '--auto-approve']);
  writeFileSync(file, MANIFEST.replace('[1-3]', '[1-2]'));
  const refused = await run(['apply', file, '--auto-approve']);
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain('--allow delete:instance');
  const allowed = ['--allow', 'delete:instance', '--allow', 'servermap:drops-data'];
  const applied = await run(['apply', file, '--auto-approve', ...allowed]);
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
});

test('manifests of another cluster are refused', async () => {
  await run(['init']);
  writeFileSync(file, `${MANIFEST}cluster: elsewhere\n`);
  expect((await run(['plan', file])).exitCode).toBe(5);
});

test('--fail-on-danger exits 4 for what neither --allow nor the project allows, and shows the plan', async () => {
  await run(['init']);
  await run(['apply', file, '--auto-approve']);
  writeFileSync(file, MANIFEST.replace('storage-[1-3]', 'storage-[1-2]'));
  const dangers = ['delete:instance', 'servermap:drops-data'];
  const plan = ['plan', file, '--fail-on-danger'];
  const refused = await run([...plan, '--detailed-exitcode']);
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stdout).toContain(`To apply it: --allow ${dangers.join(',')}\n`);
  expect(refused.stderr).toContain(`error: dangerous: ${dangers.join(', ')}`);
  const json = await run([...plan, '--json']);
  expect(json.exitCode).toBe(4);
  expect(JSON.parse(json.stdout)).toMatchObject({ summary: { delete: 1 } });
  const allowed = await run([...plan, '--detailed-exitcode', '--allow', dangers.join(',')]);
  expect(allowed).toMatchObject({ exitCode: 2, stderr: '' });
  expect(allowed.stdout).toContain('(allowed by --allow)');
  const part = await run([...plan, '--allow', 'delete:instance', '--summary']);
  expect(part).toMatchObject({ exitCode: 4 });
  expect(part.stdout).toContain('To apply it: --allow servermap:drops-data\n');
});
