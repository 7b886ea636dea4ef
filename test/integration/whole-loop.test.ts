/** From YAML to the tables of a storage node: every part is a process or a server of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyValueStore } from '../../src/kvstore/store.js';
import { KeySpace } from '../../src/publishing/records/key-space.js';
import { readPublished } from '../../src/publishing/records/published.js';
import { type RunningCli, runCli, startCli } from '../support/cli/cli.js';
import { connectTo } from '../support/servers/etcd-store.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../support/servers/servers.js';
import { waitFor } from '../support/wait.js';

/** What people are promised: a committed change is in etcd within a second. */
const WITHIN_MS = 1_000;

const MANIFEST = `
apiVersion: lenkwerk/v1
kind: Cluster
instances:
  - { host: 'node-[1-3]', username: schaufel, status: online }
dimensions:
  - field: /service
  - field: env
    default: prüfung
indexes:
  - name: user_idx
    method: btree
    fields:
      - { pointer: /user/id, type: bigint }
      - { expression: lower(data->>'email') }
servermap: { algorithm: ring }
config:
  retain_hrs: 48
  exact: { big: 12345678901234567890, price: 1.10, nested: [{ a: null }, 'ü "quoted" \\ /'], '': {} }
`;

let folder: string;
let database: TestDatabase;
let sql: Client;
let store: KeyValueStore;
let prefix: string;
let slot: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whole-loop-'));
  database = await createDatabase();
  sql = await connected(database);
  store = await connectTo([etcdEndpoint()]);
  prefix = uniquePrefix();
  slot = uniqueName('slot');
});

