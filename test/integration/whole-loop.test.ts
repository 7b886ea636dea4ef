/**
 * From YAML to the tables of a storage node, over every kind of store: each part is a process or a
 * server of its own.
 */
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DRIVERS } from '../../src/kvstore/drivers.js';
import { connected, ProcessScene } from '../support/agents/process-scene.js';
import { tamper } from '../support/agents/tamper.js';
import { type RunningCli, startScript } from '../support/cli/cli.js';
import { lenkwerk } from '../support/cli/command-line.js';
import { createDatabase } from '../support/servers/servers.js';
import { describeWithStore } from '../support/store-contract/places.js';
import { waitFor } from '../support/wait.js';

/** Of many processes: a busy machine takes its time. */
const TIMEOUT_MS = 90_000;
const STORAGE_NODE = fileURLToPath(
  new URL('../../examples/program/storage-node.js', import.meta.url),
);

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

let scene: ProcessScene;

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

/** Waits until the tables of a storage node hold what those of Lenkwerk do. */
async function inStep(node: Client): Promise<void> {
  const recorded = await rows(scene.sql);
  let seen: unknown;
  const isInStep = async () => {
    seen = await rows(node);
    return JSON.stringify(seen) === JSON.stringify(recorded);
  };
  await waitFor(isInStep, { what: 'the node to be in step' }).catch(() =>
    expect(seen).toEqual(recorded),
  );
}

/** A record changed, one removed, one more, by another client; returns what was published. */
async function differ(): Promise<ReadonlyMap<string, string>> {
  const before = await scene.published();
  const config = (id: number, key: string) => JSON.stringify({ id, key, value: 'foreign' });
  await tamper(scene, {
    '/Config/exact': config(1, 'exact'),
    '/Config/foreign': config(9, 'foreign'),
    '/Servermap': undefined,
  });
  return before;
}

