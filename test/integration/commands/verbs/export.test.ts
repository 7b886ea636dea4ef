import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { lenkwerk } from '../../../support/cli/command-line.js';
import {
  queryDatabase,
  type Workplace,
  workplace,
} from '../../../support/servers/command-cluster.js';

const RECORDS = readFileSync('test/cases/records/odd.txt', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, name, sql] = /^([\w-]+): (.*)$/.exec(line) ?? [];
    return name === undefined || sql === undefined ? [] : [[name, sql] as const];
  });

const BASE = readFileSync('test/cases/records/base.sql', 'utf8');
const EMPTY = `TRUNCATE storage.postgres_instance, storage.dimension, storage.index, storage.index_field,
  storage.config, storage.servermap RESTART IDENTITY`;

let base: Workplace;

beforeAll(async () => {
  base = await workplace();
});

afterAll(() => base.close());

/** The rows that hold or are going to hold, with what a manifest or a comment has of each. */
const ROWS = `
  SELECT 'instances', id::text, host || ':' || port FROM storage.postgres_instance
  UNION ALL SELECT 'dimensions', id::text, CASE WHEN fieldname LIKE '/%' THEN fieldname
      ELSE '/' || replace(replace(fieldname, '~', '~0'), '/', '~1') END FROM storage.dimension
  UNION ALL SELECT 'indexes', id::text, indexname FROM storage.index
  UNION ALL SELECT 'config', id::text, key FROM storage.config
  UNION ALL SELECT 'servermap', max(id)::text, '' FROM storage.servermap HAVING max(id) IS NOT NULL`;

const TABLES: ReadonlyMap<unknown, string> = new Map([
  ['instances', 'postgres_instance'],
  ['dimensions', 'dimension'],
  ['indexes', 'index'],
  ['config', 'config'],
  ['servermap', 'servermap'],
]);

/** What the manifest lists, by another reader than ours. */
function listed(manifest: string): ReadonlySet<string> {
  const { instances = [], dimensions = [], indexes = [], config, servermap } = parse(manifest);
  const keys = Object.keys(config ?? {});
  return new Set([
    ...instances.flatMap(({ host, port = 5432 }: { host: string; port?: number }) =>
      expanded(host).map((one) => `instances ${one}:${port}`),
    ),
    ...dimensions.map(({ field }: { field: string }) => `dimensions ${field}`),
    ...indexes.map(({ name }: { name: string }) => `indexes ${name}`),
    ...keys.map((key) => `config ${key}`),
    ...(servermap === undefined ? [] : ['servermap ']),
  ]);
}

function expanded(host: string): readonly string[] {
  const [, before = '', first = '', last = '', after = ''] =
    /^(.*)\[(\d+)-(\d+)\](.*)$/.exec(host) ?? [];
  if (first === '') return [host];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => {
    return `${before}${`${Number(first) + at}`.padStart(first.length, '0')}${after}`;
  });
}

/** The rows that stand neither in the manifest nor, by their ids, in a comment. */
async function missing(url: string, manifest: string): Promise<readonly unknown[][]> {
  const comments = manifest.split('\n').filter((line) => line.startsWith('  # '));
  const inManifest = listed(manifest);
  const rows = await queryDatabase(url, ROWS);
  return rows.filter(([section, id, name]) => {
    const row = `storage.${TABLES.get(section)} {"id":${id},`;
    return (
      !inManifest.has(`${section} ${name}`) && !comments.some((comment) => comment.includes(row))
    );
  });
}

/** An export, a check and a plan of it, beside the rows that it has neither way. */
async function exportOf(sql: string) {
  await base.query(`${EMPTY}; ${BASE}; ${sql}`);
  const exported = await base.run(['export']);
  const again = await base.run(['export', '--strict']);
  const file = base.path('exported.yaml');
  writeFileSync(file, exported.stdout);
  const validated = await lenkwerk(['validate', file]);
  const plan = await base.run(['plan', file, '--json']);
  return { exported, again, validated, plan, unseen: await missing(base.url, exported.stdout) };
}

test.each(RECORDS)('%s is exported or stands in a comment', async (_, sql) => {
  const { exported, again, validated, plan, unseen } = await exportOf(sql);
  expect(exported).toMatchObject({ exitCode: 0 });
  const strict = exported.stdout.includes('# left out') ? 2 : 0;
  expect(again).toEqual({ ...exported, exitCode: strict });
  expect(validated).toMatchObject({ exitCode: 0 });
  expect(plan).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(plan.stdout)).toMatchObject({ changes: [] });
  expect(unseen).toEqual([]);
});

test('the order of the rows in their tables does not matter', async () => {
  const inOrder = await exportOf('');
  const tables = ['postgres_instance', 'dimension', 'index', 'index_field', 'config'];
  const moved = tables.map((table) => `UPDATE storage.${table} SET id = id WHERE id % 2 = 1`);
  const { exported } = await exportOf(moved.join(';'));
  expect(exported).toEqual(inOrder.exported);
  const ranges = '  - host: host[1-3]\n    username: schaufel\n    status: online\n';
  expect(exported.stdout).toContain(ranges);
});

test('a row is set out with its values, its reason and without secrets', async () => {
  const { exported } = await exportOf(
    `UPDATE storage.config SET value = '{"password": "geheim", "list": null}' WHERE key = 'kafka_broker'`,
  );
  expect(exported.stdout).toContain(
    [
      '  # left out: config/kafka_broker: must be a text, not a mapping',
      '  #   storage.config {"id":3,"key":"kafka_broker","value":{"password":"***","list":null}}',
      '',
    ].join('\n'),
  );
  expect(exported.stdout).toContain('\nunmanaged:\n  - config/kafka_broker\n');
  expect(exported.stderr).toBe(
    'note: config/kafka_broker stands in a comment, and is not managed: must be a text, not a mapping\n',
  );
});

test('an export replaces another file with --force only, and plan replaces none that it reads', async () => {
  await base.query(`${EMPTY}; ${BASE}`);
  const file = base.path('cluster.yaml');
  const out = ['export', '--out', file];
  expect(await base.run(out)).toMatchObject({ exitCode: 0 });
  const written = readFileSync(file, 'utf8');
  expect(await base.run(out)).toMatchObject({ exitCode: 0 });
  const plan = await base.run(['plan', file, '--out', file, '--force']);
  expect(plan).toMatchObject({ exitCode: 3 });
  expect(plan.stderr).toContain('which this command reads: it is not replaced');
  expect(readFileSync(file, 'utf8')).toBe(written);
  writeFileSync(file, `${written}# mine\n`);
  const refused = await base.run(out);
  expect(refused).toMatchObject({ exitCode: 3 });
  expect(refused.stderr).toContain('--force');
  expect(await base.run([...out, '--force'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(file, 'utf8')).toBe(written);
});