afterEach(async () => {
  await store.close();
  await sql.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function connected({ url }: TestDatabase): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

function environment(): Record<string, string> {
  return { DATABASE_URL: database.url, HOME: folder };
}

function kv(): readonly string[] {
  return ['--kv', `etcd://${new URL(etcdEndpoint()).host}?prefix=${prefix}`];
}

async function lenkwerk(...args: readonly string[]) {
  return runCli([...args, ...kv()], { env: environment(), cwd: folder });
}

async function succeed(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lenkwerk(...args);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return stdout;
}

function startAgent(): RunningCli {
  const args = ['agent', '--slot', slot, '--log-level', 'debug', ...kv()];
  return startCli(args, { env: environment(), cwd: folder });
}

async function manifest(text: string, name = 'cluster.yaml'): Promise<string> {
  await writeFile(join(folder, name), text);
  return name;
}

async function published(): Promise<ReadonlyMap<string, string>> {
  const records = await readPublished(store, new KeySpace(prefix));
  return new Map(records.map(({ key, value }) => [key.slice(prefix.length), value]));
}

/** Statement, and what has to be published for it in time. */
async function change(statement: string, expected: Record<string, string | undefined>) {
  await sql.query(statement);
  await waitFor(
    async () => {
      const records = await published();
      return Object.entries(expected).every(([key, value]) => records.get(key) === value);
    },
    { timeoutMs: WITHIN_MS, what: `${statement} to be published` },
  );
}

const TABLES = {
  Config: 'config',
  PostgresInstance: 'postgres_instance',
  Servermap: 'servermap',
  Dimension: 'dimension',
} as const;

function tableOf(key: string): string {
  const [, folderName = ''] = key.split('/');
  if (folderName === 'Index') return key.split('/').length === 3 ? 'index' : 'index_field';
  const table = Object.entries(TABLES).find(([name]) => name === folderName)?.[1];
  if (table === undefined) throw new Error(`unknown key ${key}`);
  return table;
}

/** The rows of a database as JSON, the newest servermap only. */
async function rows(client: Client): Promise<unknown> {
  const { rows: result } = await client.query(`
    SELECT (SELECT json_agg(t ORDER BY id) FROM storage.config t)::text AS config,
           (SELECT json_agg(t ORDER BY id) FROM storage.postgres_instance t)::text AS instances,
           (SELECT json_agg(t ORDER BY id) FROM storage.dimension t)::text AS dimensions,
           (SELECT json_agg(t ORDER BY id) FROM storage.index t)::text AS indexes,
           (SELECT json_agg(t ORDER BY id) FROM storage.index_field t)::text AS fields,
           (SELECT row_to_json(t) FROM storage.servermap t ORDER BY id DESC LIMIT 1)::text AS map`);
  return result;
}

describe('the whole loop', () => {
  test('what is planned is applied, published and taken over by a storage node', async () => {
    await succeed('init');
    await succeed('plan', await manifest(MANIFEST), '--out', 'saved.plan');
    const agent = startAgent();
    await agent.waitForOutput('streaming');
    const planned: unknown = JSON.parse(await succeed('plan', 'cluster.yaml', '--json'));
    const applied: unknown = JSON.parse(
      await succeed('apply', 'cluster.yaml', '--auto-approve', '--json'),
    );
    expect(planned).toMatchObject({ summary: { add: 11, change: 0, expire: 0, delete: 0 } });
    const changesOf = (document: unknown, ...path: readonly string[]): unknown =>
      path.reduce<unknown>((value, name) => Object(value)[name], document);
    expect(changesOf(applied, 'plan', 'changes')).toEqual(changesOf(planned, 'changes'));
    await succeed('plan', 'cluster.yaml', '--detailed-exitcode');
    await succeed('verify', 'cluster.yaml', '--wait');

    const records = await published();
    expect([...records.keys()].toSorted()).toEqual([
      '/Config/exact',
      '/Config/retain_hrs',
      '/Dimension/1',
      '/Dimension/2',
      '/Index/1',
      '/Index/1/1',
      '/Index/1/2',
      '/PostgresInstance/node-1/5432',
      '/PostgresInstance/node-2/5432',
      '/PostgresInstance/node-3/5432',
      '/Servermap',
    ]);
    expect(records.get('/Index/1/1')).toContain('"ordinality":0');
    expect(records.get('/Config/exact')).toContain(
      '"value":{"big":12345678901234567890,"price":1.10,"nested":[{"a":null},"ü \\"quoted\\" \\\\ /"],"":{}}',
    );
    expect(records.get('/Dimension/2')).toBe(
      '{"valid_from":"-infinity","valid_until":"infinity","id":2,"ordinality":1,"default_val":"prüfung","fieldname":"/env"}',
    );
    expect(records.get('/Servermap')).toContain(
      '"node-3_5432":{"schaufel":{"id":3,"host":"node-3","port":5432},"copies":[{"id":3,"host":"node-3","port":5432},{"id":1,"host":"node-1","port":5432}]}',
    );

    const nodeDatabase = await createDatabase();
    const node = await connected(nodeDatabase);
    await runCli(['init'], { env: { DATABASE_URL: nodeDatabase.url, HOME: folder } });
    for (const [key, value] of records) {
      const table = `storage.${tableOf(key)}`;
      await node.query('SELECT storage.inbound_from_kvstore($1::regclass, $2::json)', [
        table,
        value,
      ]);
    }
    expect(await rows(node)).toEqual(await rows(sql));
    await node.end();
    await nodeDatabase.drop();

    agent.kill('SIGTERM');
    expect((await agent.ended).exitCode).toBe(0);
  });

  test('changes by SQL are in etcd within a second, and none is lost by kill -9', async () => {
    await succeed('init');
    let agent = startAgent();
    await agent.waitForOutput('streaming');
    const instance = (id: number, host: string) =>
      `{"id":${id},"host":"${host}","port":1,"username":"u","status":0}`;
    await change(
      "INSERT INTO storage.postgres_instance (host, port, username) VALUES ('a', 1, 'u'), ('b', 1, 'u')",
      {
        '/PostgresInstance/a/1': instance(1, 'a'),
        '/PostgresInstance/b/1': instance(2, 'b'),
      },
    );
    await change("UPDATE storage.postgres_instance SET host = 'c' WHERE host = 'a'", {
      '/PostgresInstance/a/1': undefined,
      '/PostgresInstance/c/1': instance(1, 'c'),
    });
    await change("DELETE FROM storage.postgres_instance WHERE host = 'b'", {
      '/PostgresInstance/b/1': undefined,
    });
    await change(
      `BEGIN; INSERT INTO storage.config (key, value) VALUES ('x', '1.10'), ('y', '12345678901234567890');
       UPDATE storage.config SET value = '"z"' WHERE key = 'x'; DELETE FROM storage.postgres_instance; COMMIT`,
      {
        '/Config/x': '{"id":1,"key":"x","value":"z"}',
        '/Config/y': '{"id":2,"key":"y","value":12345678901234567890}',
        '/PostgresInstance/c/1': undefined,
      },
    );

    agent.kill('SIGKILL');
    await agent.ended;
    await sql.query(
      "TRUNCATE storage.config; INSERT INTO storage.config (key, value) VALUES ('k', '1')",
    );
    agent = startAgent();
    await agent.waitForOutput('streaming');
    await succeed('verify', '--wait');
    expect(await published()).toEqual(new Map([['/Config/k', '{"id":3,"key":"k","value":1}']]));
    await change('TRUNCATE storage.config', { '/Config/k': undefined });
    agent.kill('SIGINT');
    expect((await agent.ended).exitCode).toBe(0);
  });

  test('what leaves the manifests leaves etcd; what expires stays with its end', async () => {
    await succeed('init');
    const agent = startAgent();
    await agent.waitForOutput('streaming');
    await succeed('apply', await manifest(MANIFEST), '--auto-approve');
    await manifest(
      MANIFEST.replace('node-[1-3]', 'node-[1-2]')
        .replace(/ {2}- field: env\n.*\n/, '')
        .replace(/^indexes:[\s\S]*(?=^servermap)/m, 'indexes: []\n')
        .replace('  retain_hrs: 48\n', ''),
    );
    const allowed = ['delete:instance', 'delete:config', 'expire:dimension', 'expire:index'];
    const refused = await lenkwerk('apply', 'cluster.yaml', '--auto-approve');
    expect(refused.exitCode).toBe(4);
    const allow = [...allowed, 'copies:offline', 'servermap:drops-data'].flatMap((danger) => [
      '--allow',
      danger,
    ]);
    await succeed('apply', 'cluster.yaml', '--auto-approve', ...allow);
    await succeed('verify', 'cluster.yaml', '--wait');
    const records = await published();
    expect([...records.keys()].toSorted()).toEqual([
      '/Config/exact',
      '/Dimension/1',
      '/Dimension/2',
      '/Index/1',
      '/Index/1/1',
      '/Index/1/2',
      '/PostgresInstance/node-1/5432',
      '/PostgresInstance/node-2/5432',
      '/Servermap',
    ]);
    for (const key of ['/Dimension/2', '/Index/1', '/Index/1/1']) {
      expect(records.get(key)).toContain('"valid_until":"-infinity"');
    }
  });
});