function describeLoop(): void {
  test('what is planned is applied, published and taken over by a storage node', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await scene.succeed('plan', await scene.manifest(MANIFEST), '--out', 'saved.plan');
    const agent = await scene.startAgent();
    const nodeDatabase = await createDatabase();
    await lenkwerk(['init', '--db', nodeDatabase.url]);
    const env = { DATABASE_URL: nodeDatabase.url, KVSTORE_URL: scene.place.url };
    const node = startScript(STORAGE_NODE, [], { env });
    const nodeSql = await connected(nodeDatabase);
    const planned: unknown = JSON.parse(await scene.succeed('plan', 'cluster.yaml', '--json'));
    const applied: unknown = JSON.parse(
      await scene.succeed('apply', 'cluster.yaml', '--auto-approve', '--wait', '--json'),
    );
    expect(planned).toMatchObject({ summary: { add: 11, change: 0, expire: 0, delete: 0 } });
    const changesOf = (document: unknown, ...path: readonly string[]): unknown =>
      path.reduce<unknown>((value, name) => Object(value)[name], document);
    expect(changesOf(applied, 'plan', 'changes')).toEqual(changesOf(planned, 'changes'));
    await scene.succeed('plan', 'cluster.yaml', '--detailed-exitcode');
    expectManifest(await scene.published());
    expect(await scene.succeed('get', '/Config/retain_hrs')).toContain('48');
    await inStep(nodeSql);

    const whole = await differ();
    const repaired = JSON.parse(
      await scene.succeed('verify', 'cluster.yaml', '--repair', '--json'),
    );
    expect(repaired).toMatchObject({ verdict: 'converged' });
    expect(repaired.targets[0].repaired).toHaveLength(3);
    expect(await scene.published()).toEqual(whole);

    await leaveOut();
    await scene.succeed('verify', 'cluster.yaml', '--wait');
    await inStep(nodeSql);

    for (const program of [node, agent]) {
      program.kill('SIGTERM');
      expect(await program.ended).toMatchObject({ exitCode: 0 });
    }
    expect((await node.ended).stderr).toBe('');
    await nodeSql.end();
    await nodeDatabase.drop();
  });

  test('changes by SQL are there within a second, and none is lost by kill -9', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const crashed = await scene.startAgent();
    const watching = scene.start('watch', '/Config/', '--json');
    await watching.waitForOutput('resync');
    const instance = (id: number, host: string) =>
      `{"id":${id},"host":"${host}","port":1,"username":"u","status":0}`;
    await scene.change(
      "INSERT INTO storage.postgres_instance (host, port, username) VALUES ('a', 1, 'u'), ('b', 1, 'u')",
      {
        '/PostgresInstance/a/1': instance(1, 'a'),
        '/PostgresInstance/b/1': instance(2, 'b'),
      },
    );
    await scene.change("UPDATE storage.postgres_instance SET host = 'c' WHERE host = 'a'", {
      '/PostgresInstance/a/1': undefined,
      '/PostgresInstance/c/1': instance(1, 'c'),
    });
    await scene.change("DELETE FROM storage.postgres_instance WHERE host = 'b'", {
      '/PostgresInstance/b/1': undefined,
    });
    await scene.change(
      `BEGIN; INSERT INTO storage.config (key, value) VALUES ('x', '1.10'), ('y', '12345678901234567890');
       UPDATE storage.config SET value = '"z"' WHERE key = 'x'; DELETE FROM storage.postgres_instance; COMMIT`,
      {
        '/Config/x': '{"id":1,"key":"x","value":"z"}',
        '/Config/y': '{"id":2,"key":"y","value":12345678901234567890}',
        '/PostgresInstance/c/1': undefined,
      },
    );

    crashed.kill('SIGKILL');
    await crashed.ended;
    await scene.sql.query(
      "TRUNCATE storage.config; INSERT INTO storage.config (key, value) VALUES ('k', '1')",
    );
    const agent = await scene.startAgent('--heal');
    await scene.succeed('verify', '--wait');
    const whole = new Map([['/Config/k', '{"id":3,"key":"k","value":1}']]);
    expect(await scene.published()).toEqual(whole);
    await tamper(scene, { '/Config/k': '{}' });
    await scene.untilPublished(Object.fromEntries(whole));
    await scene.change('TRUNCATE storage.config', { '/Config/k': undefined });
    agent.kill('SIGINT');
    expect((await agent.ended).exitCode).toBe(0);
    await watching.waitForOutput('/Config/k","deleted":true');
    expect(watched(watching)).toEqual([
      'resync',
      'changes; x {"id":1,"key":"x","value":"z"}; y {"id":2,"key":"y","value":12345678901234567890}',
      'changes; k {"id":3,"key":"k","value":1}; x null; y null',
      'changes; k {}',
      'changes; k {"id":3,"key":"k","value":1}',
      'changes; k null',
    ]);
  });
}

/** The events that `watch` printed, in short, the keys of each in their order. */
function watched({ stdout }: RunningCli): readonly string[] {
  const change = /\/Config\/(\w+)","deleted":\w+,"value":(null|\{.*?\})\}/g;
  return stdout()
    .trim()
    .split('\n')
    .map((line) => {
      const changes = [...line.matchAll(change)].map(([, key, value]) => `${key} ${value}`);
      return [JSON.parse(line).kind, ...changes.toSorted()].join('; ');
    });
}

function expectManifest(records: ReadonlyMap<string, string>): void {
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
}

/** What leaves the manifests leaves the store; what expires stays with its end. */
async function leaveOut(): Promise<void> {
  await scene.manifest(
    MANIFEST.replace('node-[1-3]', 'node-[1-2]')
      .replace(/ {2}- field: env\n.*\n/, '')
      .replace(/^indexes:[\s\S]*(?=^servermap)/m, 'indexes: []\n')
      .replace('  retain_hrs: 48\n', ''),
  );
  const dangers = [
    ...['delete:instance', 'delete:config', 'expire:dimension', 'expire:index'],
    ...['copies:offline', 'servermap:drops-data'],
  ];
  const allow = dangers.flatMap((danger) => ['--allow', danger]);
  await scene.succeed('apply', 'cluster.yaml', '--auto-approve', '--wait', ...allow);
  const records = await scene.published();
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
}

for (const { type } of DRIVERS) {
  describeWithStore(type, `${type}: the whole loop`, () => {
    beforeEach(async () => {
      scene = await ProcessScene.create(type);
    });
    afterEach(() => scene.drop());
    describeLoop();
  });
}
