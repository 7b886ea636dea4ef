import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { lenkwerk } from '../../../support/cli/command-line.js';
import {
  queryDatabase,
  type Workplace,
  workplace,
} from '../../../support/servers/command-cluster.js';
import { createDatabase, type TestDatabase } from '../../../support/servers/servers.js';

const RECORDS = readFileSync('test/cases/records/odd.txt', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, name, sql] = /^([\w-]+): (.*)$/.exec(line) ?? [];
    return name === undefined || sql === undefined ? [] : [[name, sql] as const];
  });

let base: Workplace;

beforeAll(async () => {
  base = await workplace();
  await base.query(readFileSync('test/cases/records/base.sql', 'utf8'));
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

describe.each(RECORDS)('%s', (_, sql) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase(base.name);
    await queryDatabase(database.url, sql);
  });

  afterAll(() => database.drop());

  test('is exported or stands in a comment, and nothing is left to plan', async () => {
    const run = (args: readonly string[]) => lenkwerk([...args, '--db', database.url]);
    const exported = await run(['export']);
    expect(exported).toMatchObject({ exitCode: 0 });
    const again = await run(['export', '--strict']);
    expect(again).toEqual({
      ...exported,
      exitCode: exported.stdout.includes('# left out') ? 2 : 0,
    });
    const file = base.path(`${database.name}.yaml`);
    writeFileSync(file, exported.stdout);
    expect(await lenkwerk(['validate', file])).toMatchObject({ exitCode: 0 });
    const plan = await run(['plan', file, '--json']);
    expect(plan).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(plan.stdout)).toMatchObject({ changes: [] });
    expect(await missing(database.url, exported.stdout)).toEqual([]);
  });
});
